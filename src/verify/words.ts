import { seconds } from '../core/words.ts';
import { type Counts, mostFrequentFirst } from './counts.ts';

/** In the same words on every machine: `12,345`. */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** `1 pod`, `2 pods`. */
export function amount(number: number, thing: string): string {
  return `${count(number)} ${thing}${number === 1 ? '' : 's'}`;
}

/** `12 HTTP 502, 3 connection refused`. */
export function countsInWords(counts: Counts): string {
  return mostFrequentFirst(counts)
    .map(([name, number]) => `${count(number)} ${name}`)
    .join(', ');
}

/** `0.4 ms`, `12 ms`, `1.2 s`. */
export function latency(ms: number): string {
  if (ms >= 1_000) return seconds(ms);
  return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
}

/** A time since the start: `1:02`. */
export function minutes(ms: number): string {
  const whole = Math.floor(Math.abs(ms) / 1_000);
  return `${ms < 0 && whole > 0 ? '-' : ''}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** A part of the whole: `1.2 %`; what is not nothing is never `0 %`. */
export function percent(part: number, whole: number): string {
  const share = whole === 0 ? 0 : (100 * part) / whole;
  return share > 0 && share < 0.1 ? 'less than 0.1 %' : `${Math.round(share * 10) / 10} %`;
}

/** `2026-11-21 14:03:12 UTC`. */
export function utc(unixMs: number): string {
  return `${new Date(unixMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
