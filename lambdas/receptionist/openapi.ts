import { z } from 'zod';
import { taskEventSchema } from '../../schemas/events.ts';
import * as http from '../../schemas/http.ts';
import { deadLetterViewSchema } from '../../schemas/http-dead-letters.ts';
import * as tools from '../../schemas/http-tools.ts';
import { jsonSchema } from '../../schemas/json.ts';
import { planSchema, stepSchema } from '../../schemas/plan.ts';
import { submissionSchema } from '../../schemas/task.ts';
import { toolManifestSchema } from '../../schemas/tool.ts';
import type { EndpointDescription } from './endpoint.ts';

type SchemaObject = Readonly<Record<string, unknown>>;

export interface OpenApiParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: SchemaObject;
}
export interface OpenApiContent {
  readonly [contentType: string]: { readonly schema: SchemaObject };
}
export interface OpenApiOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly OpenApiParameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: OpenApiContent };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: OpenApiContent }>
  >;
}
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, SchemaObject>>;
    readonly securitySchemes: Readonly<Record<string, SchemaObject>>;
  };
}

/** Schemas that the document names; the rest is written where it is used. */
const named: readonly (readonly [string, z.ZodType])[] = [
  ['Json', jsonSchema],
  ['Problem', http.problemSchema],
  ['Submission', submissionSchema],
  ['AcceptedTask', http.acceptedTaskSchema],
  ['Task', http.taskViewSchema],
  ['TaskSummary', http.taskSummarySchema],
  ['TaskEvent', taskEventSchema],
  ['Subtask', http.subtaskViewSchema],
  ['SubtaskStep', http.stepViewSchema],
  ['Plan', planSchema],
  ['PlanStep', stepSchema],
  ['PlanRecord', http.planViewSchema],
  ['Artifact', http.artifactSchema],
  ['Approval', http.approvalViewSchema],
  ['DeadLetter', deadLetterViewSchema],
  ['Tool', tools.toolViewSchema],
  ['ToolManifest', toolManifestSchema],
  ['ToolOutcome', tools.toolOutcomeSchema],
  ['Judgement', tools.judgementSchema],
];

const reference = (name: string) => `#/components/schemas/${name}`;

/** One conversion for one direction: what is required differs between what is sent and what is answered. */
function converter(io: 'input' | 'output') {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of named) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { io, uri: reference, unrepresentable: 'any' });
  const components = Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, tidy(schema)]));
  const inline = (schema: z.ZodType): SchemaObject => {
    const id = registry.get(schema)?.id;
    if (id !== undefined) return { $ref: reference(id) };
    const converted = z.toJSONSchema(schema, {
      io,
      metadata: registry,
      reused: 'inline',
      unrepresentable: 'any',
    });
    return localize(tidy(converted)) as SchemaObject;
  };
  return { components, inline };
}

/** OpenAPI gives the dialect once; ids are the component's place. */
function tidy(schema: object): SchemaObject {
  const { $schema: _dialect, $id: _id, ...rest } = schema as Record<string, unknown>;
  return rest;
}

/** `#/$defs/Name` of a schema that stands alone is a component of the document. */
function localize(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(localize);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // An `id` that is no text is a field of that name.
      .filter(([key, each]) => key !== '$defs' && !(key === 'id' && typeof each === 'string'))
      .map(([key, each]) =>
        key === '$ref' && typeof each === 'string'
          ? [key, each.replace('#/$defs/', '#/components/schemas/')]
          : [key, localize(each)],
      ),
  );
}

const problemContent: OpenApiContent = {
  'application/problem+json': { schema: { $ref: reference('Problem') } },
};

/** What any endpoint may answer besides its own answers. */
function problems(
  endpoint: EndpointDescription,
): Record<string, { description: string; content: OpenApiContent }> {
  const told: [string, string][] = [];
  if ([endpoint.body, endpoint.query, endpoint.headers].some((each) => each !== undefined))
    told.push(['400', 'Not valid; `errors` says where']);
  if (endpoint.scope !== null) {
    told.push(['401', 'No key, or an unknown one'], ['403', `The key lacks the scope ${endpoint.scope}`]);
  }
  if (endpoint.path.includes('{')) told.push(['404', 'There is no such thing']);
  if (endpoint.method !== 'GET') told.push(['409', 'The state does not allow it']);
  if (endpoint.body !== undefined) told.push(['413', 'Too large'], ['415', 'Not JSON']);
  if (endpoint.idempotent === true) told.push(['422', 'The Idempotency-Key was used with another body']);
  if (endpoint.scope !== null) told.push(['429', 'Too many requests; see `Retry-After`']);
  return Object.fromEntries(
    told.map(([status, description]) => [status, { description, content: problemContent }]),
  );
}

function parameters(
  endpoint: EndpointDescription,
  inline: (schema: z.ZodType) => SchemaObject,
): OpenApiParameter[] {
  const path = [...endpoint.path.matchAll(/\{(\w+)\+?\}/g)].map(
    ([, name = '']): OpenApiParameter => ({ name, in: 'path', required: true, schema: { type: 'string' } }),
  );
  const shape = endpoint.query instanceof z.ZodObject ? Object.entries(endpoint.query.shape) : [];
  const query = shape.map(
    ([name, schema]): OpenApiParameter => ({
      name,
      in: 'query',
      required: false,
      schema: inline(schema as z.ZodType),
    }),
  );
  const idempotency: OpenApiParameter[] =
    endpoint.idempotent === true
      ? [
          {
            name: 'Idempotency-Key',
            in: 'header',
            required: false,
            description: 'Repeating a request with the same key and body gives the same answer for 24 hours.',
            schema: { type: 'string', maxLength: 255 },
          },
        ]
      : [];
  const headers = Object.entries(endpoint.headers ?? {}).map(
    ([name, description]): OpenApiParameter => ({
      name,
      in: 'header',
      required: false,
      description,
      schema: { type: 'string' },
    }),
  );
  return [...path, ...query, ...headers, ...idempotency];
}

/** The OpenAPI 3.1 document of the endpoints, made from the zod schemas they parse with. */
export function openApiDocument(endpoints: readonly EndpointDescription[], version: string): OpenApiDocument {
  const sent = converter('input');
  const answered = converter('output');
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const endpoint of endpoints) {
    const path = endpoint.path.replace('+}', '}');
    const given = parameters(endpoint, sent.inline);
    const responses = Object.entries(endpoint.answers).map(([status, answer]) => {
      const content: OpenApiContent | undefined =
        answer.schema === undefined
          ? undefined
          : { [answer.content_type ?? 'application/json']: { schema: answered.inline(answer.schema) } };
      return [
        status,
        { description: answer.description, ...(content === undefined ? {} : { content }) },
      ] as const;
    });
    paths[path] = {
      ...paths[path],
      [endpoint.method.toLowerCase()]: {
        operationId: endpoint.operation_id,
        tags: [endpoint.tag],
        summary: endpoint.summary,
        ...(endpoint.description === undefined ? {} : { description: endpoint.description }),
        security: endpoint.scope === null ? [] : [{ key: [] }],
        ...(given.length === 0 ? {} : { parameters: given }),
        ...(endpoint.body === undefined
          ? {}
          : {
              requestBody: {
                required: true,
                content: { 'application/json': { schema: sent.inline(endpoint.body) } },
              },
            }),
        responses: { ...Object.fromEntries(responses), ...problems(endpoint) },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Intelligent Office',
      version,
      description:
        'Post a task in plain language; the office plans it, checks the plan, asks where it must, runs it and answers. Errors are RFC 9457 problem details.',
    },
    tags: [...new Set(endpoints.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      // Bodies are described as they are sent, everything else as it is answered.
      schemas: {
        ...answered.components,
        ...pick(sent.components, ['Submission', 'Plan', 'PlanStep', 'ToolManifest']),
      },
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key; `office keys create` makes one.' },
      },
    },
  };
}

const pick = (schemas: Readonly<Record<string, SchemaObject>>, names: readonly string[]) =>
  Object.fromEntries(Object.entries(schemas).filter(([name]) => names.includes(name)));
