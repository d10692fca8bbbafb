import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RUNTIME_MODULE_ID } from 'rolldown';

/** The innermost one: a package may bring its own copy of another. */
const PACKAGE_FOLDER = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/;

/**
 * The folder of the package that a module of the bundle comes from; undefined for our own code. The bundler's runtime is code
 * of the bundler.
 */
export function packageFolderOf(moduleId: string): string | undefined {
  if (moduleId === RUNTIME_MODULE_ID) return dirname(fileURLToPath(import.meta.resolve('rolldown/package.json')));
  if (moduleId.startsWith('\0')) throw new Error(`Cannot tell which package the module ${moduleId.slice(1)} is from`);
  return PACKAGE_FOLDER.exec(moduleId)?.[0];
}
