import { describe, expect, it } from '@jest/globals';
import { docsPage } from '../../../lambdas/receptionist/docs-page.ts';
import { openApiDocument } from '../../../lambdas/receptionist/openapi.ts';
import { endpoints } from '../../../lambdas/receptionist/routes/all.ts';
import { generated, outdated } from '../../../scripts/generate.ts';
import { fakeOffice } from '../../helpers/receptionist-fakes.ts';

const document = openApiDocument(endpoints, '1.2.3');
const text = JSON.stringify(document);

describe('the OpenAPI document', () => {
  it('refers only to schemas that it has', () => {
    const referred = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target);
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(referred.length).toBeGreaterThan(20);
    expect(referred.filter((target) => !known.includes(target ?? ''))).toEqual([]);
  });

  it('describes every field that it requires', () => {
    const missing: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      const { required, properties } = value as { required?: unknown; properties?: object };
      if (Array.isArray(required))
        for (const name of required)
          if (!Object.hasOwn(properties ?? {}, name)) missing.push(`${path}/${name}`);
      for (const [key, each] of Object.entries(value)) visit(each, `${path}/${key}`);
    };
    visit(document, '');
    expect(missing).toEqual([]);
  });

  it('gives every operation an id of its own and at least one answer', () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const operation of operations) expect(Object.keys(operation.responses).length).toBeGreaterThan(0);
  });

  it('describes every method and path of the interface', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described).toEqual(
      expect.arrayContaining([
        'POST /tasks',
        'GET /tasks',
        'GET /tasks/{task_id}',
        'GET /tasks/{task_id}/status',
        'GET /tasks/{task_id}/logs',
        'GET /tasks/{task_id}/events',
        'GET /tasks/{task_id}/plans',
        'GET /tasks/{task_id}/artifacts',
        'GET /tasks/{task_id}/artifacts/{path}',
        'POST /tasks/{task_id}/cancel',
        'POST /tasks/{task_id}/start',
        'POST /tasks/{task_id}/feedback',
        'GET /approvals',
        'POST /approvals/{approval_id}',
        'GET /dead-letters',
        'GET /dead-letters/{task_id}',
        'POST /dead-letters/{task_id}/redrive',
        'GET /tools',
        'PUT /tools/{name}',
        'DELETE /tools/{name}',
        'POST /tools/{name}/invoke',
        'POST /plans/validate',
        'GET /usage',
        'GET /budget',
        'PUT /budget',
        'GET /models/routes',
        'PUT /models/routes',
        'GET /audit',
        'GET /analytics/failures',
        'GET /health',
        'GET /metrics',
      ]),
    );
  });

  it('is checked in as it is generated', async () => {
    expect(await outdated(await generated())).toEqual([]);
  });

  it('is served', async () => {
    const answer = await fakeOffice().request('GET', '/openapi.json', { key: null });
    expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument(endpoints, '0.0.0'))));
  });
});

describe('the docs page', () => {
  it('shows every operation and loads nothing', () => {
    const page = docsPage(document);
    for (const { operation_id } of endpoints) expect(page).toContain(`id="${operation_id}"`);
    expect(page).not.toMatch(/<script|<link|src=|url\(|@import/);
  });

  it('escapes what it shows', () => {
    const [first] = endpoints;
    if (first === undefined) throw new Error('There are no endpoints.');
    const page = docsPage(openApiDocument([{ ...first, summary: '<b onclick="x">&' }], '1'));
    expect(page).toContain('&lt;b onclick=&quot;x&quot;&gt;&amp;');
  });
});
