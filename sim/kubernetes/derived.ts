import { createHash } from 'node:crypto';
import { namespace, serviceAccount } from './builders.ts';
import { deriveEndpointSlices } from './endpoint-slices.ts';
import {
  type EndpointSlice,
  type Kind,
  type KubernetesObject,
  type Namespace,
  SERVICE_NAME_LABEL,
  type ServiceAccount,
} from './objects.ts';
import { byName, nameOf, select } from './select.ts';

type Stored = readonly KubernetesObject[];

export interface DeriveOptions {
  readonly slices: 'derived' | 'put';
  /** Of what has been there from the start. */
  readonly createdAt: string;
}

/** Those that every cluster has from its start. */
const FIRST_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** The objects of this kind that are there although nobody has put them. */
export function derive(kind: Kind, stored: Stored, { slices, createdAt }: DeriveOptions): Stored {
  switch (kind) {
    case 'EndpointSlice':
      return slices === 'put' ? [] : deriveSlices(stored);
    case 'Namespace':
      return deriveNamespaces(stored, createdAt);
    case 'ServiceAccount':
      return deriveServiceAccounts(stored, createdAt);
    default:
      return [];
  }
}

function deriveSlices(stored: Stored): readonly EndpointSlice[] {
  const planted = new Set(select(stored, 'EndpointSlice').map(serviceOf));
  const pods = select(stored, 'Pod').toSorted(byName);
  return select(stored, 'Service')
    .filter((service) => !planted.has(nameOf(service)))
    .flatMap((service) => deriveEndpointSlices(service, pods));
}

function serviceOf({ metadata }: EndpointSlice): string {
  return `${metadata.namespace}/${metadata.labels[SERVICE_NAME_LABEL]}`;
}

/** Those of every cluster, and those that an object is in. */
function deriveNamespaces(stored: Stored, createdAt: string): readonly Namespace[] {
  const put = select(stored, 'Namespace').map(({ metadata }) => metadata.name);
  const used = stored.map(({ metadata }) => metadata.namespace).filter((name) => name !== '');
  return [...new Set([...FIRST_NAMESPACES, ...used])]
    .filter((name) => !put.includes(name))
    .map((name) => always(namespace({ name }), createdAt));
}

/** `default`, in every namespace. */
function deriveServiceAccounts(stored: Stored, createdAt: string): readonly ServiceAccount[] {
  const put = new Set(select(stored, 'ServiceAccount').map(nameOf));
  const namespaces = [...select(stored, 'Namespace'), ...deriveNamespaces(stored, createdAt)];
  return namespaces
    .map(({ metadata }) => always(serviceAccount({ name: 'default', namespace: metadata.name }), createdAt))
    .filter((account) => !put.has(nameOf(account)));
}

/** Derived anew at each look, so nothing in it may be new. */
function always<T extends KubernetesObject>(object: T, creationTimestamp: string): T {
  const hash = createHash('sha256')
    .update(`${object.kind} ${nameOf(object)}`)
    .digest('hex');
  const uid = hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  return { ...object, metadata: { ...object.metadata, uid, resourceVersion: '1', creationTimestamp } };
}
