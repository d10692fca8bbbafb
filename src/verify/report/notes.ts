import type { Totals } from '../figures.ts';
import { NOT_SENT } from '../record.ts';
import type { Run } from '../run.ts';
import { LATEST_MS, MOST_BODY_BYTES, MOST_WAITING } from '../send/limits.ts';
import { amount, count } from '../words.ts';

/** What somebody should know who reads the figures, a sentence or two each. */
export function notesOf(run: Run, { failures, failed, requests }: Totals): readonly string[] {
  const { record, request, seen, endedEarly } = run;
  const notSent = failures.get(NOT_SENT) ?? 0;
  const isTls = [...failures.keys()].some((why) => why.startsWith('TLS '));
  const notes = [
    endedEarly && 'It was ended early.',
    failed === requests && 'Every request failed: is it the right URL?',
    notSent > 0 &&
      `${amount(notSent, 'request')} could not be sent, because ${count(MOST_WAITING)} others were waiting for their answers, or because this machine came to it more than ${LATEST_MS / 1_000} s late. Nobody knows what would have become of that.`,
    isTls && !request.insecure && '--insecure takes any certificate.',
    areRedirects([...record.statuses.keys()]) &&
      'Every answer was a redirect, and verify does not follow any: give it the URL that they lead to.',
    record.cutAnswers > 0 &&
      `${amount(record.cutAnswers, 'answer')} went on after ${MOST_BODY_BYTES / 1_048_576} MiB. That was not read.`,
    seen?.problem !== undefined && `There may be more holds than are shown. ${seen.problem}`,
  ];
  return notes.filter((note) => note !== false);
}

function areRedirects(statuses: readonly string[]): boolean {
  return statuses.length > 0 && statuses.every((status) => status.startsWith('HTTP 3'));
}
