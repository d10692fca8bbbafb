import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AwsSide, type AwsSideOptions, startAwsSide } from './aws-side.ts';
import { createKubectl, type Kubectl } from './kubectl.ts';
import { createNamespace, type RealNamespace } from './namespace.ts';

/** A real cluster with AWS around it. */
export interface World {
  readonly aws: AwsSide;
  readonly kubectl: Kubectl;
  /** A namespace of its own; its name begins with `name`. It goes with the world at the latest. */
  namespace(name: string): Promise<RealNamespace>;
  close(): Promise<void>;
}

export async function startWorld(options: AwsSideOptions): Promise<World> {
  const kubectl = await createKubectl(options.kubeconfig);
  const program = await readFile(join(import.meta.dirname, '../sim/web-app.ts'), 'utf8');
  const aws = await startAwsSide(options);
  const namespaces: RealNamespace[] = [];
  return {
    aws,
    kubectl,
    async namespace(name) {
      const namespace = await createNamespace({ name: `${name}-${randomUUID().slice(0, 5)}`, kubectl, aws, program });
      namespaces.push(namespace);
      return namespace;
    },
    async close() {
      await Promise.all(namespaces.map((namespace) => namespace.remove()));
      await aws.close();
    },
  };
}
