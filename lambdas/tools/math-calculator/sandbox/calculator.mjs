/**
 * The process in which expressions are calculated, one line of JSON in, one line out:
 * in `{id, expression, variables, precision?}`, out `{id, output}` or `{id, error: {name, message}}`;
 * the first line out is `{ready: true}`. It ends when its standard input does.
 */
import { readSync, writeFileSync } from 'node:fs';
import { answerOf } from './answer.mjs';
import { Refusal } from './check.mjs';
import { evaluateExpression } from './evaluate.mjs';

function calculate({ expression, variables, precision }) {
  try {
    return { output: answerOf(evaluateExpression(expression, variables), precision) };
  } catch (error) {
    if (error instanceof Refusal) return { error: { name: error.name, message: error.message } };
    if (error instanceof RangeError && /call stack/.test(error.message)) {
      return {
        error: { name: 'InvalidExpression', message: 'The expression is nested too deeply; split it up.' },
      };
    }
    return {
      error: { name: 'InvalidExpression', message: `The expression cannot be calculated: ${error.message}.` },
    };
  }
}

// The first evaluation prepares the functions it needs; the first caller should not wait for that.
for (const expression of ['0.1 + 2^3', 'sqrt(2)', '5 km to miles', 'mean([1, 2, 3])']) {
  calculate({ expression, variables: {} });
}

const STDIN = 0;
const STDOUT = 1;
const NEWLINE = 10;
const send = (message) => writeFileSync(STDOUT, `${JSON.stringify(message)}\n`);

const buffer = Buffer.allocUnsafe(65_536);
/**
 * The next line of standard input, undefined at its end; it comes alone, because each is answered before the next is
 * sent. This waits in the read, not in the event loop: there is nothing else to do.
 */
function nextLine() {
  const parts = [];
  do {
    const length = readSync(STDIN, buffer);
    if (length === 0) return undefined;
    parts.push(Buffer.from(buffer.subarray(0, length)));
  } while (parts.at(-1).at(-1) !== NEWLINE);
  return Buffer.concat(parts).toString('utf8');
}

send({ ready: true });
for (let line = nextLine(); line !== undefined; line = nextLine()) {
  const request = JSON.parse(line);
  send({ id: request.id, ...calculate(request) });
}
