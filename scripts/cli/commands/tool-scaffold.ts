import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toolNameSchema } from '../../../schemas/identifiers.ts';
import { UsageError } from '../failures.ts';
import type { Terminal } from '../terminal.ts';

interface Names {
  /** In plans: `word_count`. */
  readonly snake: string;
  /** Folder and files: `word-count`. */
  readonly kebab: string;
  /** Constants: `wordCount`. */
  readonly camel: string;
  /** The factory: `createWordCount`. */
  readonly pascal: string;
}

function namesOf(name: string): Names {
  const snake = name.replaceAll('-', '_');
  const parsed = toolNameSchema.safeParse(snake);
  if (!parsed.success || snake.endsWith('_') || snake.includes('__')) {
    throw new UsageError(
      `"${name}" is no tool name: use lower case letters, digits and single _, like word_count.`,
    );
  }
  const pascal = snake.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return {
    snake,
    kebab: snake.replaceAll('_', '-'),
    camel: pascal.charAt(0).toLowerCase() + pascal.slice(1),
    pascal,
  };
}

const declaration = ({ snake, camel }: Names) => `import { z } from 'zod';
import type { ToolDeclaration } from '../../shared/tools/define-tool.ts';

const inputs = z.strictObject({
  text: z.string().max(100_000).describe('the text to look at'),
});

const output = z.strictObject({
  words: z.int().min(0),
});

/** What planner, validator, broker, registry and deployment read; change it first, then the code. */
export const ${camel}Declaration: ToolDeclaration<typeof inputs, typeof output> = {
  name: '${snake}',
  version: '1.0.0',
  description: 'Counts the words of a text.',
  inputs,
  output,
  risk: 'low',
  idempotent: true,
  timeout_seconds: 30,
  memory_mb: 256,
  network: 'none',
  workspace: 'none',
  example: { text: 'three words here' },
};
`;

const logic = ({
  camel,
  pascal,
  snake,
}: Names) => `import { type Tool, ToolFailure } from '../../shared/tools/define-tool.ts';
import { ${camel}Declaration } from './declaration.ts';

type Declaration = typeof ${camel}Declaration;

/** The ${snake} tool. Expected failures are \`ToolFailure\`s: name and message become the step's error. */
export function create${pascal}(): Tool<Declaration['inputs'], Declaration['output']> {
  return {
    declaration: ${camel}Declaration,

    async run({ text }) {
      const words = text.split(/\\s+/).filter((word) => word !== '');
      if (words.length === 0) throw new ToolFailure('EmptyText', 'The text holds no words.');
      return { output: { words: words.length } };
    },
  };
}
`;

const handler = ({
  kebab,
  pascal,
}: Names) => `import { toolHandler } from '../../shared/tools/tool-handler.ts';
import { create${pascal} } from './${kebab}.ts';

export const handler = toolHandler(create${pascal}());
`;

/** In the order of their paths, as the linter wants them. */
const testImports = ({ kebab, camel, pascal }: Names): string =>
  [
    `import { ${camel}Declaration } from '../../../../lambdas/tools/${kebab}/declaration.ts';`,
    `import { create${pascal} } from '../../../../lambdas/tools/${kebab}/${kebab}.ts';`,
  ]
    .sort((a, b) => (a.slice(a.indexOf("'")) < b.slice(b.indexOf("'")) ? -1 : 1))
    .join('\n');

const test = (names: Names) => {
  const { snake, camel, pascal } = names;
  return `import { describe, expect, it } from '@jest/globals';
${testImports(names)}
import { aRun } from '../../../helpers/tool-run.ts';

describe('${snake}', () => {
  it('runs its own example', async () => {
    const inputs = ${camel}Declaration.inputs.parse(${camel}Declaration.example);

    const { output } = await create${pascal}().run(inputs, aRun());

    expect(${camel}Declaration.output.parse(output)).toEqual({ words: 3 });
  });

  it('names what is wrong with a text without words', async () => {
    const run = create${pascal}().run({ text: ' ' }, aRun());

    await expect(run).rejects.toMatchObject({ name: 'EmptyText', retryable: false });
  });
});
`;
};

/** Imports stay in the order of their paths, as the linter wants them. */
function withImport(text: string, line: string): string {
  const lines = text.split('\n');
  const pathOf = (each: string) => /from '([^']+)'/.exec(each)?.[1] ?? '';
  const isImport = (each: string) => each.startsWith('import ') && pathOf(each).startsWith('./');
  const before = lines.findIndex((each) => isImport(each) && pathOf(each) > pathOf(line));
  const last = lines.findLastIndex((each) => each.startsWith('import '));
  lines.splice(before === -1 ? last + 1 : before, 0, line);
  return lines.join('\n');
}

/** Before the closing line of the list that starts with `opening`. */
function withEntry(text: string, opening: string, closing: string, entry: string, file: string): string {
  const start = text.indexOf(opening);
  const end = start === -1 ? -1 : text.indexOf(`\n${closing}`, start);
  if (end === -1)
    throw new UsageError(`${file} has no list "${opening}" any more: add ${entry.trim()} to it by hand.`);
  return `${text.slice(0, end)}\n${entry}${text.slice(end)}`;
}

/**
 * The two lists that name every tool of this repository: what planners are offered, and what is deployed. Without
 * them (in a project of its own) the tool stands alone.
 */
function registrations(names: Names, root: string): (readonly [file: string, text: string])[] {
  const { snake, kebab, camel } = names;
  const declarations = join('lambdas', 'tools', 'declarations.ts');
  const functions = join('infra', 'functions.ts');
  if (!existsSync(join(root, declarations)) || !existsSync(join(root, functions))) return [];
  const list = withEntry(
    readFileSync(join(root, declarations), 'utf8'),
    'export const builtInDeclarations',
    '];',
    `  ${camel}Declaration,`,
    declarations,
  );
  return [
    [declarations, withImport(list, `import { ${camel}Declaration } from './${kebab}/declaration.ts';`)],
    [
      functions,
      withEntry(
        readFileSync(join(root, functions), 'utf8'),
        'export const toolFunctions',
        '};',
        `  ${snake}: tool('${kebab}', 'Counts the words of a text', 35, 256),`,
        functions,
      ),
    ],
  ];
}

/** `office tools new`: a working tool to start from, in its own folder, with its test. */
export async function newTool(name: string, terminal: Terminal): Promise<number> {
  const names = namesOf(name);
  const folder = join('lambdas', 'tools', names.kebab);
  const files: readonly (readonly [string, string])[] = [
    [join(folder, 'declaration.ts'), declaration(names)],
    [join(folder, `${names.kebab}.ts`), logic(names)],
    [join(folder, 'handler.ts'), handler(names)],
    [join('test', 'unit', 'tools', names.kebab, `${names.kebab}.test.ts`), test(names)],
  ];
  const taken = [folder, ...files.map(([path]) => path)].find((path) =>
    existsSync(join(terminal.root, path)),
  );
  if (taken !== undefined) throw new UsageError(`${taken} exists: choose another name, or edit that tool.`);
  const registered = registrations(names, terminal.root);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(terminal.root, path)), { recursive: true });
    writeFileSync(join(terminal.root, path), text, { flag: 'wx' });
    terminal.out(`${path}\n`);
  }
  for (const [path, text] of registered) {
    writeFileSync(join(terminal.root, path), text);
    terminal.out(`${path}\n`);
  }
  terminal.out(
    `\nA working tool that counts words; an office started now has it. Next:\n  1. say in declaration.ts what it takes, gives and may reach\n  2. write it in ${names.kebab}.ts, and its test\n  3. give its function the time and memory it needs in infra/functions.ts\n  4. npm run check && npm test -- ${names.kebab}\n`,
  );
  return 0;
}
