import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { bundleSources } from '../../infra/bundling/bundle.ts';
import { gateEventSchema } from '../../schemas/gate.ts';
import {
  analystEventSchema,
  archivistEventSchema,
  brokerEventSchema,
  executorEventSchema,
  finisherEventSchema,
  morgueEventSchema,
  notifierEventSchema,
  plannerEventSchema,
  reviewerEventSchema,
  validatorEventSchema,
} from '../../schemas/roles.ts';
import { toolEventSchema } from '../../schemas/tool.ts';

const folder = new URL('../events/', import.meta.url);
const names = readdirSync(folder).map((file) => basename(file, '.json'));
const schemas: Readonly<Record<string, z.ZodType>> = {
  analyst: analystEventSchema,
  archivist: archivistEventSchema,
  broker: brokerEventSchema,
  executor: executorEventSchema,
  finisher: finisherEventSchema,
  gate: gateEventSchema,
  morgue: morgueEventSchema,
  notifier: notifierEventSchema,
  planner: plannerEventSchema,
  reviewer: reviewerEventSchema,
  validator: validatorEventSchema,
};
/** Their events are those of API Gateway and EventBridge. */
const ofServices = new Set(['receptionist', 'dispatcher']);

describe('sample events', () => {
  it('exist for every function and no other', () => {
    expect([...names].sort()).toEqual(bundleSources.map(({ name }) => name).sort());
  });

  it.each(names.filter((name) => !ofServices.has(name)))('%s is an event that the function takes', (name) => {
    const event: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
    expect((schemas[name] ?? toolEventSchema).safeParse(event).error?.issues ?? []).toEqual([]);
  });
});
