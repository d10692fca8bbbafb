type Labels = Readonly<Record<string, string>>;

const REQUIREMENT = /^(!?)([\w./-]+)$|^([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)$|^([\w./-]+)\s+(in|notin)\s*\(([^)]*)\)$/;
const COMMA_OUTSIDE_PARENTHESES = /,(?![^(]*\))/;

/**
 * Reads `a=b`, `a!=b`, `a in (x,y)`, `a notin (x,y)`, `a` and `!a`, joined by commas (apimachinery: labels/selector.go).
 * Undefined where the text is none of these.
 */
export function parseLabelSelector(text: string): ((labels: Labels) => boolean) | undefined {
  if (text.trim() === '') return () => true;
  const tests = text.split(COMMA_OUTSIDE_PARENTHESES).map((requirement) => parseRequirement(requirement.trim()));
  if (tests.includes(undefined)) return undefined;
  return (labels) => tests.every((test) => test?.(labels));
}

function parseRequirement(text: string): ((labels: Labels) => boolean) | undefined {
  const match = REQUIREMENT.exec(text);
  if (match === null) return undefined;
  const [, not, existing, key = '', operator, value = '', setKey = '', setOperator, list = ''] = match;
  if (existing !== undefined) return (labels) => Object.hasOwn(labels, existing) !== (not === '!');
  if (operator !== undefined) return (labels) => (labels[key] === value) !== (operator === '!=');
  const values = list.split(',').map((item) => item.trim());
  const isIn = (labels: Labels) => Object.hasOwn(labels, setKey) && values.includes(labels[setKey] ?? '');
  return (labels) => isIn(labels) !== (setOperator === 'notin');
}
