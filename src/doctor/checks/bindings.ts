import { sameIp } from '../../core/target.ts';
import { textOf } from '../../workload/lint/place.ts';
import type { Check, Found } from '../check.ts';
import { asWord, changeTemplate, kubectl } from '../fixes.ts';
import { bindingsOf, known, type Subject, serviceOf } from '../subject.ts';

export const serviceSelector: Check = {
  id: 'service-selector',
  levels: ['warning'],
  finds: 'TargetGroupBindings of which none has a Service that selects the pod',
  why: 'The load balancer does not know the pod, or the labels do not say so.',
  fix: 'Make the selector of the Service and the labels of the pod agree.',
  look: (subject) => {
    const bindings = known(subject.facts.bindings) ?? [];
    if (bindings.length === 0 || subject.facts.services.kind === 'unknown') return [];
    if (known(subject.facts.discovery)?.groups.length !== 0 || bindingsOf(subject).length > 0) return [];
    return bindings.map((binding) => {
      const name = binding.spec.serviceRef.name;
      const service = serviceOf(subject, binding);
      const selector = JSON.stringify(service?.spec?.selector ?? {});
      const labels = JSON.stringify(subject.facts.pod.metadata?.labels ?? {});
      const problem =
        service === undefined ? 'which does not exist' : `which selects ${selector}; the pod has ${labels}`;
      return {
        level: 'warning',
        message: `TargetGroupBinding ${binding.metadata.name} is for Service ${name}, ${problem}`,
        fix: kubectl(subject, `get service ${name} -o wide`),
      };
    });
  },
};

export const servicePort: Check = {
  id: 'service-port',
  levels: ['problem'],
  finds: 'a TargetGroupBinding whose port the Service or the pod does not have',
  why: 'The controller cannot register the pod, and the sidecar does not find its target.',
  fix: 'Write a port of the Service, by its number or name, whose targetPort is a port of the container.',
  look: (subject) =>
    bindingsOf(subject).flatMap((binding): readonly Found[] => {
      const { name, port } = binding.spec.serviceRef;
      const ports = serviceOf(subject, binding)?.spec?.ports ?? [];
      const found = ports.find((each) => (typeof port === 'number' ? each.port === port : each.name === port));
      if (found === undefined) {
        const has = ports.map((each) => (each.name === undefined ? `${each.port}` : `${each.port} (${each.name})`));
        const message = `TargetGroupBinding ${binding.metadata.name} wants port ${port} of Service ${name}, which has ${has.join(', ')}`;
        const patch = asWord({ spec: { serviceRef: { port: ports[0]?.port ?? 80 } } });
        const fix = `${kubectl(subject, `patch targetgroupbinding ${binding.metadata.name} --type merge --patch ${patch}`)}\n# Where an Ingress or Service made the binding, correct the port there.`;
        return [{ level: 'problem', message, fix }];
      }
      const mine = slicesWithPod(subject, name);
      const isThere = mine.some((slice) =>
        (slice.ports ?? []).some((each) => (each.name ?? '') === (found.name ?? '')),
      );
      if (mine.length === 0 || isThere) return [];
      const message = `port ${port} of Service ${name} leads to ${found.targetPort ?? found.port}, which no container of the pod has`;
      return [{ level: 'problem', message, fix: namePort(subject, String(found.targetPort ?? found.port)) }];
    }),
};

function namePort(subject: Subject, name: string): string {
  const [main] = subject.guarded.mains;
  const ports = [{ name, containerPort: 8080 }];
  const containers = [{ name: main === undefined ? 'app' : textOf(main, 'name'), ports }];
  return `# with the port that the application listens on:\n${changeTemplate(subject, { spec: { containers } })}`;
}

export const notListed: Check = {
  id: 'not-in-slice',
  levels: ['problem'],
  finds: 'a running pod that no EndpointSlice of its Service lists',
  why: 'The controller takes its targets from the EndpointSlices, so the pod is not registered.',
  fix: 'Look at the Events of the Service, and whether kube-controller-manager makes its EndpointSlices.',
  look: (subject) => {
    const { status } = subject.facts.pod;
    if (subject.facts.slices.kind === 'unknown' || status?.phase !== 'Running' || status.podIP === undefined) return [];
    const names = [...new Set(bindingsOf(subject).map(({ spec }) => spec.serviceRef.name))];
    return names
      .filter((name) => slicesWithPod(subject, name).length === 0)
      .map((name) => ({
        level: 'problem',
        message: `Service ${name} selects the pod, and none of its EndpointSlices lists it`,
        fix: kubectl(subject, `get endpointslices -l kubernetes.io/service-name=${name} -o yaml`),
      }));
  },
};

function slicesWithPod({ facts, name }: Subject, service: string) {
  const ips = (facts.pod.status?.podIPs ?? []).map(({ ip }) => ip);
  return (known(facts.slices) ?? [])
    .filter(({ metadata }) => metadata?.labels?.['kubernetes.io/service-name'] === service)
    .filter(({ endpoints }) =>
      (endpoints ?? []).some(({ targetRef, addresses }) =>
        targetRef === undefined
          ? addresses.some((address) => ips.some((ip) => sameIp(ip, address)))
          : targetRef.name === name,
      ),
    );
}
