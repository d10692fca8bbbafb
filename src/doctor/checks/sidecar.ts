import { DEFAULT_GRACE_SECONDS } from '../../core/deadline.ts';
import { SETTINGS } from '../../settings.ts';
import { initContainer } from '../../workload/lint/rules/init-container.ts';
import { memoryLimit } from '../../workload/lint/rules/memory-limit.ts';
import { noToken } from '../../workload/lint/rules/no-token.ts';
import { livenessProbe, noProbe, noStartupProbe } from '../../workload/lint/rules/probes.ts';
import { downwardApi, setting } from '../../workload/lint/rules/settings.ts';
import { sidecarContainer, TOKEN_VOLUME_NAME, tokenVolume } from '../../workload/sidecar.ts';
import { type Check, fromRule, type Section } from '../check.ts';
import { changeSidecar, kubectl, makerOf, sidecarName } from '../fixes.ts';
import { known, type Subject, settingOf } from '../subject.ts';
import { sidecarKilled, sidecarNotReady, statusOf } from './sidecar-state.ts';

/** The first with native sidecars switched on. */
const NATIVE_SINCE = { major: 1, minor: 29 };

const nativeUnsupported: Check = {
  id: 'native-unsupported',
  levels: ['problem'],
  finds: 'a native sidecar on Kubernetes older than 1.29',
  why: 'There restartPolicy of an init container means nothing: the pod waits for its end, and stays in Init for ever.',
  fix: 'Use the classic sidecar: drain-wait inject --classic.',
  look: ({ cluster, guarded }) => {
    const version = known(cluster.version);
    if (version === undefined || guarded.sidecar.kind !== 'native') return [];
    const { major, minor } = version;
    if (major > NATIVE_SINCE.major || (major === NATIVE_SINCE.major && minor >= NATIVE_SINCE.minor)) return [];
    const message = `the sidecar is a native one, and the cluster is Kubernetes ${major}.${minor}`;
    return [{ level: 'problem', message }];
  },
};

const classic: Check = {
  id: 'classic',
  levels: ['note'],
  finds: 'a classic sidecar',
  why: 'It gets SIGTERM together with the application and goes on by itself; a native one ends after the application.',
  fix: 'From Kubernetes 1.29 on use the native one: drain-wait inject.',
  look: ({ guarded }) =>
    guarded.sidecar.kind === 'classic'
      ? [
          {
            level: 'note',
            message: 'classic sidecar: it gets SIGTERM with all others, and goes on until the hold is over',
          },
        ]
      : [],
};

const switchedOff: Check = {
  id: 'switched-off',
  levels: ['warning'],
  finds: 'DRAIN_WAIT_DISABLED, or DRAIN_WAIT_MODE=observe',
  why: 'Every hook is answered at once, so containers get SIGTERM while the load balancer still sends requests.',
  fix: 'Unset it when the trial is over.',
  look: (subject) => {
    const disabled = settingOf(subject, 'disabled');
    const given = [
      ...(disabled === undefined ? [] : [{ env: SETTINGS.disabled.env, value: disabled }]),
      ...(settingOf(subject, 'mode') === 'observe' ? [{ env: SETTINGS.mode.env, value: 'observe' }] : []),
    ];
    return given.map(({ env, value }) => ({
      level: 'warning',
      message: `${env} is '${value}': nothing is held`,
      fix: unset(subject, env),
    }));
  },
};

function unset(subject: Subject, env: string): string {
  const maker = makerOf(subject.facts);
  const name = sidecarName(subject);
  return maker === undefined
    ? `Remove ${env} from the container '${name}' in the pod template.`
    : kubectl(subject, `set env ${maker.kind}/${maker.name} -c ${name} ${env}-`);
}

/** The container as drain-wait inject makes it, for its parts. */
function shipped(subject: Subject) {
  return sidecarContainer({
    kind: subject.guarded.sidecar.kind === 'classic' ? 'classic' : 'native',
    image: '',
    gracePeriodSeconds: subject.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS,
    port: settingOf(subject, 'port'),
    settings: {},
  });
}

const addStartupProbe = (subject: Subject) => changeSidecar(subject, { startupProbe: shipped(subject).startupProbe });

/** Where the sources have it, something on the way to the cluster drops it (aws/amazon-eks-pod-identity-webhook #208). */
function restartAlways(subject: Subject): string {
  const template = known(subject.facts.owner)?.spec?.template?.spec;
  const ours = template?.initContainers?.find(({ name }) => name === sidecarName(subject));
  return ours?.restartPolicy === 'Always'
    ? 'The pod template has restartPolicy: Always, so a webhook drops it. Update the one of IRSA (amazon-eks-pod-identity-webhook); to see all:\nkubectl get mutatingwebhookconfigurations'
    : `${changeSidecar(subject, { restartPolicy: 'Always' })}\n# Where the pod template has it, an old webhook drops it: kubectl get mutatingwebhookconfigurations`;
}

function mountToken(subject: Subject): string {
  const { volumeMounts = [] } = shipped(subject);
  const mountPath = settingOf(subject, 'serviceAccountDir');
  const mounts = volumeMounts.map((mount) => (mount.name === TOKEN_VOLUME_NAME ? { ...mount, mountPath } : mount));
  return changeSidecar(subject, { volumeMounts: mounts }, { volumes: [tokenVolume()] });
}

export const sidecar: Section = {
  id: 'sidecar',
  title: 'The sidecar',
  fine: (subject) => {
    const status = statusOf(subject);
    const state = status === undefined ? '' : `, ready, ${status.restartCount} restarts`;
    return `${subject.guarded.sidecar.kind} sidecar '${sidecarName(subject)}'${state}`;
  },
  checks: [
    fromRule(initContainer, { fix: restartAlways }),
    nativeUnsupported,
    classic,
    fromRule(setting),
    fromRule(downwardApi),
    fromRule(noToken, { fix: mountToken }),
    switchedOff,
    sidecarKilled,
    sidecarNotReady,
    fromRule(livenessProbe, { fix: (subject) => changeSidecar(subject, { livenessProbe: null }) }),
    fromRule(noProbe, { fix: addStartupProbe }),
    fromRule(noStartupProbe, { fix: addStartupProbe }),
    fromRule(memoryLimit, {
      fix: (subject) => changeSidecar(subject, { resources: { limits: shipped(subject).resources?.limits } }),
    }),
  ],
};

/** In a pod that has none: there is nothing more to look at. */
export const sidecarMissing: Omit<Check, 'look'> = {
  id: 'sidecar-missing',
  levels: ['note', 'problem'],
  finds: 'a pod behind a load balancer, without the sidecar',
  why: 'It gets SIGTERM while the load balancer still sends requests, so every rollout may give 502 and 504.',
  fix: 'Add the sidecar: drain-wait inject does it (docs/install.md).',
};
