/**
 * A kubeconfig for an embedded Kubernetes API, as JSON, which is YAML. The JavaScript client takes an http server only from an
 * entry that does not ask for TLS.
 */
export function kubeconfig(server: string, token = 'embedded-cluster'): string {
  const name = 'embedded-cluster';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    clusters: [{ name, cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name, user: { token } }],
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
