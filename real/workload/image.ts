import packageJson from '../../package.json' with { type: 'json' };
import { defaultImage } from '../../src/workload/sidecar.ts';

/** The image of this commit. */
export const IMAGE = defaultImage(packageJson.version);
