import type { EmbeddedCluster } from '../../sim/cluster.ts';
import { endpointSlice, targetGroupBinding } from '../../sim/kubernetes/builders.ts';
import type { Endpoint } from '../../sim/kubernetes/objects.ts';

export const BINDINGS = 2_000;
export const SLICES = 2_050;
const FULL_SLICES = 50;
const ENDPOINTS_IN_SLICE = 100;

/**
 * Fills the namespace `default` as a busy one is: so many TargetGroupBindings, one Service with 5,000 endpoints in slices of 100, and a
 * slice of two endpoints for each of the others. Their objects are as large as real ones: a third of it is `managedFields`.
 */
export function fillNamespace({ store, controller }: EmbeddedCluster): void {
  // What it would make of each single change takes longer than everything else here.
  controller.pause();
  for (let index = 0; index < FULL_SLICES; index += 1) {
    putSlice(store, `big-${index}`, 'big', ENDPOINTS_IN_SLICE, index * ENDPOINTS_IN_SLICE);
  }
  for (let index = 0; index < BINDINGS - 1; index += 1) {
    const name = `service-${String(index).padStart(4, '0')}`;
    const object = targetGroupBinding({ name });
    store.put({ ...object, metadata: { ...object.metadata, ...MANAGED }, ...STATUS });
    putSlice(store, name, name, 2, 10_000 + 2 * index);
  }
  controller.resume();
}

function putSlice(store: EmbeddedCluster['store'], name: string, service: string, count: number, first: number): void {
  const endpoints = Array.from({ length: count }, (_, index) => endpoint(service, first + index));
  const object = endpointSlice({ name, service, endpoints, ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] });
  store.put({ ...object, metadata: { ...object.metadata, ...MANAGED } });
}

function endpoint(service: string, number: number): Endpoint & { readonly zone: string; readonly hints: object } {
  const hash = (number * 2_654_435_761) % 2 ** 32;
  return {
    addresses: [`10.${2 + (number >> 16)}.${(number >> 8) % 256}.${number % 256}`],
    conditions: { ready: true, serving: true, terminating: false },
    targetRef: {
      kind: 'Pod',
      namespace: 'default',
      name: `${service}-7c9f5d6b8-${hash.toString(36).padStart(5, '0')}`,
      uid: `${hash.toString(16).padStart(8, '0')}-6f3c-4b42-9d5a-0242ac120002`,
    },
    nodeName: `ip-10-2-${number % 100}-17.eu-west-1.compute.internal`,
    zone: 'eu-west-1a',
    hints: { forZones: [{ name: 'eu-west-1a' }] },
  };
}

const FIELDS = Object.fromEntries(
  ['metadata', 'spec', 'status'].map((part) => [
    `f:${part}`,
    Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`f:somefieldname${index}`, { '.': {}, 'f:inner': {} }]),
    ),
  ]),
);
const MANAGED = {
  generateName: 'web-',
  managedFields: [
    { manager: 'controller', operation: 'Update', apiVersion: 'v1', time: '2026-01-01T00:00:00Z', fieldsV1: FIELDS },
  ],
};
const STATUS = { status: { observedGeneration: 1 } };
