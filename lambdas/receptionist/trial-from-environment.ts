import { z } from 'zod';
import { createToolRunner } from '../executor/run-tool.ts';
import { createLambdaToolPort, tenantIsolatedFunctions } from '../executor/tool-port.ts';
import { workspaceCredentialsFromEnvironment } from '../executor/workspace-credentials.ts';
import { toolClient } from '../shared/aws.ts';
import { readEnvironment } from '../shared/environment.ts';
import { newId } from '../shared/ids.ts';
import { pricePlanFromEnvironment } from '../shared/llm/price-plan.ts';
import { workspaceOf, workspacePrefix } from '../shared/wiring.ts';
import { judgeUnknown } from '../validator/rules.ts';
import type { ReceptionistDeps } from './ports.ts';
import { createToolTrial } from './tool-trial.ts';

/** API Gateway waits 30 s for an answer; a little of it is the receptionist's own. */
const GATEWAY_TRIAL_SECONDS = 24;
/** In one process the tool's own limit is the only one. */
const EMBEDDED_TRIAL_SECONDS = 900;

const now = () => new Date();

/** Tools run by themselves, through the executor's runner. */
export function toolTrialFromEnvironment(): ReceptionistDeps['invokeTool'] {
  const environment = readEnvironment(['TOOL_FUNCTIONS', 'OFFICE_ENGINE', 'OFFICE_ALLOW_HOSTS']);
  return createToolTrial({
    runner: createToolRunner({
      tools: createLambdaToolPort(toolClient, tenantIsolatedFunctions()),
      workspaceOf: workspaceOf(),
      workspacePrefix,
      credentialsFor: workspaceCredentialsFromEnvironment(),
      now,
    }),
    workspaceOf: workspaceOf(),
    functions: z.record(z.string(), z.string()).parse(JSON.parse(environment.TOOL_FUNCTIONS)),
    allowHosts: environment.OFFICE_ALLOW_HOSTS.split(',').filter((host) => host !== ''),
    maxSeconds: environment.OFFICE_ENGINE === 'embedded' ? EMBEDDED_TRIAL_SECONDS : GATEWAY_TRIAL_SECONDS,
    newId,
    now,
  });
}

/** The validator's rules and the router's prices, without a task around them. */
export function planJudgeFromEnvironment(): ReceptionistDeps['judgePlan'] {
  const pricer = pricePlanFromEnvironment();
  return async (plan, allowed, shelf) =>
    judgeUnknown(plan, { shelf, allowed, finished: new Set(), price: await pricer(), max_cost_usd: null });
}
