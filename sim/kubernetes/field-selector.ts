/** Names that a field has in a selector: each is the path of it in the object. */
const EVERY_OBJECT = ['metadata.name', 'metadata.namespace'];
const POD = ['spec.nodeName', 'spec.serviceAccountName', 'status.phase', 'status.podIP'];
const REFERENCE = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
const EVENT = ['reason', 'type', 'source'];

/** By apiVersion and kind (kubernetes: pkg/apis/core/v1/conversion.go, pkg/apis/events/v1/conversion.go). */
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  'v1 Pod': POD,
  'v1 Namespace': ['status.phase'],
  'v1 Event': [...EVENT, 'reportingComponent', ...REFERENCE.map((field) => `involvedObject.${field}`)],
  'events.k8s.io/v1 Event': [...EVENT, 'reportingController', ...REFERENCE.map((field) => `regarding.${field}`)],
};

type Selects = (shown: Readonly<Record<string, unknown>>) => boolean;

/** Whether an object is selected, as the API shows it; or what the server says of the selector (its 400). */
export type FieldSelector = Selects | { readonly problem: string };

/** Reads `a=b`, `a==b` and `a!=b`, joined by commas (apimachinery: fields/selector.go). */
export function parseFieldSelector(text: string, apiVersion: string, kind: string): FieldSelector {
  const special = SELECTABLE[`${apiVersion} ${kind}`];
  const known = [...EVERY_OBJECT, ...(special ?? [])];
  const tests: Selects[] = [];
  for (const term of text.split(',').filter((part) => part !== '')) {
    const [, field, operator, value] = /^(.*?)(!=|==|=)(.*)$/.exec(term) ?? [];
    if (field === undefined) return { problem: `invalid selector: '${text}'; can't understand '${term}'` };
    if (!known.includes(field)) return { problem: unknownField(field, special !== undefined) };
    tests.push((shown) => (fieldOf(shown, field) === value) !== (operator === '!='));
  }
  return (shown) => tests.every((test) => test(shown));
}

function unknownField(field: string, isSpecial: boolean): string {
  if (isSpecial) return `field label not supported: ${field}`;
  return `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

/** What is not there is empty. */
function fieldOf(shown: Readonly<Record<string, unknown>>, field: string): string {
  if (field === 'source') return sourceOf(shown);
  return text(field.split('.').reduce<unknown>((value, key) => fields(value)[key], shown));
}

/** An Event of the new kind has a reporting controller instead (kubernetes: pkg/registry/core/event/strategy.go). */
function sourceOf(event: Readonly<Record<string, unknown>>): string {
  const { source, deprecatedSource, reportingComponent, reportingController } = event;
  const component = text(fields(source ?? deprecatedSource)['component']);
  return component === '' ? text(reportingComponent ?? reportingController) : component;
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
