import { reviewerEventSchema } from '../../schemas/roles.ts';
import { learnFromEnvironment, modelRouterFromEnvironment } from '../shared/llm/from-environment.ts';
import { roleHandler } from '../shared/role-handler.ts';
import { claimChecks, eventLog } from '../shared/wiring.ts';
import { createReviewer } from './reviewer.ts';

const reviewer = createReviewer({
  log: eventLog(),
  claims: claimChecks(),
  router: modelRouterFromEnvironment(),
  learn: learnFromEnvironment,
});

export const handler = roleHandler('reviewer', reviewerEventSchema, (event) => reviewer.review(event));
