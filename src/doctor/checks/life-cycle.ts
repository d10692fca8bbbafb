import { rolloutEmpties } from '../../workload/lint/rules/rollout-empties.ts';
import { type Check, type Found, fromRule, type Section } from '../check.ts';
import { asWord, changeTemplate, kubectl, makerOf } from '../fixes.ts';
import { meshOf } from '../mesh.ts';
import { controller, controllerVersion } from './controller.ts';
import { gateStuck, gates, gateUnknown } from './readiness-gates.ts';

const nodeLost: Check = {
  id: 'node-unknown',
  levels: ['unknown', 'warning'],
  finds: 'a node that has not been heard of',
  why: 'The controller does not deregister the only endpoint on a node whose Ready is Unknown, and no kubelet there calls a hook.',
  fix: 'Look after the node; when its machine has gone, delete the Node.',
  look: ({ facts, spec }) => {
    if (facts.node.kind === 'unknown')
      return [{ level: 'unknown', message: `the state of the node: ${facts.node.why}` }];
    const ready = facts.node.value.status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status !== 'Unknown') return [];
    const message = `node ${spec.nodeName} is Ready=Unknown`;
    return [{ level: 'warning', message, fix: `kubectl describe node ${spec.nodeName}` }];
  },
};

const hostNetwork: Check = {
  id: 'host-network',
  levels: ['note'],
  finds: 'a pod in the network of its node',
  why: 'All such pods of a node share its ports, so two sidecars need two.',
  fix: 'Give each workload a DRAIN_WAIT_PORT of its own, and the hook the same number.',
  look: ({ spec }) =>
    spec.hostNetwork === true
      ? [
          {
            level: 'note',
            message: 'hostNetwork: the port of the sidecar is one of the node; each workload needs its own',
          },
        ]
      : [],
};

const mesh: Check = {
  id: 'mesh',
  levels: ['ok', 'warning'],
  finds: 'a mesh proxy that the calls of the sidecar go through',
  why: 'It gets SIGTERM before the hold is over, or drains by itself, and may then refuse the calls to AWS and to the API server (istio #36631, #51855).',
  fix: 'Let port 443 pass the proxy by.',
  look: (subject) => {
    const { containers, initContainers = [] } = subject.spec;
    const annotations = subject.facts.pod.metadata?.annotations ?? {};
    return [...initContainers, ...containers].flatMap(({ name }): readonly Found[] => {
      const found = meshOf(name);
      if (found === undefined) return [];
      const { title, annotation } = found;
      const ports = (annotations[annotation] ?? '').split(',').map((port) => port.trim());
      if (ports.includes('443')) return [{ level: 'ok', message: `${title}: port 443 passes the proxy by` }];
      const fix = changeTemplate(subject, { metadata: { annotations: { [annotation]: '443' } } });
      return [{ level: 'warning', message: `${title}: the calls of the sidecar go through ${name}`, fix }];
    });
  },
};

const keepOne = fromRule(rolloutEmpties, {
  of: ({ ownerInventory }) => ownerInventory,
  fix: (subject) => {
    const maker = makerOf(subject.facts);
    const strategy = {
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
    };
    return maker === undefined
      ? rolloutEmpties.fix
      : kubectl(subject, `patch ${maker.kind} ${maker.name} --patch ${asWord({ spec: { strategy } })}`);
  },
});

export const lifeCycle: Section = {
  id: 'life-cycle',
  title: 'Life and death of the pod',
  checks: [gates, gateUnknown, gateStuck, keepOne, controller, controllerVersion, nodeLost, hostNetwork, mesh],
};
