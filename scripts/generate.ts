/**
 * Writes what is generated from the zod schemas and checked in: JSON Schemas, the OpenAPI document, the tools' page.
 * `--check` writes nothing and exits 1 when a file is not up to date.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { openApiDocument } from '../lambdas/receptionist/openapi.ts';
import { endpoints } from '../lambdas/receptionist/routes/all.ts';
import { taskEventSchema } from '../schemas/events.ts';
import { jsonSchema } from '../schemas/json.ts';
import { planSchema } from '../schemas/plan.ts';
import { submissionSchema } from '../schemas/task.ts';
import { toolManifestSchema } from '../schemas/tool.ts';
import { toolsPage } from './tools-page.ts';

const folder = new URL('../schemas/generated/', import.meta.url);

/** A schema that stands alone, as it is written by whoever sends it. */
function jsonSchemaOf(title: string, schema: z.ZodType): object {
  const names = z.registry<{ id: string }>();
  names.add(jsonSchema, { id: 'Json' });
  return { title, ...z.toJSONSchema(schema, { io: 'input', metadata: names }) };
}

/** File name, from schemas/generated, to content. The version in the OpenAPI document is the package's. */
export async function generated(): Promise<Record<string, string>> {
  const manifest = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')));
  const documents: Record<string, object> = {
    'plan.schema.json': jsonSchemaOf('Plan', planSchema),
    'submission.schema.json': jsonSchemaOf('Submission', submissionSchema),
    'task-event.schema.json': jsonSchemaOf('Task event', taskEventSchema),
    'tool-manifest.schema.json': jsonSchemaOf('Tool manifest', toolManifestSchema),
    'openapi.json': openApiDocument(endpoints, manifest.version),
  };
  const schemas = Object.fromEntries(
    Object.entries(documents).map(([name, document]) => [name, `${JSON.stringify(document, null, 2)}\n`]),
  );
  return { ...schemas, '../../docs/tools.md': toolsPage() };
}

/** Names of the files whose content on disk is another one. */
export async function outdated(files: Readonly<Record<string, string>>): Promise<string[]> {
  const stale = await Promise.all(
    Object.entries(files).map(async ([name, text]) => {
      try {
        return (await readFile(new URL(name, folder), 'utf8')) === text ? [] : [name];
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [name];
        throw error;
      }
    }),
  );
  return stale.flat();
}

async function main(): Promise<void> {
  const files = await generated();
  const stale = await outdated(files);
  if (process.argv.includes('--check')) {
    if (stale.length > 0) {
      process.stderr.write(`Not up to date: ${stale.join(', ')}. Run npm run generate.\n`);
      process.exitCode = 1;
    }
    return;
  }
  for (const name of stale) {
    const path = fileURLToPath(new URL(name, folder));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, files[name] ?? '');
    process.stdout.write(`${relative(fileURLToPath(new URL('..', import.meta.url)), path)}\n`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
