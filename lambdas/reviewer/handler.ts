import { reviewerEventSchema } from '../../schemas/roles.ts';
import { modelRouterFromEnvironment } from '../shared/llm/from-environment.ts';
import { roleHandler } from '../shared/role-handler.ts';
import { claimChecks, eventLog } from '../shared/wiring.ts';
import { createReviewer } from './reviewer.ts';

const reviewer = createReviewer({
  log: eventLog(),
  claims: claimChecks(),
  router: modelRouterFromEnvironment(),
});

export const handler = roleHandler('reviewer', reviewerEventSchema, (event) => reviewer.review(event));
