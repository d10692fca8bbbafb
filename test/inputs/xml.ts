import fc from 'fast-check';
import { nastyText } from './nasty.ts';

/** An element of XML: its name, its attributes as they are written, and what is in it as it is written. */
export interface Element {
  readonly name: string;
  readonly attributes?: string;
  readonly content: string | readonly Element[];
}

export function element(name: string, content: string | readonly Element[], attributes = ''): Element {
  return { name, content, attributes };
}

export function toXml({ name, attributes = '', content }: Element): string {
  const inner = typeof content === 'string' ? content : content.map(toXml).join('');
  return `<${name}${attributes === '' ? '' : ` ${attributes}`}>${inner}</${name}>`;
}

const BILLION_LAUGHS = `<!DOCTYPE x [<!ENTITY a "ha">${Array.from(
  { length: 20 },
  (_, index) => `<!ENTITY ${'b'.repeat(index + 1)} "${`&${index === 0 ? 'a' : 'b'.repeat(index)};`.repeat(10)}">`,
).join('')}]>`;

/** Text in an element that nobody means, as it is written. */
const nastyContent: fc.Arbitrary<string> = fc.oneof(
  nastyText,
  nastyText.map((text) => `<![CDATA[${text}]]>`),
  fc.constantFrom(
    '&lt;State&gt;draining&lt;/State&gt;',
    '&#0;',
    '&#xD800;',
    '&#x110000;',
    '&#99999999999999999999;',
    '&lol;',
    '&amp;amp;',
    '&',
    `&${'b'.repeat(20)};`,
    '<!-- -->',
    '<!-- --',
    '<?php echo 1 ?>',
    '<State>draining</State>',
    '<member/>',
    '<__proto__><polluted>true</polluted></__proto__>',
    '<constructor><prototype><polluted>true</polluted></prototype></constructor>',
    '</State>',
    '<',
  ),
  fc.nat({ max: 4 }).map((power) => `${'<a>'.repeat(10 ** power)}x${'</a>'.repeat(10 ** power)}`),
  fc.nat({ max: 3 }).map((power) => '<member><Target><Id>1</Id></Target></member>'.repeat(10 ** power)),
);

const nastyName = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'member',
  'Member',
  'x:State',
  'State',
  'Error',
  'Reason',
  '1',
  '💥',
);

const nastyAttributes = fc.constantFrom(
  'xmlns="urn:somebody-else"',
  'xmlns:x="urn:x"',
  'xsi:nil="true"',
  '__proto__="polluted"',
  'constructor="x"',
  'a="<>&quot;"',
  "a='",
  'a',
  `a="${'x'.repeat(10_000)}"`,
);

type Change = (element: Element) => readonly Element[];

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constant<Change>(() => []),
  fc.constant<Change>((one) => [one, one]),
  fc.nat({ max: 1_000 }).map(
    (count): Change =>
      (one) =>
        Array.from({ length: count }, () => one),
  ),
  nastyContent.map(
    (content): Change =>
      (one) => [{ ...one, content }],
  ),
  nastyName.map(
    (name): Change =>
      (one) => [{ ...one, name }],
  ),
  nastyAttributes.map(
    (attributes): Change =>
      (one) => [{ ...one, attributes }],
  ),
  nastyName.map(
    (name): Change =>
      (one) => [element(name, [one])],
  ),
  nastyContent.map(
    (content): Change =>
      (one) => [one, element('Unknown', content)],
  ),
  fc.constant<Change>((one) => (typeof one.content === 'string' ? [one] : one.content)),
);

/** Changes the element with this number, counted from the outside in. */
function changed(root: Element, number: number, how: Change): readonly Element[] {
  let left = number;
  function walk(one: Element): readonly Element[] {
    left -= 1;
    if (left < 0) {
      left = Number.POSITIVE_INFINITY;
      return how(one);
    }
    return typeof one.content === 'string' ? [one] : [{ ...one, content: one.content.flatMap(walk) }];
  }
  return walk(root);
}

function count({ content }: Element): number {
  return 1 + (typeof content === 'string' ? 0 : content.reduce((sum, one) => sum + count(one), 0));
}

type Bend = (text: string) => string;

/** What happens to the document as a whole. */
const bend: fc.Arbitrary<Bend> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Bend>((text) => text) },
  {
    weight: 1,
    arbitrary: fc.double({ min: 0, max: 1, noNaN: true }).map(
      (part): Bend =>
        (text) =>
          text.slice(0, part * text.length),
    ),
  },
  {
    weight: 1,
    arbitrary: nastyText.map(
      (other): Bend =>
        (text) =>
          `${other}${text}`,
    ),
  },
  {
    weight: 1,
    arbitrary: nastyText.map(
      (other): Bend =>
        (text) =>
          `${text}${other}`,
    ),
  },
  {
    weight: 1,
    arbitrary: nastyText.map(
      (other): Bend =>
        () =>
          other,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Bend>(
      (text) => `${BILLION_LAUGHS}${text}`,
      (text) => `<?xml version="1.0"?>\n<!-- x -->${text}`,
    ),
  },
);

/** The document with up to three of its elements changed, and perhaps broken as a whole. */
export function spoiledXml(document: Element): fc.Arbitrary<string> {
  const step = fc.record({ number: fc.nat({ max: count(document) - 1 }), how: change });
  return fc.record({ steps: fc.array(step, { maxLength: 3 }), bent: bend }).map(({ steps, bent }) => {
    let roots: readonly Element[] = [document];
    for (const { number, how } of steps) roots = roots.flatMap((root) => changed(root, number, how));
    return bent(roots.map(toXml).join(''));
  });
}
