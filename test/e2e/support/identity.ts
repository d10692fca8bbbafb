import type { Kubectl } from '../../../real/kubectl.ts';
import type { RealNamespace } from '../../../real/namespace.ts';

const NAME = 'z-identity';
const NEEDS_IT =
  "object.spec.?initContainers.orValue([]).exists(c, c.name == 'drain-wait' && !c.env.exists(e, e.name.startsWith('AWS_')))";
/** The namespaces whose pods get an identity; the value of the label tells which. */
const LABEL = 'identity';

/**
 * Gives the sidecars in these namespaces an identity and an endpoint of AWS, whoever adds them: as the webhook of EKS Pod
 * Identity does, by variables that stand in no manifest.
 */
export async function giveIdentity(kubectl: Kubectl, namespaces: readonly RealNamespace[]): Promise<void> {
  const [{ awsEnv = [], name = '' } = {}] = namespaces;
  const patches = awsEnv.map(addVariable).join(', ');
  const policy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicy',
    metadata: { name: NAME },
    spec: {
      reinvocationPolicy: 'IfNeeded',
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
      // No matchConditions: only a policy that was asked once is asked again when another one has added the sidecar.
      mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: `${NEEDS_IT} ? [${patches}] : []` } }],
    },
  };
  const matchResources = { namespaceSelector: { matchLabels: { [LABEL]: name } } };
  const binding = {
    apiVersion: policy.apiVersion,
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name: NAME },
    spec: { policyName: NAME, matchResources },
  };
  await kubectl(
    ['apply', '--server-side', '--filename=-'],
    [policy, binding].map((one) => JSON.stringify(one)).join('\n---\n'),
  );
  for (const shop of namespaces) await kubectl(['label', 'namespace', shop.name, `${LABEL}=${name}`]);
}

/** The sidecar is the first of the init containers. */
function addVariable(variable: object): string {
  return `JSONPatch{op: 'add', path: '/spec/initContainers/0/env/-', value: ${typed(variable, 'Object.spec.initContainers.env')}}`;
}

/** A value as an expression of CEL: objects have types there. */
function typed(value: unknown, type: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${name}: ${typed(member, `${type}.${name}`)}`);
  return `${type}{${members.join(', ')}}`;
}
