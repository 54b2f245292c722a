/**
 * The process in which expressions are calculated, one line of JSON in, one line out:
 * in `{id, expression, variables, precision?}`, out `{id, output}` or `{id, error: {name, message}}`;
 * the first line out is `{ready: true}`. It ends when its standard input does.
 */
import { createInterface } from 'node:readline';
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
const send = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line);
  send({ id: request.id, ...calculate(request) });
});
send({ ready: true });
