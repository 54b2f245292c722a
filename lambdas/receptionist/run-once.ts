import { setTimeout as delay } from 'node:timers/promises';
import type { Claim, IdempotencyRequest, IdempotencyStore } from '../shared/stores/idempotency-store.ts';
import type { Answer } from './endpoint.ts';
import { badRequest, conflict, HttpProblem, MAX_RECORD_BYTES } from './problem.ts';

/** How long a request waits for another with the same key that is at work. */
const PATIENCE_MS = 5_000;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 400;

/**
 * Runs the work once for all requests with the same Idempotency-Key and body; the others get its answer.
 * A failure of the work stores nothing, nor does an answer that is too large; the next request with the key tries
 * again on the same subject.
 *
 * @throws HttpProblem 400 for a malformed key, 409 when another request is still at work, 422 for another body
 */
export async function runOnce(
  store: IdempotencyStore,
  request: IdempotencyRequest,
  newId: () => string,
  work: (subject: { id: string; again: boolean }) => Promise<Answer>,
): Promise<Answer> {
  if (!/^[\x20-\x7e]{1,255}$/.test(request.key)) {
    throw badRequest('The Idempotency-Key must be 1 to 255 printable ASCII characters.', [
      { path: 'Idempotency-Key', message: 'must be 1 to 255 printable ASCII characters' },
    ]);
  }
  const holder = newId();
  const claim = await store.claim(request, { holder, subject: newId() });
  if (claim.outcome !== 'claimed') return waitForAnswer(store, request, claim);
  try {
    const answer = await work({ id: claim.subject, again: claim.again });
    const body = JSON.stringify(answer.body);
    // Addresses for two thousand uploads; a repeated request makes them anew, for the same subject.
    if (Buffer.byteLength(body) > MAX_RECORD_BYTES) await store.giveUp(request, holder);
    else await store.answer(request, holder, { status: answer.status, body, headers: { ...answer.headers } });
    return answer;
  } catch (error) {
    await store.giveUp(request, holder);
    throw error;
  }
}

async function waitForAnswer(
  store: IdempotencyStore,
  request: IdempotencyRequest,
  first: Claim,
): Promise<Answer> {
  let found: Claim | null = first;
  let pause = FIRST_PAUSE_MS;
  for (let waited = 0; ; waited += pause) {
    if (found?.outcome === 'mismatch') {
      throw new HttpProblem(
        422,
        'This Idempotency-Key was used with another request; use a new key for a new request.',
      );
    }
    if (found?.outcome === 'answered') {
      return {
        status: found.answer.status,
        body: JSON.parse(found.answer.body),
        headers: { ...found.answer.headers, 'idempotent-replayed': 'true' },
      };
    }
    if (waited >= PATIENCE_MS) {
      const problem = conflict(
        'A request with this Idempotency-Key is still at work; ask again in a moment.',
      );
      throw new HttpProblem(409, problem.message, { headers: { 'retry-after': '2' } });
    }
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    // Jitter, so that many waiting requests don't read at the same instant.
    await delay(pause * (0.5 + Math.random() / 2));
    found = await store.look(request);
  }
}
