import {
  policyBodySchema,
  policyListSchema,
  policyNameSchema,
  policyViewSchema,
} from '../../../schemas/http-plugins.ts';
import { defaultPolicies, policySchema } from '../../broker/default-policies.ts';
import { InvalidPolicyError } from '../../broker/policy.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { badRequest, conflict, notFound } from '../problem.ts';

const tag = 'Policies';
/** All of them are evaluated for every step of every plan. */
const MAX_POLICIES = 100;

const isDefault = (name: string): boolean => Object.hasOwn(defaultPolicies, name);
const noPolicy = (name: string) =>
  notFound(`There is no policy ${JSON.stringify(name.slice(0, 80))}; GET /policies lists them.`);
const defaultView = (name: string) => ({
  name,
  text: defaultPolicies[name] ?? '',
  default: true,
  updated_at: null,
});

const list = endpoint({
  method: 'GET',
  path: '/policies',
  operation_id: 'listPolicies',
  tag,
  summary: 'The Cedar policies that decide what steps may do: the defaults and the tenant’s own',
  scope: 'admin',
  answers: { 200: { description: 'Policies', schema: policyListSchema } },
  async handle({ deps, caller }) {
    const own = await deps.policies.list(caller.tenant_id);
    const policies = [
      ...Object.keys(defaultPolicies).map(defaultView),
      ...own.map((policy) => ({ ...policy, default: false })),
    ];
    return { status: 200, body: { schema: policySchema, policies } };
  },
});

const get = endpoint({
  method: 'GET',
  path: '/policies/{name}',
  operation_id: 'getPolicy',
  tag,
  summary: 'One policy',
  scope: 'admin',
  answers: { 200: { description: 'The policy', schema: policyViewSchema } },
  async handle({ deps, caller, param }) {
    const name = param('name');
    if (isDefault(name)) return { status: 200, body: defaultView(name) };
    const own = (await deps.policies.list(caller.tenant_id)).find((policy) => policy.name === name);
    if (own === undefined) throw noPolicy(name);
    return { status: 200, body: { ...own, default: false } };
  },
});

const put = endpoint({
  method: 'PUT',
  path: '/policies/{name}',
  operation_id: 'putPolicy',
  tag,
  summary: 'Add or replace a policy of the tenant',
  description:
    'Checked against the schema before it is kept; 400 tells what Cedar says. It decides about plans within 30 seconds.',
  scope: 'admin',
  body: policyBodySchema,
  answers: { 200: { description: 'Kept', schema: policyViewSchema } },
  async handle({ deps, caller, body, param }) {
    const parsed = policyNameSchema.safeParse(param('name'));
    if (!parsed.success) {
      const message = parsed.error.issues[0]?.message ?? 'is not a policy name';
      throw badRequest('The path does not hold a policy name.', [{ path: 'name', message }]);
    }
    const name = parsed.data;
    if (isDefault(name))
      throw conflict(`${name} is a default policy and cannot be replaced; choose another name.`);
    const own = await deps.policies.list(caller.tenant_id);
    if (own.length >= MAX_POLICIES && !own.some((policy) => policy.name === name))
      throw conflict(`A tenant has at most ${MAX_POLICIES} policies; remove one first.`);
    try {
      await deps.checkPolicies({ [name]: body.text });
    } catch (error) {
      if (!(error instanceof InvalidPolicyError)) throw error;
      throw badRequest(`The policy is not valid. ${error.message}`, [
        { path: 'text', message: error.message },
      ]);
    }
    const policy = { name, text: body.text, updated_at: deps.now().toISOString() };
    await deps.policies.put(caller.tenant_id, policy);
    await deps.audit.append(caller.tenant_id, {
      action: 'policy.put',
      actor: caller.actor,
      detail: { policy: name, text: body.text },
    });
    return { status: 200, body: { ...policy, default: false } };
  },
});

const remove = endpoint({
  method: 'DELETE',
  path: '/policies/{name}',
  operation_id: 'removePolicy',
  tag,
  summary: 'Remove a policy of the tenant',
  scope: 'admin',
  answers: { 204: { description: 'Removed' } },
  async handle({ deps, caller, param }) {
    const name = param('name');
    if (isDefault(name)) throw conflict(`${name} is a default policy and cannot be removed.`);
    if (!(await deps.policies.remove(caller.tenant_id, name))) throw noPolicy(name);
    await deps.audit.append(caller.tenant_id, {
      action: 'policy.removed',
      actor: caller.actor,
      detail: { policy: name },
    });
    return { status: 204, body: null };
  },
});

export const policyRoutes: readonly Endpoint[] = [list, get, put, remove];
