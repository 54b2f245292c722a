import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import '../../../../infra/local/promise-with-resolvers.ts';
import type * as Library from '../../../../infra/local/engine/library.ts';
import type { Json, JsonObject } from '../../../../schemas/json.ts';
import { documents, machines } from '../../../helpers/any-machine.ts';
import { type Functions, machine, NamedError, startEngine, task } from '../../../helpers/embedded-engine.ts';

/** The library as it is published: the engine changes the modules that are imported, and these are required. */
const published = createRequire(import.meta.url)('aws-local-stepfunctions') as Pick<
  typeof Library,
  'StateMachine'
>;

/** A function of its event alone, so that both sides see the same failures whatever the order of their calls. */
function judge(event: Json): Json {
  const text = JSON.stringify(event);
  if (text.length % 3 === 0) throw new NamedError('Bad', 'bad');
  if (text.length % 5 === 0) throw new NamedError('Worse', 'worse');
  return { a: text.length, b: { c: event }, c: [event] };
}
const functions: Record<string, (event: Json) => Json> = { echo: (event) => event, judge };

function tasksOf(definition: JsonObject): Record<string, string> {
  const found: Record<string, string> = {};
  const look = (value: Json | undefined): void => {
    if (value === null || typeof value !== 'object') return;
    for (const [name, inside] of Object.entries(value)) {
      const resource = (inside as JsonObject | null)?.['Resource'];
      if (typeof resource === 'string') found[name] = resource.split(':').at(-1) ?? '';
      look(inside);
    }
  };
  look(definition);
  return found;
}

interface Made {
  readonly output?: Json;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

async function byLibrary(definition: JsonObject, input: Json): Promise<{ made: Made; failures: number }> {
  const handlers = Object.fromEntries(
    Object.entries(tasksOf(definition)).map(([name, called]) => [
      name,
      async (event: Json): Promise<Json> => {
        try {
          return JSON.parse(JSON.stringify(functions[called]?.(event) ?? null));
        } catch (error) {
          const { name: errorType, message: errorMessage } = error as Error;
          throw new NamedError(errorType, JSON.stringify({ errorMessage, errorType, trace: [] }));
        }
      },
    ]),
  );
  const subject = new published.StateMachine(definition as never, {
    validationOptions: { noValidate: true },
  });
  const overrides = { taskResourceLocalHandlers: handlers as never };
  const run = subject.run(input as never, { overrides });
  const made = await run.result.then(
    (output): Made => ({ output: JSON.parse(JSON.stringify(output ?? null)) }),
    ({ cause }: Error): Made => ({ error: (cause as Error).name, cause: (cause as Error).message }),
  );
  let failures = 0;
  for await (const event of run.eventLogs) if (event.type.includes('Failed')) failures += 1;
  return { made, failures };
}

async function byEngine(definition: JsonObject, input: Json): Promise<Made> {
  const engine = await startEngine({ main: definition }, functions as Functions);
  try {
    const { output, error, cause } = await engine.run(input);
    return output === undefined ? { error, cause } : { output: JSON.parse(output) };
  } finally {
    await engine.remove();
  }
}

describe('the engine and its library as it is published', () => {
  it('make the same of any definition and input', async () => {
    await fc.assert(
      fc.asyncProperty(machines, documents, async (definition, input) => {
        const { made, failures } = await byLibrary(definition, input);
        // Which of several branches fails first is a race.
        const mayRace = failures > 0 && /"(Map|Parallel)"/.test(JSON.stringify(definition));
        // A root that is falsy (an InputPath may lead to one) has no `$` for the library.
        const hasNoRoot = made.cause === "Path expression '$' does not point to a value";
        fc.pre(!mayRace && !hasNoRoot);
        expect(await byEngine(definition, input)).toEqual(made);
      }),
      { numRuns: Number(process.env['FC_RUNS'] ?? 150) },
    );
  }, 600_000);

  it('make the same of a large document that goes through many states', async () => {
    const large = Array.from({ length: 500 }, (_, n) => ({ n, text: `☃${n}`, of: [n, { n: null }] }));
    const definition = machine({
      Each: {
        Type: 'Map',
        ItemsPath: '$.large',
        ItemSelector: { 'item.$': '$$.Map.Item.Value', 'whole.$': '$.small' },
        ItemProcessor: machine({ Keep: { Type: 'Pass', OutputPath: '$.item', End: true } }),
        ResultPath: '$.small.again',
        Next: 'Echo',
      },
      Echo: task('echo', { Parameters: { 'got.$': '$.small.again[499]' }, ResultPath: '$.large' }),
    });
    const input = { large, small: { a: [] } };
    const { made } = await byLibrary(definition, input);
    expect(made.error).toBeUndefined();
    expect(await byEngine(definition, input)).toEqual(made);
  });
});
