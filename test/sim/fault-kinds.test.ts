import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerWith, type Fault } from '../../sim/faults.ts';
import { listen } from '../../sim/http.ts';
import type { Listening } from '../../sim/listen.ts';
import { systemClock } from '../../src/clock.ts';

const BODY = '{"name":"web","state":"healthy"}';

let server: Listening;
let fault: Fault;
let handled: Promise<void>;

beforeEach(async () => {
  server = await listen((_, response) => {
    handled = answerWith(response, fault, { status: 200, type: 'application/json', body: BODY }, () => '', systemClock);
    return handled;
  });
});

afterEach(() => server.close());

function asked(planted: Fault): Promise<Response> {
  fault = planted;
  return fetch(server.url);
}

describe('an answer that a fault bends', () => {
  test('cut: is half of the real one, and looks whole', async () => {
    const response = await asked({ kind: 'cut' });
    expect(await response.text()).toBe(BODY.slice(0, BODY.length / 2));
  });

  test('huge: is the real one with blanks after it', async () => {
    const response = await asked({ kind: 'huge', bytes: 300_000 });
    const text = await response.text();
    expect(text).toHaveLength(300_000);
    expect(JSON.parse(text)).toEqual(JSON.parse(BODY));
  });

  test('huge: ends with a client that has read enough', async () => {
    const response = await asked({ kind: 'huge', bytes: 50 * 2 ** 20 });
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await handled;
  });

  test('drip: comes whole at last', async () => {
    const response = await asked({ kind: 'drip', everyMs: 1 });
    expect(await response.json()).toEqual(JSON.parse(BODY));
  });

  test('drip: ends with a client that has lost its patience', async () => {
    const response = await asked({ kind: 'drip', everyMs: 3_600_000 });
    await response.body?.cancel();
    await handled;
  });

  test('rewrite: is the real one with other values, each wherever it stands', async () => {
    const replace = [
      { from: 'web', to: 'api' },
      { from: 'healthy', to: 'exalted' },
    ];
    const response = await asked({ kind: 'rewrite', replace });
    expect(await response.json()).toEqual({ name: 'api', state: 'exalted' });
  });
});
