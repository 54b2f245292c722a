import { Worker } from 'node:worker_threads';
import { ToolFailure } from '../../shared/tools/define-tool.ts';
import { MAX_PATTERN_LENGTH } from './declaration.ts';

export interface Match {
  readonly line: number;
  readonly text: string;
}

/** Finds the lines of texts that match, at most `limit` of one text. `close` frees what it holds. */
export interface LineSearch {
  find(text: string, limit: number): Promise<Match[]>;
  close(): Promise<void>;
}

const MAX_LINE_SHOWN = 500;
/** Time for regular expressions in one search; JavaScript's engine can take exponential time on a hostile pattern. */
export const REGEX_BUDGET_MS = 2_000;

/** Lines that hold the text, in time linear in the size of the file. */
export function plainSearch(pattern: string, ignoreCase: boolean): LineSearch {
  const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
  const wanted = fold(pattern);
  return {
    async find(text, limit) {
      const matches: Match[] = [];
      const lines = text.split(/\r?\n/);
      for (let index = 0; index < lines.length && matches.length < limit; index += 1) {
        const line = lines[index] ?? '';
        if (fold(line).includes(wanted))
          matches.push({ line: index + 1, text: line.slice(0, MAX_LINE_SHOWN) });
      }
      return matches;
    },
    close: async () => undefined,
  };
}

/**
 * Runs in a worker thread, because a regular expression can't be interrupted in its own thread. Written as text so
 * that it needs no file beside a bundled function.
 */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads');
const regex = new RegExp(workerData.pattern, workerData.flags);
parentPort.on('message', ({ text, limit, shown }) => {
  const matches = [];
  const lines = text.split(/\\r?\\n/);
  for (let index = 0; index < lines.length && matches.length < limit; index += 1) {
    if (regex.test(lines[index])) matches.push({ line: index + 1, text: lines[index].slice(0, shown) });
  }
  parentPort.postMessage(matches);
});
`;

/**
 * Lines that match a regular expression (JavaScript syntax, Unicode mode where the pattern allows it), within
 * `budgetMs` for all texts together; then the thread is ended.
 *
 * @throws ToolFailure `InvalidPattern` at once; from `find`: `PatternTooSlow`
 */
export function regexSearch(
  pattern: string,
  ignoreCase: boolean,
  budgetMs: number = REGEX_BUDGET_MS,
): LineSearch {
  const flags = flagsFor(pattern, ignoreCase ? 'i' : '');
  const worker = new Worker(WORKER, {
    eval: true,
    env: {},
    execArgv: [],
    workerData: { pattern, flags },
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 },
  });
  worker.unref();
  // `find` reports errors; this one keeps an error between two finds from ending the process.
  worker.on('error', () => undefined);
  let left = budgetMs;

  return {
    async find(text, limit) {
      const started = performance.now();
      try {
        return await answerOf(worker, { text, limit, shown: MAX_LINE_SHOWN }, left);
      } finally {
        left -= performance.now() - started;
      }
    },
    async close() {
      await worker.terminate();
    },
  };
}

function answerOf(worker: Worker, message: unknown, milliseconds: number): Promise<Match[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(() => reject(tooSlow())), Math.max(0, milliseconds));
    const onMessage = (matches: Match[]) => settle(() => resolve(matches));
    const onError = (error: Error) => settle(() => reject(tooSlow(error)));
    function settle(finish: () => void): void {
      clearTimeout(timer);
      worker.off('message', onMessage);
      worker.off('error', onError);
      finish();
    }
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage(message);
  });
}

function tooSlow(cause?: Error): ToolFailure {
  return new ToolFailure(
    'PatternTooSlow',
    'The regular expression takes too much time or memory on these files; write it without nested repetition, or search for plain text.',
    { cause },
  );
}

function flagsFor(pattern: string, flags: string): string {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new ToolFailure('InvalidPattern', `A pattern has at most ${MAX_PATTERN_LENGTH} characters.`);
  }
  let problem: unknown;
  for (const candidate of [`${flags}u`, flags]) {
    try {
      new RegExp(pattern, candidate);
      return candidate;
    } catch (error) {
      problem = error;
    }
  }
  const why = problem instanceof Error ? problem.message : String(problem);
  throw new ToolFailure('InvalidPattern', `The pattern is no regular expression: ${why}.`, {
    cause: problem,
  });
}
