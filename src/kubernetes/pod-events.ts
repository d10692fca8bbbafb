import { randomUUID } from 'node:crypto';
import type { EventsV1Event } from '@kubernetes/client-node';
import type { Json } from '../core/json.ts';
import type { PodEvents } from '../core/pod-event.ts';
import type { ApiClient } from './api-client.ts';
import { pathOf } from './resources.ts';

/** The resource that Events of the newer API are. */
export const EVENTS = 'events.events.k8s.io';

/** Who reports, as Kubernetes asks it of an Event: a qualified name. */
export const REPORTING_CONTROLLER = 'drain-wait';
/** The server's own limits (events.k8s.io validation), in bytes and characters. */
const LONGEST_NOTE = 1_024;
const LONGEST_INSTANCE = 128;

/** Events of `events.k8s.io/v1` on a pod; `kubectl describe pod` finds them by the UID. */
export function createPodEvents({ create }: ApiClient, now: () => Date): PodEvents {
  return {
    async write({ namespace, name, uid }, { type, reason, action, note }, signal) {
      const event: Json<EventsV1Event> = {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { namespace, name: `${name.slice(0, 200)}.${randomUUID().slice(0, 18)}` },
        eventTime: now().toISOString().replace('Z', '000Z'),
        reportingController: REPORTING_CONTROLLER,
        reportingInstance: name.slice(0, LONGEST_INSTANCE),
        type,
        reason,
        action,
        note: shortened(note),
        regarding: { apiVersion: 'v1', kind: 'Pod', namespace, name, ...(uid === undefined ? {} : { uid }) },
      };
      await create(`create ${EVENTS}`, pathOf(EVENTS, namespace), event, signal);
    },
  };
}

function shortened(note: string): string {
  if (Buffer.byteLength(note) <= LONGEST_NOTE) return note;
  const whole = Buffer.from(note)
    .subarray(0, LONGEST_NOTE - Buffer.byteLength('…'))
    .toString();
  // What is left of a character that was cut in two.
  return `${whole.replace(/\uFFFD+$/, '')}…`;
}
