import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultRegion } from '../aws/target-group.ts';
import type { Parts } from '../control/parts.ts';
import { kubeconfig } from '../kubeconfig.ts';

/** The environment variables with which a client finds the APIs that were started. */
export function clientEnvironment({ kubernetes, elbv2 }: Parts): Readonly<Record<string, string>> {
  return {
    ...(kubernetes === undefined ? {} : { KUBECONFIG: writeKubeconfig(kubernetes.api.url) }),
    ...(elbv2 === undefined ? {} : awsEnvironment(elbv2.api.url)),
  };
}

/** Any credentials would do: the signature is read for the Region and never checked. */
function awsEnvironment(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2: url,
    AWS_ENDPOINT_URL_STS: url,
    AWS_REGION: defaultRegion,
    // The older clients, such as version 1 of the AWS CLI, read only this one.
    AWS_DEFAULT_REGION: defaultRegion,
    AWS_ACCESS_KEY_ID: 'embedded-cluster',
    AWS_SECRET_ACCESS_KEY: 'embedded-cluster',
  };
}

/** Writes a kubeconfig to a temporary folder that goes when this process does; returns its path. */
function writeKubeconfig(server: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-cluster-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, kubeconfig(server));
  return path;
}
