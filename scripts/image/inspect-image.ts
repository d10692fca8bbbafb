import type { Workshop } from './workshop.ts';

/** What we read of an OCI image configuration. */
export interface ImageConfiguration {
  readonly config: {
    readonly User: string;
    readonly Env: readonly string[];
    readonly Entrypoint: readonly string[];
    readonly WorkingDir: string;
  };
  readonly rootfs: { readonly diff_ids: readonly string[] };
}

export async function inspectImage(name: string, { buildah }: Workshop): Promise<ImageConfiguration> {
  return JSON.parse(await buildah(['inspect', '--type', 'image', name])).OCIv1;
}
