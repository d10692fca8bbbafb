/** A piece of XML that needs no more escaping. Only `element` makes it. */
export interface Markup {
  readonly markup: string;
}

/** An attribute that is undefined is left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One element. Whatever is text, in an attribute or between its tags, is escaped: it may be anything that is printable. */
export function element(name: string, attributes: Attributes, ...children: readonly (Markup | string)[]): Markup {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
    .join('');
  if (children.length === 0) return { markup: `<${name}${given}/>` };
  const inner = children.map((child) => (typeof child === 'string' ? escaped(child) : child.markup)).join('');
  return { markup: `<${name}${given}>${inner}</${name}>` };
}

/** Tenths of a pixel are enough. */
export function px(value: number): number {
  return Math.round(value * 10) / 10;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
}
