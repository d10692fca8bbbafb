import { existsSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount/token';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * How to reach the API server: `KUBECONFIG` where it is set, else the pod's service account, else the user's own file.
 * `root` is put before the service account's paths.
 * Throws an Error that says what is missing.
 */
export function loadKubeConfig(env: Environment, root = ''): KubeConfig {
  const config = new KubeConfig();
  const inPod = env['KUBERNETES_SERVICE_HOST'] !== undefined;
  const given = env['KUBECONFIG'] !== undefined && env['KUBECONFIG'] !== '';
  if (given || !inPod) {
    config.loadFromDefault();
  } else if (existsSync(root + TOKEN_PATH)) {
    config.loadFromCluster(root);
  } else {
    throw new Error(
      `there is no service account token at ${root}${TOKEN_PATH}; give the container a projected serviceAccountToken volume, or set automountServiceAccountToken`,
    );
  }
  return config;
}
