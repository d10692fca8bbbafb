/** A kubeconfig, as JSON, which is YAML, for an embedded Kubernetes API. Plain HTTP needs `insecure-skip-tls-verify`. */
export function kubeconfig(url: string, token = 'simulated'): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'embedded',
    clusters: [{ name: 'embedded', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'embedded', user: { token } }],
    contexts: [{ name: 'embedded', context: { cluster: 'embedded', user: 'embedded' } }],
  });
}
