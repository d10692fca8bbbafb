import type { Access } from './access.ts';
import { METHOD_NOT_ALLOWED, NO_JSON_OBJECT, parseBody } from './body.ts';
import type { Call } from './call.ts';
import { type FieldError, invalid, unprocessable } from './invalid.ts';
import { type Answer, failure, json } from './status.ts';

const GROUP = 'authorization.k8s.io';

/** A question to RBAC that is asked as if an object were created. */
interface ReviewType {
  readonly resource: string;
  readonly kind: string;
  /** `self`: it is about whoever asks. Any other names somebody. */
  readonly about: 'self' | 'anybody';
  readonly namespaced: boolean;
}

const REVIEW_TYPES: readonly ReviewType[] = [
  { resource: 'selfsubjectaccessreviews', kind: 'SelfSubjectAccessReview', about: 'self', namespaced: false },
  { resource: 'subjectaccessreviews', kind: 'SubjectAccessReview', about: 'anybody', namespaced: false },
  { resource: 'localsubjectaccessreviews', kind: 'LocalSubjectAccessReview', about: 'anybody', namespaced: true },
];

interface ResourceAttributes {
  readonly verb?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

interface ReviewSpec {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string };
  readonly user?: string;
  readonly groups?: readonly string[];
}

interface Review {
  readonly metadata?: { readonly namespace?: string };
  readonly spec?: ReviewSpec;
}

/** Undefined where `call` is no question of access. */
export function reviewTypeOf({ group, version, resource, namespace }: Call): ReviewType | undefined {
  if (group !== GROUP || version !== 'v1') return undefined;
  return REVIEW_TYPES.find((type) => type.resource === resource && type.namespaced === (namespace !== undefined));
}

/** Answers by the rules that calls are refused by, without wildcards (kubernetes: pkg/registry/authorization). */
export function answerReview(access: Access, caller: string, type: ReviewType, call: Call, text: string): Answer {
  if (call.verb !== 'create' || call.name !== undefined) return METHOD_NOT_ALLOWED;
  const review = parseBody<Review>(text);
  if (review === undefined) return NO_JSON_OBJECT;
  const { metadata = {}, spec = {} } = review;
  const errors = problemsOf(type, metadata, spec);
  if (errors.length > 0) return unprocessable(`${type.kind}.${GROUP}`, '', errors);
  if (type.namespaced && metadata.namespace !== call.namespace) {
    return failure(400, `spec.resourceAttributes.namespace must match namespace: ${call.namespace}`);
  }
  const user = type.about === 'self' ? caller : spec.user;
  const allowed = isAllowed(access, user, spec.resourceAttributes);
  return json(201, { kind: type.kind, apiVersion: `${GROUP}/v1`, metadata, spec, status: { allowed } });
}

/** Any path may be read. */
function isAllowed(access: Access, user: string | undefined, asked: ResourceAttributes | undefined): boolean {
  if (asked === undefined) return true;
  const { verb = '', group = '', resource = '', subresource = '' } = asked;
  return access.isAllowed(user, {
    verb,
    group,
    resource,
    subresource: subresource === '' ? undefined : subresource,
  });
}

/** kubernetes: pkg/apis/authorization/validation/validation.go */
function problemsOf(type: ReviewType, metadata: Review['metadata'], spec: ReviewSpec): readonly FieldError[] {
  const { resourceAttributes, nonResourceAttributes, user = '', groups = [] } = spec;
  const asks = [resourceAttributes, nonResourceAttributes].filter((attributes) => attributes !== undefined);
  const isNobody = type.about === 'anybody' && user === '' && groups.length === 0;
  const isElsewhere = type.namespaced && resourceAttributes?.namespace !== metadata?.namespace;
  return [
    ...(asks.length === 0
      ? [
          invalid(
            'spec.resourceAttributes',
            null,
            'exactly one of nonResourceAttributes or resourceAttributes must be specified',
          ),
        ]
      : []),
    ...(asks.length === 2
      ? [
          invalid(
            'spec.nonResourceAttributes',
            nonResourceAttributes,
            'cannot be specified in combination with resourceAttributes',
          ),
        ]
      : []),
    ...(isNobody ? [invalid('spec.user', '', 'at least one of user or group must be specified')] : []),
    ...(isElsewhere
      ? [invalid('spec.resourceAttributes.namespace', resourceAttributes?.namespace, 'must match metadata.namespace')]
      : []),
  ];
}
