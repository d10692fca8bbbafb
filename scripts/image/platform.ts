export const PLATFORMS = ['linux/amd64', 'linux/arm64'] as const;

/** What the image is published for. */
export type Platform = (typeof PLATFORMS)[number];

export function hostPlatform(): Platform {
  return process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';
}
