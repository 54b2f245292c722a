import { validatorEventSchema } from '../../schemas/roles.ts';
import { batcherFromEnvironment, learnFromEnvironment } from '../shared/llm/from-environment.ts';
import { pricePlanFromEnvironment } from '../shared/llm/price-plan.ts';
import { archivesFromEnvironment } from '../shared/memory/from-environment.ts';
import { roleHandler } from '../shared/role-handler.ts';
import { toolRegistryFromEnvironment } from '../shared/tools/registry.ts';
import { claimChecks, eventLog } from '../shared/wiring.ts';
import { createValidator } from './validator.ts';

const validator = createValidator({
  log: eventLog(),
  claims: claimChecks(),
  batcher: { completeAll: (requests) => batcherFromEnvironment().completeAll(requests) },
  learn: learnFromEnvironment,
  registry: toolRegistryFromEnvironment(),
  archives: archivesFromEnvironment(),
  pricer: pricePlanFromEnvironment(),
});

export const handler = roleHandler('validator', validatorEventSchema, (event) => validator.validate(event));
