import { drainNode } from '../node-drain.ts';
import { apiRoutes } from './api-routes.ts';
import { Refusal } from './check.ts';
import { deploymentRoutes } from './deployment-routes.ts';
import type { ClusterParts } from './parts.ts';
import { podRoutes } from './pod-routes.ts';
import { begun, done, type Route } from './route.ts';

/** What happens to the controller's calls happens to nobody else's: it has a role of its own. */
export const controllerCallRoutes = apiRoutes('controller', {
  fault: { kind: 'status', status: 400, code: 'Throttling' },
  match: 'DescribeTargetHealth',
  forMs: 40_000,
});

export const clusterRoutes: readonly Route<ClusterParts>[] = [
  ...podRoutes,
  ...deploymentRoutes,
  {
    method: 'POST',
    path: '/nodes/:node/drain',
    about:
      '`kubectl drain`: cordons the node, so that no pod of a Deployment is started there, and evicts all its pods at once',
    handle({ store, timeline, nodes }, _, node) {
      void drainNode({ store, timeline, nodes, node: knownNode(nodes, node) });
      return begun;
    },
  },
  {
    method: 'POST',
    path: '/nodes/:node/uncordon',
    about: 'It takes pods again',
    handle({ nodes }, _, node) {
      nodes.uncordon(knownNode(nodes, node));
      return done;
    },
  },
  {
    method: 'POST',
    path: '/kubelet/restart',
    about: 'Restarts the kubelet, not the containers: hooks are called again, Ready flaps',
    handle({ kubelet }) {
      void kubelet.restart();
      return begun;
    },
  },
  {
    method: 'POST',
    path: '/node/shutdown',
    about: 'Graceful node shutdown: ends every pod of every node without any deletion',
    handle({ kubelet }) {
      void kubelet.shutdownNode();
      return begun;
    },
  },
  {
    method: 'POST',
    path: '/controller/pause',
    about: 'The load balancer controller is down: nothing is registered or deregistered',
    handle({ controller }) {
      controller.pause();
      return done;
    },
  },
  {
    method: 'POST',
    path: '/controller/resume',
    about: 'It is up again, and the lag of what ended meanwhile starts now',
    handle({ controller }) {
      controller.resume();
      return done;
    },
  },
];

function knownNode({ names }: ClusterParts['nodes'], node: string): string {
  if (names.includes(node)) return node;
  throw new Refusal(404, `There is no node ${node}. Expected ${names.join(' or ')}.`);
}
