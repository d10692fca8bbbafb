import type { ClusterParts } from './parts.ts';
import { podRoutes } from './pod-routes.ts';
import { begun, done, type Route } from './route.ts';

export const clusterRoutes: readonly Route<ClusterParts>[] = [
  ...podRoutes,
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
    about: 'Graceful node shutdown: ends every pod without any deletion',
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
