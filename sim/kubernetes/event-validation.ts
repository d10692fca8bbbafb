import { type Event, inVersion } from './event.ts';
import { type FieldError, invalid, required } from './invalid.ts';

const LONGEST_NAME = 128;
const LONGEST_NOTE = 1_024;
const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS_SUBDOMAIN = new RegExp(`^(?=.{1,253}$)${DNS_LABEL}(\\.${DNS_LABEL})*$`);
const QUALIFIED_NAME = new RegExp(`^(${DNS_LABEL}(\\.${DNS_LABEL})*/)?(?=.{1,63}$)[A-Za-z0-9]([-\\w.]*[A-Za-z0-9])?$`);
/** Go's layout `2006-01-02T15:04:05.000000Z07:00`: neither more digits nor fewer. */
const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/;

/** What the server says of an `eventTime` that it cannot read (apimachinery: meta/v1/micro_time.go); undefined where it can. */
export function unreadableTime({ eventTime }: Event): string | undefined {
  if (eventTime === undefined || MICRO_TIME.test(eventTime)) return undefined;
  const layout = '2006-01-02T15:04:05.000000Z07:00';
  return `Event in version "v1" cannot be handled as a Event: parsing time "${eventTime}" as "${layout}"`;
}

/**
 * What is wrong with a new Event (kubernetes: pkg/apis/core/validation/events.go). Core v1 takes nearly everything of an Event
 * without `eventTime`. The server names nearly all fields as core v1 does, whatever the API.
 */
export function validateNewEvent(event: Event): readonly FieldError[] {
  const core = inVersion(event, 'v1');
  const reporter = event.apiVersion === 'v1' ? 'reportingComponent' : 'reportingController';
  const legacy = core.eventTime === undefined ? validateNamespace(core) : validateWithTime(core, reporter);
  return event.apiVersion === 'v1' ? legacy : [...legacy, ...validateStrictly(core)];
}

function validateNamespace({ metadata, involvedObject }: Event): readonly FieldError[] {
  const { namespace = '' } = involvedObject ?? {};
  const agrees = namespace === metadata.namespace || (namespace === '' && metadata.namespace === 'default');
  return agrees ? [] : [doesNotMatch(namespace)];
}

function doesNotMatch(namespace: string): FieldError {
  return invalid('involvedObject.namespace', namespace, 'does not match event.namespace');
}

/** `reporter` is what the field is called that says who reports. */
function validateWithTime(event: Event, reporter: string): readonly FieldError[] {
  const { metadata, involvedObject, message = '', reportingComponent = '' } = event;
  const { namespace = '' } = involvedObject ?? {};
  // One in another namespace is taken: the server only asks that there is one.
  const isPlaced = namespace !== '' || ['default', 'kube-system'].includes(metadata.namespace);
  return [
    ...(isPlaced ? [] : [doesNotMatch(namespace)]),
    ...(reportingComponent === '' ? [required(reporter)] : []),
    ...(QUALIFIED_NAME.test(reportingComponent)
      ? []
      : [invalid(reporter, reportingComponent, 'must be a qualified name')]),
    ...validateText('reportingInstance', event.reportingInstance),
    ...validateText('action', event.action),
    ...validateText('reason', event.reason),
    ...tooLong('message', message, LONGEST_NOTE),
  ];
}

function validateText(field: string, text = ''): readonly FieldError[] {
  return text === '' ? [required(field)] : tooLong(field, text, LONGEST_NAME);
}

/** The server speaks of characters and counts bytes. */
function tooLong(field: string, text: string, limit: number): readonly FieldError[] {
  return Buffer.byteLength(text) <= limit ? [] : [invalid(field, '', `can have at most ${limit} characters`)];
}

/** What `events.k8s.io/v1` asks on top. */
function validateStrictly(event: Event): readonly FieldError[] {
  const { metadata, eventTime, type = '', source } = event;
  const { firstTimestamp = '', lastTimestamp = '', count = 0 } = event;
  const old = { firstTimestamp, lastTimestamp, count, source: source?.component ?? source?.host ?? '' };
  const set = Object.entries(old).filter(([, value]) => value !== '' && value !== 0);
  return [
    ...(DNS_SUBDOMAIN.test(metadata.name)
      ? []
      : [invalid('metadata.name', metadata.name, 'a lowercase RFC 1123 subdomain must consist of lower case labels')]),
    ...(eventTime === undefined ? [required('eventTime')] : []),
    ...(type === 'Normal' || type === 'Warning' ? [] : [invalid('type', '', `has invalid value: ${type}`)]),
    ...set.map(([field]) => invalid(field, '', 'needs to be unset')),
  ];
}
