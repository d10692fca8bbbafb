import type { Timeline } from '../timeline.ts';
import { Refusal } from './check.ts';
import { json, type Reply, type Route } from './route.ts';

export const timelineRoutes: readonly Route<{ readonly timeline: Timeline }>[] = [
  {
    method: 'GET',
    path: '/timeline',
    about: 'What happened so far, oldest first; with `?follow=true` one JSON line a moment, and then as it happens',
    handle: ({ timeline }, { query }) => (isFollowing(query) ? follow(timeline) : json(timeline.moments)),
  },
];

function isFollowing(query: URLSearchParams): boolean {
  const value = query.get('follow') ?? 'false';
  if (value !== 'true' && value !== 'false') throw new Refusal(400, `follow: ${value}. Expected true or false.`);
  return value === 'true';
}

function follow(timeline: Timeline): Reply {
  return {
    kind: 'lines',
    follow(write) {
      for (const moment of timeline.moments) write(moment);
      return timeline.onMoment(write);
    },
  };
}
