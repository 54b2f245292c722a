import { analystEventSchema } from '../../schemas/roles.ts';
import { readEnvironment } from '../shared/environment.ts';
import { modelRouterFromEnvironment } from '../shared/llm/from-environment.ts';
import { archivesFromEnvironment } from '../shared/memory/from-environment.ts';
import { roleHandler } from '../shared/role-handler.ts';
import { toolRegistryFromEnvironment } from '../shared/tools/registry.ts';
import { claimChecks, eventLog, taskStore, workspaceOf } from '../shared/wiring.ts';
import { createAnalyst } from './analyst.ts';

const analyst = createAnalyst({
  tasks: taskStore(),
  log: eventLog(),
  claims: claimChecks(),
  router: modelRouterFromEnvironment(),
  registry: toolRegistryFromEnvironment(),
  archives: archivesFromEnvironment(),
  workspaceOf: workspaceOf(),
  defaultMaxIterations: readEnvironment(['DEFAULT_MAX_ITERATIONS']).DEFAULT_MAX_ITERATIONS,
  now: () => new Date(),
});

export const handler = roleHandler('analyst', analystEventSchema, (event) => analyst.analyze(event));
