import { z } from 'zod';
import { healthSchema } from '../../../schemas/http-tools.ts';
import { docsPage } from '../docs-page.ts';
import { type Endpoint, endpoint, problemAnswer } from '../endpoint.ts';
import { openApiDocument } from '../openapi.ts';
import { notFound } from '../problem.ts';

const health = endpoint({
  method: 'GET',
  path: '/health',
  operation_id: 'getHealth',
  tag: 'Service',
  summary: 'Is the office there?',
  scope: null,
  answers: { 200: { description: 'It is', schema: healthSchema } },
  handle: async ({ deps }) => ({
    status: 200,
    body: { status: 'ok', version: deps.version, engine: deps.engine, models: await deps.models() },
  }),
});

const metrics = endpoint({
  method: 'GET',
  path: '/metrics',
  operation_id: 'getMetrics',
  tag: 'Service',
  summary: 'Prometheus text, where the office runs in one process',
  scope: 'admin',
  answers: {
    200: { description: 'Metrics', schema: z.string(), content_type: 'text/plain' },
    404: problemAnswer('This office runs on AWS; its metrics are in CloudWatch'),
  },
  async handle({ deps }) {
    if (deps.metrics === undefined) throw notFound('Metrics of this office are in CloudWatch.');
    return new Response(await deps.metrics(), {
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' },
    });
  },
});

/** The health check, the metrics, and the descriptions of all `endpoints` (asked for when they are needed). */
export function serviceRoutes(endpoints: () => readonly Endpoint[]): readonly Endpoint[] {
  const openapi = endpoint({
    method: 'GET',
    path: '/openapi.json',
    operation_id: 'getOpenApi',
    tag: 'Service',
    summary: 'This description',
    scope: null,
    answers: { 200: { description: 'OpenAPI 3.1', schema: z.looseObject({}) } },
    handle: async ({ deps }) => ({
      status: 200,
      body: openApiDocument(endpoints(), deps.version),
      headers: { 'cache-control': 'public, max-age=300' },
    }),
  });

  const docs = endpoint({
    method: 'GET',
    path: '/docs',
    operation_id: 'getDocs',
    tag: 'Service',
    summary: 'The same for reading',
    scope: null,
    answers: { 200: { description: 'A page', schema: z.string(), content_type: 'text/html' } },
    handle: async ({ deps }) =>
      new Response(docsPage(openApiDocument(endpoints(), deps.version)), {
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'cache-control': 'public, max-age=300',
          'content-security-policy':
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        },
      }),
  });

  return [health, metrics, openapi, docs];
}
