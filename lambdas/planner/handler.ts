import { plannerEventSchema } from '../../schemas/roles.ts';
import { modelRouterFromEnvironment } from '../shared/llm/from-environment.ts';
import { archivesFromEnvironment } from '../shared/memory/from-environment.ts';
import { roleHandler } from '../shared/role-handler.ts';
import { createPlanStore } from '../shared/stores/plan-store.ts';
import { toolRegistryFromEnvironment } from '../shared/tools/registry.ts';
import { claimChecks, eventLog, taskTable, workspaceOf } from '../shared/wiring.ts';
import { createPlanner } from './planner.ts';

const claims = claimChecks();
const planner = createPlanner({
  log: eventLog(),
  plans: createPlanStore({ ...taskTable(), claims }),
  claims,
  router: modelRouterFromEnvironment(),
  registry: toolRegistryFromEnvironment(),
  archives: archivesFromEnvironment(),
  workspaceOf: workspaceOf(),
  now: () => new Date(),
});

export const handler = roleHandler('planner', plannerEventSchema, (event) => planner.plan(event));
