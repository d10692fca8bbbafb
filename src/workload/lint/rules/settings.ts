import { readConfig } from '../../../config.ts';
import { SETTINGS } from '../../../settings.ts';
import { variable } from '../environment.ts';
import type { Hit, Rule } from '../finding.ts';
import { MORE } from '../more.ts';
import { at, type Place, textOf } from '../place.ts';
import type { Guarded, Sidecar } from '../workload.ts';

export const setting: Rule = {
  id: 'setting',
  severity: 'error',
  finds: 'an unknown DRAIN_WAIT_ variable, or a value that is not allowed',
  why: 'The sidecar does not start with wrong settings.',
  fix: 'Write it as docs/configuration.md says.',
  more: MORE.sidecars,
  check: ({ guarded }) => guarded.flatMap(({ sidecar }) => checkSettings(sidecar)),
};

/** Set for this check, whatever there is: the rule below looks after them. */
const FROM_POD = { [SETTINGS.podName.env]: 'pod', [SETTINGS.podNamespace.env]: 'namespace' };

function checkSettings({ container, settings }: Sidecar): readonly Hit[] {
  const known = settings.variables.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]));
  const result = readConfig({ ...Object.fromEntries(known), ...FROM_POD }, settings.flags);
  const problems = result.kind === 'problems' ? result.problems : [];
  const misuse = settings.misuse === undefined ? [] : [{ at: at(container, 'args'), message: settings.misuse }];
  return [...misuse, ...problems.map((problem) => ({ at: placeOf(problem, container, settings), message: problem }))];
}

/** A problem begins with the names of what it is about. */
function placeOf(problem: string, container: Place, { variables }: Sidecar['settings']): Place {
  if (problem.startsWith('--')) return at(container, 'args');
  const [subject = ''] = problem.split(/[=:]/, 1);
  return variables.findLast(({ name }) => subject.split(' ').includes(name))?.at ?? container;
}

export const downwardApi: Rule = {
  id: 'downward-api',
  severity: 'error',
  finds: 'DRAIN_WAIT_POD_ variables that do not come from the pod',
  why: 'Without name and namespace the sidecar does not start; with wrong ones it reads another pod.',
  fix: 'Take it from the downward API: valueFrom: { fieldRef: { fieldPath: ... } }.',
  more: MORE.downwardApi,
  check: ({ guarded }) => guarded.flatMap((workload) => FIELDS.flatMap((field) => checkField(workload, field))),
};

interface Field {
  readonly name: 'podName' | 'podNamespace' | 'podUid' | 'podIps';
  readonly paths: readonly string[];
  readonly required: boolean;
}

const FIELDS: readonly Field[] = [
  { name: 'podName', paths: ['metadata.name'], required: true },
  { name: 'podNamespace', paths: ['metadata.namespace'], required: true },
  { name: 'podUid', paths: ['metadata.uid'], required: false },
  { name: 'podIps', paths: ['status.podIPs', 'status.podIP'], required: false },
];

function checkField({ object, sidecar }: Guarded, { name, paths, required }: Field): readonly Hit[] {
  const { env } = SETTINGS[name];
  const given = variable(sidecar.settings, name);
  const fix = `Set ${env} by the downward API: valueFrom: { fieldRef: { fieldPath: ${paths[0]} } }.`;
  if (given === undefined) {
    return required ? [{ at: at(sidecar.container, 'env'), message: `${env} is not set`, fix }] : [];
  }
  const path = textOf(given.at, 'valueFrom', 'fieldRef', 'fieldPath');
  if (path !== undefined && !paths.includes(path)) {
    return [{ at: at(given.at, 'valueFrom', 'fieldRef', 'fieldPath'), message: `${env} is ${path} of the pod`, fix }];
  }
  // A namespace can be known beforehand, and the name of a bare Pod.
  const isSame = name === 'podNamespace' || object.source.manifest.kind === 'Pod';
  if (path !== undefined || given.value === undefined || isSame) return [];
  return [{ at: given.at, message: `${env} is '${given.value}' for every pod`, fix }];
}
