import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { hostWords } from '../core/words.ts';
import { type Connection, connectTo } from './connection.ts';

export interface ServiceAccountOptions {
  readonly host: string;
  readonly port: string;
  /** The folder of `token` and `ca.crt`. */
  readonly folder: string;
}

/**
 * To the API server of the own cluster, as the pod's service account (kubernetes.io: Accessing the Kubernetes API from a Pod).
 * The files are read once: whoever connects again finds a rotated token. Rejects with an Error that says what is missing.
 */
export async function connectAsServiceAccount({ host, port, folder }: ServiceAccountOptions): Promise<Connection> {
  // One after the other: where the whole folder is missing, it is the token that is explained.
  const token = await readToken(join(folder, 'token'));
  const ca = await readFile(join(folder, 'ca.crt'), 'utf8');
  return connectTo({
    url: new URL(`https://${hostWords(host)}:${port}`),
    agent: new Agent({ keepAlive: true, ca }),
    options: { headers: { authorization: `Bearer ${token}` } },
  });
}

async function readToken(path: string): Promise<string> {
  const token = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(
      `there is no service account token at ${path}; give the container a projected serviceAccountToken volume, or set automountServiceAccountToken`,
    );
  });
  return token.trim();
}
