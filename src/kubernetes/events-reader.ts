import type { EventsV1Event } from '@kubernetes/client-node';
import type { Json } from '../core/json.ts';
import type { SeenEvent } from '../core/seen-event.ts';
import type { ApiClient } from './api-client.ts';
import { EVENTS, REPORTING_CONTROLLER } from './pod-events.ts';
import { pathOf } from './resources.ts';

/** Reads what sidecars have told. */
export interface EventsReader {
  /** The Events on pods of this namespace, in no order. Rejects with an ApiError, and soon after an abort. */
  list(namespace: string, signal: AbortSignal): Promise<readonly SeenEvent[]>;
}

export function createEventsReader({ list }: Pick<ApiClient, 'list'>): EventsReader {
  return {
    async list(namespace, signal) {
      const events = await list(
        `list ${EVENTS}`,
        pathOf(EVENTS, namespace),
        // Of a busy namespace the others are many (Kubernetes: pkg/apis/events/v1, AddFieldLabelConversionsForEvent).
        { fieldSelector: `reportingController=${REPORTING_CONTROLLER}` },
        signal,
        (object) => toSeenEvent(object as Json<EventsV1Event>),
      );
      return events.filter((event) => event !== undefined);
    },
  };
}

/** Undefined where it is not on a pod, not ours, or has no time. */
function toSeenEvent({ metadata, regarding, eventTime, ...event }: Json<EventsV1Event>): SeenEvent | undefined {
  const atMs = Date.parse(eventTime ?? '');
  if (event.reportingController !== REPORTING_CONTROLLER || regarding?.kind !== 'Pod' || Number.isNaN(atMs))
    return undefined;
  return {
    id: metadata?.uid ?? metadata?.name ?? '',
    atMs,
    pod: { name: regarding.name ?? '', uid: regarding.uid ?? '' },
    type: event.type ?? '',
    reason: event.reason ?? '',
    note: event.note ?? '',
  };
}
