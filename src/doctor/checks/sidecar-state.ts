import type { Check } from '../check.ts';
import { changeSidecar, kubectl, sidecarName } from '../fixes.ts';
import type { Subject } from '../subject.ts';

const WITHOUT_IT = 'Nothing is restarted in a pod that is being deleted: without the sidecar SIGTERM comes at once.';

export const sidecarKilled: Check = {
  id: 'sidecar-killed',
  levels: ['warning', 'problem'],
  finds: 'a sidecar that was killed for memory, keeps ending, or was restarted',
  why: WITHOUT_IT,
  fix: 'Give it 128Mi or more, and look at what it said last.',
  look: (subject) => {
    const status = statusOf(subject);
    const ended = status?.lastState?.terminated ?? status?.state?.terminated;
    const log = kubectl(subject, `logs ${subject.name} -c ${sidecarName(subject)} --previous`);
    if (ended?.reason === 'OOMKilled') {
      const fix = changeSidecar(subject, { resources: { limits: { memory: MORE_MEMORY } } });
      return [{ level: 'problem', message: 'the sidecar was killed for memory (OOMKilled)', fix }];
    }
    if (status === undefined || status.restartCount === 0) return [];
    const keeps = status.state?.waiting?.reason === 'CrashLoopBackOff';
    const exit = ended === undefined ? '' : `, last with exit code ${ended.exitCode} (${ended.reason ?? 'no reason'})`;
    const message = `the sidecar ${keeps ? 'keeps ending' : 'was restarted'}: ${status.restartCount} restarts${exit}`;
    return [{ level: keeps ? 'problem' : 'warning', message, fix: log }];
  },
};

/** Twice what the shipped manifests give. */
const MORE_MEMORY = '256Mi';

export const sidecarNotReady: Check = {
  id: 'sidecar-not-ready',
  levels: ['warning', 'problem'],
  finds: 'a sidecar that does not run, or is not ready',
  why: 'Nobody answers the hook, or the container cannot be reached: SIGTERM comes at once.',
  fix: 'Look at its log and the Events of the pod.',
  look: (subject) => {
    const status = statusOf(subject);
    if (status === undefined || status.ready) return [];
    const { waiting, terminated } = status.state ?? {};
    const why = waiting?.reason ?? terminated?.reason;
    const runs = waiting === undefined && terminated === undefined;
    const message = runs
      ? 'the sidecar runs and is not ready'
      : `the sidecar does not run: ${why ?? 'no reason given'}`;
    return [{ level: runs ? 'warning' : 'problem', message, fix: kubectl(subject, `describe pod ${subject.name}`) }];
  },
};

export function statusOf(subject: Subject) {
  const { status } = subject.facts.pod;
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return all.find(({ name }) => name === sidecarName(subject));
}
