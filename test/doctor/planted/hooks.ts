import type { World } from '../facts.ts';
import { type Planted, plant, setHook } from './plant.ts';

export const HOOKS: readonly Planted[] = [
  plant(
    'no-hook',
    'problem',
    'no hook at all',
    (world) => {
      delete world.app.lifecycle;
    },
    /no container of Pod shop\/web-7c9f-1 has a preStop hook/,
    {
      fix: /^kubectl -n shop patch deployment web --patch '\{"spec":\{"template":\{"spec":\{"containers":\[\{"name":"app","lifecycle":\{"preStop":\{"httpGet":\{"path":"\/prestop","port":9787\}\}\}\}\]\}\}\}\}'$/,
    },
  ),
  plant(
    'hook-missing',
    'warning',
    'a second container with a port and without a hook',
    (world) => {
      world.spec.containers.push({ name: 'front', image: 'nginx', ports: [{ containerPort: 80 }] });
    },
    /container 'front' has no preStop hook/,
    { fix: /"name":"front"/ },
  ),
  plant(
    'hook-missing',
    'note',
    'a second container that serves nobody',
    (world) => {
      world.spec.containers.push({ name: 'logs', image: 'fluent-bit' });
    },
    /container 'logs' has no preStop hook/,
  ),
  plant(
    'hook-sleep',
    'problem',
    'a sleep instead of the hook',
    (world) => {
      world.app.lifecycle = { preStop: { sleep: { seconds: 15 } } };
    },
    /sleeps; it does not ask the sidecar/,
    { fix: /"preStop":\{"\$patch":"replace","httpGet"/ },
  ),
  plant(
    'hook-other',
    'problem',
    'a hook that does something else',
    (world) => {
      world.app.lifecycle = { preStop: { exec: { command: ['nginx', '-s', 'quit'] } } };
    },
    /does not call the sidecar/,
    { fix: /"\$patch":"replace"/ },
  ),
  plant(
    'hook-port-name',
    'problem',
    'a hook port by name',
    (world) => {
      world.app.lifecycle = { preStop: { httpGet: { path: '/prestop', port: 'hook' } } } as unknown as NonNullable<
        World['app']['lifecycle']
      >;
    },
    /port of the hook of container 'app' is a name: current value is 'hook'/,
    { fix: /"port":9787/ },
  ),
  plant(
    'hook-port',
    'problem',
    'a wrong hook port',
    (world) => setHook(world, { path: '/prestop', port: 9788 }),
    /is not that of the sidecar, 9787: current value is '9788'/,
    { fix: /"port":9787/ },
  ),
  plant(
    'hook-path',
    'problem',
    'a wrong hook path',
    (world) => setHook(world, { path: '/healthz', port: 9787 }),
    /is not \/prestop: current value is '\/healthz'/,
    { fix: /"path":"\/prestop"/ },
  ),
  plant(
    'hook-host',
    'problem',
    'a hook that calls the node',
    (world) => setHook(world, { path: '/prestop', port: 9787, host: '127.0.0.1' }),
    /does not lead to the pod: current value is '127\.0\.0\.1'/,
    { fix: /"\$patch":"replace"/ },
  ),
  plant(
    'hook-scheme',
    'problem',
    'a hook over HTTPS',
    (world) => setHook(world, { path: '/prestop', port: 9787, scheme: 'HTTPS' }),
    /is not HTTP/,
  ),
  plant(
    'hooks-disagree',
    'warning',
    'two containers that ask in different ways',
    (world) => {
      const command = ['drain-wait', 'wait'];
      world.spec.containers.push({ name: 'front', image: 'nginx', lifecycle: { preStop: { exec: { command } } } });
    },
    /the hooks of the containers 'app' and 'front' differ/,
    { fix: /"name":"app".*"name":"front"/ },
  ),
];
