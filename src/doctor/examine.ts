import { INJECT_MARK } from '../workload/sidecar.ts';
import type { Found, Section } from './check.ts';
import { permissions } from './checks/permissions.ts';
import { sidecarMissing } from './checks/sidecar.ts';
import { type CheckRow, podUnread, SECTIONS } from './checks.ts';
import type { Facts, SubjectFacts } from './facts.ts';
import type { Finding, SubjectReport } from './finding.ts';
import { known, type Subject, selects, toSubject } from './subject.ts';

/** What the facts mean, for each subject, in the order in which a hold goes. */
export function examine(facts: Facts): readonly SubjectReport[] {
  return facts.subjects.map((subject) => ({
    namespace: subject.pod.metadata?.namespace ?? '',
    pod: subject.pod.metadata?.name ?? '',
    alike: subject.alike,
    findings: findingsOf(facts, subject),
  }));
}

function findingsOf(facts: Facts, subject: SubjectFacts): readonly Finding[] {
  const { spec } = subject.pod;
  if (spec === undefined) return unread(facts, subject);
  const known = toSubject(facts, subject, spec);
  return known === undefined ? [without(subject)] : SECTIONS.flatMap((section) => look(section, known));
}

/** Of a section: what its checks say, after a line that all is well where they say nothing bad. */
function look({ id, fine, checks }: Section, subject: Subject): readonly Finding[] {
  const found = checks.flatMap((check) => check.look(subject).map((each) => toFinding(check, each)));
  const isBad = found.some(({ level }) => level === 'warning' || level === 'problem');
  const message = isBad ? undefined : fine?.(subject);
  return message === undefined ? found : [{ check: id, level: 'ok', message }, ...found];
}

function toFinding({ id, why, fix }: CheckRow, found: Found): Finding {
  const { level, message } = found;
  const explained = level === 'warning' || level === 'problem' ? { why: found.why ?? why, fix: found.fix ?? fix } : {};
  return { check: id, level, message, ...(found.fix === undefined ? {} : { fix: found.fix }), ...explained };
}

/** A pod of which only the name is known: nothing but the way to the API server can be looked at. */
function unread(facts: Facts, subject: SubjectFacts): readonly Finding[] {
  const message = 'the pod could not be read';
  const bare = toSubject(facts, subject, BARE_SPEC);
  const api = bare === undefined ? [] : look({ ...permissions, checks: permissions.checks.slice(0, 2) }, bare);
  return [toFinding(podUnread, { level: 'problem', message }), ...api];
}

/** What the rules need to look at permissions. */
const BARE_SPEC = { containers: [{ name: 'drain-wait' }] };

function without(subject: SubjectFacts): Finding {
  const { labels = {}, annotations = {} } = subject.pod.metadata ?? {};
  const owner = known(subject.owner)?.metadata;
  const marks = [labels, annotations, owner?.labels, owner?.annotations].map((each) => each?.[INJECT_MARK]);
  const bindings = (known(subject.bindings) ?? []).filter(({ spec }) => {
    const service = known(subject.services)?.find(({ metadata }) => metadata?.name === spec.serviceRef.name);
    return service !== undefined && selects(service, subject);
  });
  const names = bindings.map(({ metadata }) => metadata.name).join(', ');
  if (marks.includes('disabled')) {
    return toFinding(sidecarMissing, { level: 'note', message: `no sidecar: ${INJECT_MARK} is disabled` });
  }
  if (names === '') {
    return toFinding(sidecarMissing, {
      level: 'note',
      message: 'no sidecar, and no TargetGroupBinding leads to the pod',
    });
  }
  const message = `no sidecar, and the pod is behind a load balancer (TargetGroupBinding ${names})`;
  return toFinding(sidecarMissing, { level: 'problem', message });
}
