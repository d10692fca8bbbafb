import { stripVTControlCharacters } from 'node:util';

/** A text of somebody else on one line, without what would steer a terminal or break a document. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]+/gu, ' ');
}
