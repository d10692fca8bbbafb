import { mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { type Listening, listenOn } from '../listen.ts';

/** A server that proves who it is. */
export interface TlsListening extends Listening {
  /** What its clients have to trust, as PEM. */
  readonly ca: string;
}

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** The name of the API server inside a cluster. */
export const API_SERVER_NAME = 'kubernetes.default.svc';

/** A certificate for 127.0.0.1 and the API server's name that is its own CA, good for a year. */
export async function makeCertificate(): Promise<Certificate> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'embedded-cluster' }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: API_SERVER_NAME },
        ],
      },
    ],
  });
  return { cert, key };
}

let shared: Promise<Certificate> | undefined;

/** Serves an API behind TLS, as the pods of a cluster meet it. The certificate is one for the whole process. */
export async function listenTls(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<TlsListening> {
  shared ??= makeCertificate();
  const { cert, key } = await shared;
  const server = createServer({ cert, key }, (request, response) => void handle(request, response));
  const listening = await listenOn(server);
  return { ...listening, url: `https://127.0.0.1:${listening.port}`, ca: cert };
}

/** What the kubelet mounts into a pod: the files of its service account. */
export async function writeServiceAccount(folder: string, { ca }: TlsListening, token: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all([
    writeFile(join(folder, 'ca.crt'), ca),
    writeFile(join(folder, 'token'), token),
    writeFile(join(folder, 'namespace'), 'default'),
  ]);
}

/** What a container finds in its environment, with its service account in `folder`. */
export function podEnvironment({ port }: Pick<Listening, 'port'>, folder: string): Readonly<Record<string, string>> {
  return {
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: String(port),
    DRAIN_WAIT_SERVICE_ACCOUNT_DIR: folder,
  };
}
