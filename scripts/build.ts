import { rm } from 'node:fs/promises';
import { build } from 'rolldown';

// One CommonJS program for the image; what is imported late stays in files of its own, which an idle sidecar never reads.
await rm('dist', { recursive: true, force: true });
await build({
  input: { 'drain-wait': 'src/main.ts' },
  platform: 'node',
  output: {
    dir: 'dist',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    sourcemap: true,
    minify: true,
  },
});
