import type { V1Container, V1Deployment, V1PodSpec, V1PodTemplateSpec } from '@kubernetes/client-node';
import { IMAGE } from './image.ts';

/** The ConfigMap that has the program of the application. */
export const PROGRAM_MAP = 'web-app';
export const APP_PORT = 8080;

export interface WebOptions {
  /** Also the value of its label `app`. Absent: web. */
  readonly name?: string;
  /** Absent: 1. */
  readonly replicas?: number;
  /** Absent: that of Kubernetes. */
  readonly gracePeriodSeconds?: number;
  /** Absent: none. */
  readonly preStop?: NonNullable<V1Container['lifecycle']>['preStop'];
  /** Names of the main containers; each listens on a port of its own, from 8080 up. Absent: app. */
  readonly containers?: readonly string[];
  /** More of the pod's spec. */
  readonly spec?: Partial<V1PodSpec>;
}

/** A Deployment of a small web application, as its owner wrote it: no word of drain-wait. */
export function webDeployment(options: WebOptions = {}): V1Deployment {
  const { name = 'web', replicas = 1 } = options;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: { app: name } },
    spec: { replicas, selector: { matchLabels: { app: name } }, template: webPod(options) },
  };
}

export function webPod({
  name = 'web',
  gracePeriodSeconds,
  preStop,
  containers = ['app'],
  spec,
}: WebOptions): V1PodTemplateSpec {
  return {
    metadata: { labels: { app: name } },
    spec: {
      ...(gracePeriodSeconds === undefined ? {} : { terminationGracePeriodSeconds: gracePeriodSeconds }),
      // There is no DNS on the real node, and nobody needs one.
      dnsPolicy: 'Default',
      containers: containers.map((container, index) => webContainer(container, APP_PORT + index, preStop)),
      volumes: [{ name: 'program', configMap: { name: PROGRAM_MAP } }],
      ...spec,
    },
  };
}

/** Runs on the image of the sidecar: one image is enough, on any cluster. */
function webContainer(name: string, port: number, preStop: WebOptions['preStop']): V1Container {
  return {
    name,
    image: IMAGE,
    command: ['/nodejs/bin/node', '/program/web-app.ts'],
    env: [
      { name: 'HOST', value: '::' },
      { name: 'PORT', value: String(port) },
    ],
    ports: [{ name: port === APP_PORT ? 'http' : `http-${port}`, containerPort: port }],
    readinessProbe: { httpGet: { path: '/', port }, periodSeconds: 1 },
    ...(preStop === undefined ? {} : { lifecycle: { preStop } }),
    volumeMounts: [{ name: 'program', mountPath: '/program' }],
  };
}
