/** Writes docs/tools.md from the tools' manifests, so that the page can't say something else than the code. */
import { z } from 'zod';
import { builtInManifests } from '../lambdas/shared/tools/registry.ts';
import type { ToolManifest } from '../schemas/tool.ts';

/** What holds when a tool is used wrongly or with bad intent; schemas can't say that. */
const limits: Readonly<Record<string, string>> = {
  code_analyzer:
    'Reads the workspace only. A file that cannot be parsed is skipped and named in `skipped`. It never runs the code it reads.',
  python_exec:
    'CPython compiled to WebAssembly, in a process of its own without environment, network, host files or child processes; every run starts clean. What it writes comes back as files of the workspace. Endless loops, memory bombs and floods of output end at the limits, and the next run works.',
  file_operations:
    'The task’s workspace and nothing else: paths that climb, are absolute, encoded or reserved are refused by name. Writes are conditional, so two steps cannot tear a file.',
  math_calculator:
    'Never evaluates code. A heavy or hostile expression ends within a second in a process of its own.',
  http_client:
    'The guard against server-side request forgery decides on the resolved address, when connecting, for every one of at most five redirects, in every notation. `OFFICE_ALLOW_HOSTS` names private hosts that may be reached; a step gets only the exceptions for hosts that it, or its task, names. Who chose the address decides whether a person is asked: see [policies](policies.md).',
  web_search:
    'Asks Brave (`BRAVE_API_KEY`), Tavily (`TAVILY_API_KEY`) or SearXNG (`SEARXNG_URL`); without any of them it is listed as unavailable and not offered to planners.',
  ai_tool:
    'Goes through the model router: budget, cache, redaction and fallback as everywhere. Without a language model it is listed as unavailable.',
};

const propertySchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
  items: z.looseObject({ type: z.string().optional() }).optional(),
});
type Property = z.output<typeof propertySchema>;
const objectSchema = z.looseObject({
  properties: z.record(z.string(), propertySchema).default({}),
  required: z.array(z.string()).default([]),
});

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');

function typeOf(property: Property): string {
  if (property.const !== undefined) return `\`${JSON.stringify(property.const)}\``;
  if (property.enum !== undefined) return property.enum.map((value) => `\`${String(value)}\``).join(' ');
  if (property.items?.type !== undefined) return `${property.items.type}[]`;
  return [property.type ?? 'any'].flat().join(' or ');
}

function inputRows(schema: unknown): string[] {
  const { properties, required } = objectSchema.parse(schema);
  return Object.entries(properties).map(([name, property]) => {
    const fallback = property.default === undefined ? '' : `\`${JSON.stringify(property.default)}\``;
    const usual = required.includes(name) && fallback === '' ? 'required' : fallback;
    return `| \`${name}\` | ${cell(typeOf(property))} | ${usual} | ${cell(property.description ?? '')} |`;
  });
}

/** The object schemas of a schema that may be one of several. */
function variantsOf(schema: unknown): unknown[] {
  const { oneOf, anyOf } = z
    .looseObject({ oneOf: z.array(z.unknown()).optional(), anyOf: z.array(z.unknown()).optional() })
    .parse(schema);
  return (oneOf ?? anyOf ?? [schema]).flatMap((one) => (one === schema ? [one] : variantsOf(one)));
}

function inputTables(manifest: ToolManifest): string[] {
  const head = ['| input | type | default | what it is |', '| --- | --- | --- | --- |'];
  return variantsOf(manifest.input_schema).flatMap((variant) => [...head, ...inputRows(variant), '']);
}

function outputLine(manifest: ToolManifest): string {
  const shapes = variantsOf(manifest.output_schema).map((variant) => {
    const names = Object.keys(objectSchema.parse(variant).properties);
    return names.length === 0 ? 'any JSON' : names.map((name) => `\`${name}\``).join(', ');
  });
  return `Output: ${[...new Set(shapes)].join('; or ')}.`;
}

function section(manifest: ToolManifest): string[] {
  const facts = [
    `risk ${manifest.risk}`,
    manifest.idempotent ? 'may be repeated' : 'not repeated blindly',
    `at most ${manifest.timeout_seconds} s`,
    `${manifest.memory_mb} MB`,
    `network: ${manifest.network}`,
    `workspace: ${manifest.workspace}`,
  ];
  return [
    `## ${manifest.name}`,
    '',
    manifest.description,
    '',
    `Version ${manifest.version}; ${facts.join('; ')}.`,
    '',
    ...inputTables(manifest),
    outputLine(manifest),
    '',
    'Example:',
    '',
    '```json',
    JSON.stringify(manifest.example, null, 2),
    '```',
    '',
    ...(limits[manifest.name] === undefined ? [] : [limits[manifest.name] ?? '', '']),
  ];
}

const introduction = `<!-- Written by npm run generate from the tools' declarations. -->

# The tools

Each tool is one Lambda function in one folder of \`lambdas/tools\`, with one declaration from which planners,
validator, broker, registry, deployment and this page are made. A tool gets \`{inputs, tool_context}\` and nothing else
and answers \`{status: "ok", output}\` or \`{status: "error", error: {name, message, retryable}}\`. A plan's inputs may
refer to outputs of earlier steps: \`"\${steps.<step_id>.output.<dotted.path>}"\`.

\`POST /tools/{name}/invoke\` tries a tool by itself, behind the same walls as in a plan.

## More tools

| from | how | until it is classified |
| --- | --- | --- |
| a folder | \`office tools new NAME\` writes declaration, logic, handler and test, and adds the tool to \`lambdas/tools/declarations.ts\` and \`infra/functions.ts\`; an office that is started then has it | as its declaration says |
| any Lambda function | \`PUT /tools/{name}\` with the manifest and \`"source": {"kind": "lambda", "function_name": "…"}\` | as the manifest says |
| tagged functions of the account | \`office tools discover\`: the tag \`office:tool\` is \`describe\` (the function answers \`{"operation": "describe"}\` with its manifest, as every handler made with \`toolHandler\` does) or \`s3://bucket/key\` | as the manifest says |
| an MCP server (streamable HTTP) | \`office tools add-mcp NAME URL\`, or \`PUT /mcp-servers/{name}\` with \`{"url"}\` | risk \`high\`: a person approves each plan that uses it |

\`office tools classify NAME low|medium|high\` registers a new version with another risk. \`office tools refresh-mcp NAME\`
asks a server again: what has not changed keeps its risk, what has changed is \`high\` again, what is gone is removed. The
bridge reaches public addresses; a private one must be in \`OFFICE_ALLOW_HOSTS\`. A registration never replaces a tool of
the office, and a version never changes its content.
`;

/** The whole page. */
export const toolsPage = (): string =>
  `${[introduction, ...builtInManifests.flatMap(section)].join('\n').trimEnd()}\n`;
