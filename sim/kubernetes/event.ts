import type { ObjectMeta } from './objects.ts';

export interface ObjectReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly fieldPath?: string;
}

interface EventSource {
  readonly component?: string;
  readonly host?: string;
}

/**
 * An Event of either API, with the names that its fields have there. Both APIs show it, each with its own names: one object
 * (kubernetes: pkg/apis/events/v1/conversion.go).
 */
export interface Event {
  readonly apiVersion: 'v1' | 'events.k8s.io/v1';
  readonly kind: 'Event';
  readonly metadata: ObjectMeta;
  readonly type?: string;
  readonly reason?: string;
  readonly action?: string;
  /** With microseconds. Absent: an Event of the old kind. */
  readonly eventTime?: string;
  readonly reportingInstance?: string;

  /** Core v1, up to `count`. */
  readonly involvedObject?: ObjectReference;
  readonly message?: string;
  readonly reportingComponent?: string;
  readonly source?: EventSource;
  readonly firstTimestamp?: string;
  readonly lastTimestamp?: string;
  readonly count?: number;

  /** `events.k8s.io`, from here on. */
  readonly regarding?: ObjectReference;
  readonly note?: string;
  readonly reportingController?: string;
  readonly deprecatedSource?: EventSource;
  readonly deprecatedFirstTimestamp?: string;
  readonly deprecatedLastTimestamp?: string;
  readonly deprecatedCount?: number;
}

/** Name in core v1, and name in `events.k8s.io`. */
const RENAMED = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
] as const;

/** What the server writes where nothing is set: a struct or a time has no way to be absent (Go's encoding/json). */
const UNSET: Readonly<Record<Event['apiVersion'], Readonly<Record<string, unknown>>>> = {
  v1: {
    involvedObject: {},
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    eventTime: null,
    reportingComponent: '',
    reportingInstance: '',
  },
  'events.k8s.io/v1': {
    regarding: {},
    deprecatedSource: {},
    deprecatedFirstTimestamp: null,
    deprecatedLastTimestamp: null,
    eventTime: null,
  },
};

/** Of the two APIs the one that is called so. */
export function eventVersion(apiVersion: string): Event['apiVersion'] {
  return apiVersion === 'v1' ? 'v1' : 'events.k8s.io/v1';
}

/** The Event with the names of `apiVersion`, which is the one it was written in or the other one. */
export function inVersion(event: Event, apiVersion: Event['apiVersion']): Event {
  if (event.apiVersion === apiVersion) return event;
  const names = new Map<string, string>(
    RENAMED.flatMap(([core, other]) => [
      [core, other],
      [other, core],
    ]),
  );
  const fields = Object.entries(event).map(([name, value]) => [names.get(name) ?? name, value]);
  return { ...(Object.fromEntries(fields) as Event), apiVersion };
}

/** As the API of `apiVersion` shows it. */
export function representEvent(event: Event, apiVersion: Event['apiVersion']): Readonly<Record<string, unknown>> {
  return { ...UNSET[apiVersion], ...inVersion(event, apiVersion) };
}
