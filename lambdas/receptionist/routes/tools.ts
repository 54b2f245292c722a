import {
  invokeToolSchema,
  judgementSchema,
  registerToolSchema,
  toolListSchema,
  toolOutcomeSchema,
  toolViewSchema,
  validatePlanSchema,
} from '../../../schemas/http-tools.ts';
import { builtInToolNames, toolNameSchema } from '../../../schemas/identifiers.ts';
import type { ToolManifest } from '../../../schemas/tool.ts';
import { canonicalHash } from '../../shared/canonical.ts';
import { ToolVersionExistsError } from '../../shared/stores/registry-store.ts';
import type { ToolShelf } from '../../shared/tools/shelf.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import type { ReceptionistDeps } from '../ports.ts';
import { badRequest, conflict, HttpProblem, MAX_RECORD_BYTES, notFound } from '../problem.ts';
import { decodeFiles } from '../workspace-files.ts';

const view = (manifest: ToolManifest, shelf: Pick<ToolShelf, 'unavailable'>) => ({
  ...manifest,
  available: !shelf.unavailable.has(manifest.name),
  unavailable_reason: shelf.unavailable.get(manifest.name) ?? null,
});
const builtIn: ReadonlySet<string> = new Set(builtInToolNames);
const noTool = (name: string) =>
  notFound(`There is no tool ${JSON.stringify(name.slice(0, 80))}; GET /tools lists them.`);

/** On the shelf, or registered so recently that this process has not seen it. */
async function findTool(
  deps: ReceptionistDeps,
  tenantId: string,
  shelf: ToolShelf,
  name: string,
): Promise<ToolManifest> {
  const isName = toolNameSchema.safeParse(name).success;
  const manifest = shelf.manifests.get(name) ?? (isName ? await deps.registry.get(tenantId, name) : null);
  if (manifest === null) throw noTool(name);
  return manifest;
}

/** Only asked for when a tool is registered or tried: submissions don't wait for a schema validator to load. */
const inputRules = () => import('../../validator/input-rules.ts');

/** @throws HttpProblem 400 for a schema that can't be checked, 413 for what is too large to be kept */
async function refuseManifest(manifest: ToolManifest): Promise<void> {
  const { schemaProblem } = await inputRules();
  const problem = schemaProblem(manifest);
  if (problem !== null) {
    const message = `is not a JSON Schema that can be checked: ${problem}`;
    throw badRequest("The tool's schema is not valid.", [{ path: 'input_schema', message }]);
  }
  const bytes = Buffer.byteLength(JSON.stringify(manifest));
  if (bytes > MAX_RECORD_BYTES)
    throw new HttpProblem(413, `The manifest has ${bytes} bytes; ${MAX_RECORD_BYTES} fit.`);
}

const list = endpoint({
  method: 'GET',
  path: '/tools',
  operation_id: 'listTools',
  tag: 'Tools',
  summary: 'The tools a plan can use, with their schemas',
  scope: 'tasks:read',
  answers: { 200: { description: 'Tools', schema: toolListSchema } },
  async handle({ deps, caller }) {
    const shelf = await deps.shelf(caller.tenant_id);
    return {
      status: 200,
      body: { tools: [...shelf.manifests.values()].map((manifest) => view(manifest, shelf)) },
    };
  },
});

const get = endpoint({
  method: 'GET',
  path: '/tools/{name}',
  operation_id: 'getTool',
  tag: 'Tools',
  summary: 'One tool',
  scope: 'tasks:read',
  answers: { 200: { description: 'The tool', schema: toolViewSchema } },
  async handle({ deps, caller, param }) {
    const shelf = await deps.shelf(caller.tenant_id);
    return { status: 200, body: view(await findTool(deps, caller.tenant_id, shelf, param('name')), shelf) };
  },
});

const register = endpoint({
  method: 'PUT',
  path: '/tools/{name}',
  operation_id: 'registerTool',
  tag: 'Tools',
  summary: 'Register a version of a tool',
  description:
    'A version is immutable: another content needs another version. Built-in tools cannot be replaced.',
  scope: 'admin',
  body: registerToolSchema,
  answers: { 200: { description: 'Registered', schema: toolViewSchema } },
  async handle({ deps, caller, body, param }) {
    const name = param('name');
    if (body.name !== undefined && body.name !== name) {
      throw badRequest('The body names another tool than the path.', [
        { path: 'name', message: `must be ${name}` },
      ]);
    }
    const parsed = toolNameSchema.safeParse(name);
    if (!parsed.success) {
      const message = parsed.error.issues[0]?.message ?? 'is not a tool name';
      throw badRequest('The path does not hold a tool name.', [{ path: 'name', message }]);
    }
    if (builtIn.has(name))
      throw conflict(`${name} is a built-in tool and cannot be replaced; choose another name.`);
    if (body.source.kind === 'builtin') {
      const message = 'must be "lambda" or "mcp"';
      throw badRequest('A registered tool says where it runs.', [{ path: 'source.kind', message }]);
    }
    const manifest: ToolManifest = { ...body, name };
    await refuseManifest(manifest);
    try {
      await deps.registry.put(caller.tenant_id, manifest);
    } catch (error) {
      if (error instanceof ToolVersionExistsError) throw conflict(error.message);
      throw error;
    }
    await deps.audit.append(caller.tenant_id, {
      action: 'tool.registered',
      actor: caller.actor,
      detail: { tool: name, version: manifest.version, source: manifest.source },
    });
    return { status: 200, body: view(manifest, { unavailable: new Map() }) };
  },
});

const remove = endpoint({
  method: 'DELETE',
  path: '/tools/{name}',
  operation_id: 'removeTool',
  tag: 'Tools',
  summary: 'Take a registered tool out of use',
  scope: 'admin',
  answers: { 204: { description: 'Removed' } },
  async handle({ deps, caller, param }) {
    const name = param('name');
    if (builtIn.has(name)) throw conflict(`${name} is a built-in tool and cannot be removed.`);
    const isName = toolNameSchema.safeParse(name).success;
    if (!isName || !(await deps.registry.remove(caller.tenant_id, name))) throw noTool(name);
    await deps.audit.append(caller.tenant_id, {
      action: 'tool.removed',
      actor: caller.actor,
      detail: { tool: name },
    });
    return { status: 204, body: null };
  },
});

const invoke = endpoint({
  method: 'POST',
  path: '/tools/{name}/invoke',
  operation_id: 'invokeTool',
  tag: 'Tools',
  summary: 'Try a tool by itself',
  description:
    'In the same sandbox and with the same guards as in a plan; audited. 400 when the inputs do not fit.',
  scope: 'admin',
  body: invokeToolSchema,
  answers: { 200: { description: 'What the tool answered', schema: toolOutcomeSchema } },
  async handle({ deps, caller, body, param }) {
    const shelf = await deps.shelf(caller.tenant_id);
    const manifest = await findTool(deps, caller.tenant_id, shelf, param('name'));
    const files = decodeFiles(body.workspace?.files ?? []);
    const { misfits } = await inputRules();
    const wrong = misfits(manifest, body.inputs).map(({ path, message }) => ({
      path: ['inputs', ...(path === '' ? [] : [path])].join('.'),
      message,
    }));
    if (wrong.length > 0) throw badRequest(`The inputs don't fit ${manifest.name}; see errors.`, wrong);
    const outcome = await deps.invokeTool({
      tenant_id: caller.tenant_id,
      manifest,
      inputs: body.inputs,
      files,
    });
    if (outcome.error?.name === 'InvalidInputs') {
      throw badRequest(outcome.error.message, [{ path: 'inputs', message: outcome.error.message }]);
    }
    await deps.audit.append(caller.tenant_id, {
      action: 'tool.invoked',
      actor: caller.actor,
      detail: {
        tool: manifest.name,
        version: manifest.version,
        inputs_sha256: canonicalHash(body.inputs),
        status: outcome.status,
        error: outcome.error?.name ?? null,
        duration_ms: outcome.duration_ms,
      },
    });
    return { status: 200, body: outcome };
  },
});

const validate = endpoint({
  method: 'POST',
  path: '/plans/validate',
  operation_id: 'validatePlan',
  tag: 'Tools',
  summary: 'Judge and price a plan without running it',
  scope: 'tasks:read',
  body: validatePlanSchema,
  answers: { 200: { description: 'The verdict', schema: judgementSchema } },
  async handle({ deps, caller, body }) {
    const shelf = await deps.shelf(caller.tenant_id);
    return { status: 200, body: await deps.judgePlan(body.plan, body.allowed_tools ?? null, shelf) };
  },
});

export const toolRoutes: readonly Endpoint[] = [list, get, register, remove, invoke, validate];
