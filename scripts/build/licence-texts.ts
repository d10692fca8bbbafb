import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const LICENCE_FILE = /^(?:(?:un|third-party-)?licen[cs]e|copying|notice)[^.]*(?:\.(?:md|txt))?$/i;

/**
 * The licences and notices that a package has for these of its modules: of each folder from the package's own down to the
 * module's, as some packages carry foreign code under a licence of its own.
 */
export async function licenceTexts(packageFolder: string, modules: readonly string[]): Promise<readonly string[]> {
  const folders = new Set([packageFolder, ...modules.flatMap((each) => foldersBetween(packageFolder, each))]);
  const texts = await Promise.all([...folders].sort().map(textsIn));
  return [...new Set(texts.flat())];
}

function foldersBetween(packageFolder: string, module: string): readonly string[] {
  if (!module.startsWith(packageFolder)) return [];
  const folders = [];
  for (let folder = dirname(module); folder.length > packageFolder.length; folder = dirname(folder)) {
    folders.push(folder);
  }
  return folders;
}

async function textsIn(folder: string): Promise<readonly string[]> {
  const files = (await readdir(folder)).filter((each) => LICENCE_FILE.test(each)).sort();
  const texts = await Promise.all(files.map((each) => readFile(join(folder, each), 'utf8')));
  return texts.map((each) => each.replaceAll('\r\n', '\n').trim());
}
