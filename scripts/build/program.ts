import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'rolldown';
import { thirdParty } from './third-party.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * One CommonJS program for the image; what is imported late stays in files of its own, which an idle sidecar never reads.
 * Beside it: THIRD-PARTY-NOTICES.txt and sbom.cdx.json. The same sources give the same bytes, wherever `outDir` is.
 */
export async function buildProgram(outDir: string): Promise<void> {
  await build({
    cwd: ROOT,
    input: { 'drain-wait': 'src/main.ts' },
    platform: 'node',
    plugins: [thirdParty()],
    output: {
      dir: outDir,
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name]-[hash].cjs',
      minify: true,
      sourcemap: true,
      // A stack needs the lines, not the text: with it the maps would weigh three times as much.
      sourcemapExcludeSources: true,
      sourcemapPathTransform: fromFolderInRoot,
    },
  });
}

/** What a path in a source map is from dist/: not from a folder that a test writes to. */
function fromFolderInRoot(path: string, sourceMap: string): string {
  return join('..', relative(ROOT, resolve(dirname(sourceMap), path)));
}
