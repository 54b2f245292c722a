import { modelRoutesSchema } from '../../../schemas/http-tools.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';

const getModelRoutes = endpoint({
  method: 'GET',
  path: '/models/routes',
  operation_id: 'getModelRoutes',
  tag: 'Accounting',
  summary: "The tenant's own lists of models by role",
  description: 'A role that is not in it follows the model file; GET /health names the models of each role.',
  scope: 'tasks:read',
  answers: { 200: { description: 'The lists, first choice first', schema: modelRoutesSchema } },
  async handle({ deps, caller }) {
    return { status: 200, body: { routes: await deps.modelRoutes.read(caller.tenant_id) } };
  },
});

const putModelRoutes = endpoint({
  method: 'PUT',
  path: '/models/routes',
  operation_id: 'setModelRoutes',
  tag: 'Accounting',
  summary: "Set the tenant's own lists of models by role",
  description:
    'Names are those of the model file. A role that is left out follows the file again. Calls go by it within a minute.',
  scope: 'admin',
  body: modelRoutesSchema,
  answers: { 200: { description: 'The lists as they are kept', schema: modelRoutesSchema } },
  async handle({ deps, caller, body }) {
    await deps.modelRoutes.set(caller.tenant_id, body.routes);
    await deps.audit.append(caller.tenant_id, {
      action: 'model_routes.set',
      actor: caller.actor,
      detail: { routes: body.routes },
    });
    return { status: 200, body };
  },
});

export const modelRouteRoutes: readonly Endpoint[] = [getModelRoutes, putModelRoutes];
