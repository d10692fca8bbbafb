import { get } from 'node:http';

/** The path that the kubelet asks, and the one that people ask. */
const PATHS = ['/readyz', '/status'] as const;

/** So many calls, one after the other, each on a connection of its own as the kubelet does it. */
export async function probe(url: string, calls: number): Promise<void> {
  for (let call = 0; call < calls; call += 1) {
    await new Promise<void>((resolve, reject) => {
      get(`${url}${PATHS[call % PATHS.length]}`, { agent: false }, (response) =>
        response.resume().once('end', resolve),
      ).once('error', reject);
    });
  }
}
