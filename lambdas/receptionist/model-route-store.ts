import { modelRoutesSchema } from '../../schemas/http-tools.ts';
import { experienceFromEnvironment } from '../shared/llm/from-environment.ts';
import { ModelFileError } from '../shared/llm/models.ts';
import type { ModelRouteStore } from './ports.ts';
import { badRequest } from './problem.ts';

/** The tenants' own lists of models, checked against the model file. */
export const modelRoutesFromEnvironment: ModelRouteStore = {
  read: async (tenantId) =>
    modelRoutesSchema.shape.routes.parse(await experienceFromEnvironment().readRoutes(tenantId)),
  async set(tenantId, routes) {
    try {
      await experienceFromEnvironment().setRoutes(tenantId, routes);
    } catch (error) {
      if (!(error instanceof ModelFileError)) throw error;
      throw badRequest(error.message, [{ path: 'routes', message: error.message }]);
    }
  },
};
