export const HELP = `drain-wait doctor: what is wrong with a pod in a cluster, why, and what to do. It changes nothing.

Usage: kubectl exec POD -c drain-wait -- drain-wait doctor      inside the sidecar, with its own token and AWS credentials
       drain-wait doctor pod/web-1 -n shop                      from outside, with your kubeconfig and AWS credentials
       drain-wait doctor deployment/web -n shop                 the same of a Deployment, StatefulSet or DaemonSet
       drain-wait doctor -n shop                                everything in a namespace that has the sidecar, or needs it

Inside it sees what the pod may do; outside it sees more of the cluster and of the load balancer. What it cannot see it says, with
where it can be seen.

  --namespace, -n NAMESPACE       that of the pod, or of the kubeconfig
  --json                          for machines: docs/doctor.md has the schema
  --fail-on problem|warning       (problem)  the least level that makes the exit code 1
  --lag DURATION                  (20s)      what the controller may take to deregister a deleted pod
  --help, -h

KUBECONFIG, AWS_PROFILE, AWS_REGION and other AWS variables work as usual. NO_COLOR takes the colours away.
Exit codes: 0 nothing at or above --fail-on, 1 something, 2 a wrong command line or nothing to look at.
Every check: docs/doctor.md.
`;
