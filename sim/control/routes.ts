import { clusterRoutes, controllerCallRoutes } from './cluster-routes.ts';
import { elbv2Routes } from './elbv2-routes.ts';
import { kubernetesRoutes } from './kubernetes-routes.ts';
import type { Parts } from './parts.ts';
import { type ControlRequest, json, type Reply, type Route } from './route.ts';
import { timelineRoutes } from './timeline-routes.ts';

/** A route that knows its parts already. */
export interface BoundRoute extends Omit<Route<never>, 'handle'> {
  readonly handle: (request: ControlRequest, ...segments: string[]) => Reply | Promise<Reply>;
}

const INDEX: Route<readonly BoundRoute[]> = {
  method: 'GET',
  path: '/',
  about: 'This list',
  handle: (routes) =>
    json({ routes: routes.map(({ method, path, about, example }) => ({ method, path, about, example })) }),
};

/** The routes to all parts that were started. */
export function routesTo(parts: Parts): readonly BoundRoute[] {
  const routes: BoundRoute[] = [];
  routes.push(
    ...bind([INDEX], routes),
    ...bind(timelineRoutes, parts),
    ...bind(kubernetesRoutes, parts.kubernetes),
    ...bind(elbv2Routes, parts.elbv2),
    ...bind(controllerCallRoutes, parts.controllerCalls),
    ...bind(clusterRoutes, parts.cluster),
  );
  return routes;
}

function bind<P>(routes: readonly Route<P>[], parts: P | undefined): readonly BoundRoute[] {
  if (parts === undefined) return [];
  return routes.map((route) => ({
    ...route,
    handle: (request: ControlRequest, ...segments: string[]) => route.handle(parts, request, ...segments),
  }));
}

/** All routes as the table of docs/embedded-cluster.md. */
export function routesTable(): string {
  const rows = [
    INDEX,
    ...timelineRoutes,
    ...kubernetesRoutes,
    ...elbv2Routes,
    ...controllerCallRoutes,
    ...clusterRoutes,
  ].map(
    ({ method, path, about, example }) =>
      `| \`${method} ${path}\` | ${about} | ${example === undefined ? '' : `\`${JSON.stringify(example)}\``} |`,
  );
  return ['| route | what it does | a body that it takes |', '| --- | --- | --- |', ...rows].join('\n');
}
