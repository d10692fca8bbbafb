import { HOOK_PATH, reachesSidecar } from '../../core/hook.ts';
import type { Hit } from '../../workload/lint/finding.ts';
import { hooksOf } from '../../workload/lint/hook.ts';
import { textOf } from '../../workload/lint/place.ts';
import {
  hookHost,
  hookPortName,
  hookScheme,
  wrongHookPath,
  wrongHookPort,
} from '../../workload/lint/rules/hook-call.ts';
import { hooksDisagree } from '../../workload/lint/rules/hooks-disagree.ts';
import { hookMissing, noHook } from '../../workload/lint/rules/no-hook.ts';
import { hookOther, hookSleep } from '../../workload/lint/rules/other-hook.ts';
import { preStopHook } from '../../workload/sidecar.ts';
import { type Check, fromRule, type Section } from '../check.ts';
import type { Level } from '../finding.ts';
import { changeTemplate } from '../fixes.ts';
import { isMeshProxy } from '../mesh.ts';
import { type Subject, settingOf } from '../subject.ts';

/** The main container that a hit is in: `spec.containers[n]…`. */
function containerAt({ spec }: Subject, { at }: Hit) {
  return spec.containers[Number(at.path[2])];
}

function ourHook(subject: Subject) {
  return preStopHook(settingOf(subject, 'port'));
}

/** Puts our hook in the place of whatever these containers have. */
function hookInto(subject: Subject, containers: readonly ({ name: string; lifecycle?: object } | undefined)[]): string {
  const changed = containers.flatMap((container) => {
    if (container === undefined) return [];
    // A strategic merge would leave two handlers in one hook, or the host of the old one.
    const replace = container.lifecycle !== undefined && 'preStop' in container.lifecycle ? { $patch: 'replace' } : {};
    return [{ name: container.name, lifecycle: { preStop: { ...replace, ...ourHook(subject) } } }];
  });
  return changeTemplate(subject, { spec: { containers: changed } });
}

const replaceHook = (subject: Subject, hit: Hit) => hookInto(subject, [containerAt(subject, hit)]);

/** One that has no port serves nobody from outside of the pod, as far as the spec tells. */
function withoutHook(subject: Subject, hit: Hit): Level {
  return (containerAt(subject, hit)?.ports ?? []).length > 0 ? 'warning' : 'note';
}

function served({ spec, guarded }: Subject) {
  const names = guarded.mains.map((main) => textOf(main, 'name'));
  return spec.containers.filter(({ name }) => names.includes(name) && !isMeshProxy(name));
}

/** For an observer a hook of the sidecar itself is enough. */
function observesItself(subject: Subject): boolean {
  const httpGet = [...(subject.spec.initContainers ?? []), ...subject.spec.containers].find(
    ({ name }) => name === textOf(subject.guarded.sidecar.container, 'name'),
  )?.lifecycle?.preStop?.httpGet;
  const hook = { kind: 'http', path: httpGet?.path ?? '/', port: httpGet?.port } as const;
  return settingOf(subject, 'mode') === 'observe' && reachesSidecar(hook, settingOf(subject, 'port'));
}

const WRONG: readonly Check[] = [
  fromRule(noHook, {
    fix: (subject) => hookInto(subject, served(subject)),
    counts: (subject) => !observesItself(subject),
  }),
  fromRule(hookMissing, {
    levels: ['note', 'warning'],
    level: withoutHook,
    fix: replaceHook,
    // A mesh is a finding of its own.
    counts: (subject, hit) => !isMeshProxy(containerAt(subject, hit)?.name ?? ''),
  }),
  ...[hookSleep, hookOther, hookPortName, wrongHookPort, wrongHookPath, hookHost, hookScheme].map((rule) =>
    fromRule(rule, { fix: replaceHook }),
  ),
];

/** Only where each of the hooks is right by itself. */
const disagree = fromRule(hooksDisagree, {
  fix: (subject) => hookInto(subject, served(subject)),
  counts: (subject) => WRONG.every(({ look }) => look(subject).every(({ level }) => level === 'note')),
});

export const hooks: Section = {
  id: 'hooks',
  title: 'The hooks',
  fine: (subject) => {
    const callers = hooksOf(subject.guarded).filter(({ kind }) => kind === 'http' || kind === 'command');
    const names = callers.map(({ container }) => textOf(container, 'name')).join(', ');
    return names === ''
      ? 'the sidecar observes itself'
      : `the preStop hook of ${names} asks the sidecar (port ${settingOf(subject, 'port')}, ${HOOK_PATH})`;
  },
  checks: [...WRONG, disagree],
};
