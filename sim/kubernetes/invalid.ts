import { type Answer, failure } from './status.ts';

/** One thing that is wrong with a field (apimachinery: util/validation/field/errors.go). */
export interface FieldError {
  readonly field: string;
  readonly reason: 'FieldValueRequired' | 'FieldValueInvalid';
  readonly message: string;
}

export function required(field: string): FieldError {
  return { field, reason: 'FieldValueRequired', message: 'Required value' };
}

export function invalid(field: string, value: unknown, why: string): FieldError {
  return { field, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}

/** The server's 422; `kind` with its group, as `Event` or `SelfSubjectAccessReview.authorization.k8s.io`. */
export function unprocessable(kind: string, name: string, errors: readonly FieldError[]): Answer {
  const all = errors.map(({ field, message }) => `${field}: ${message}`);
  const list = all.length === 1 ? all.join() : `[${all.join(', ')}]`;
  const [plain = kind, ...group] = kind.split('.');
  return failure(422, `${kind} ${JSON.stringify(name)} is invalid: ${list}`, {
    ...(name === '' ? {} : { name }),
    ...(group.length === 0 ? {} : { group: group.join('.') }),
    kind: plain,
    causes: errors.map(({ field, reason, message }) => ({ reason, message, field })),
  });
}
