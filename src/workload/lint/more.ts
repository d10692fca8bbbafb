const KUBERNETES = 'https://kubernetes.io/docs';
const CONTROLLER = 'https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide';

/** Public pages that the rules refer to. */
export const MORE = {
  hooks: `${KUBERNETES}/concepts/containers/container-lifecycle-hooks/`,
  sidecars: `${KUBERNETES}/concepts/workloads/pods/sidecar-containers/`,
  termination: `${KUBERNETES}/concepts/workloads/pods/pod-lifecycle/#pod-termination`,
  probes: `${KUBERNETES}/concepts/configuration/liveness-readiness-startup-probes/`,
  memory: `${KUBERNETES}/concepts/configuration/manage-resources-containers/`,
  downwardApi: `${KUBERNETES}/concepts/workloads/pods/downward-api/`,
  rbac: `${KUBERNETES}/reference/access-authn-authz/rbac/`,
  tokens: `${KUBERNETES}/tasks/configure-pod-container/configure-service-account/`,
  rollouts: `${KUBERNETES}/concepts/workloads/controllers/deployment/#strategy`,
  services: `${KUBERNETES}/concepts/services-networking/service/`,
  ingresses: `${CONTROLLER}/ingress/annotations/`,
} as const;
