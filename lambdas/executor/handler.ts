import { executorEventSchema } from '../../schemas/roles.ts';
import { createGate } from '../gate/gate.ts';
import { sfnClient, toolClient } from '../shared/aws.ts';
import { describeError } from '../shared/errors.ts';
import { roleHandler } from '../shared/role-handler.ts';
import { createGateStore } from '../shared/stores/gate-store.ts';
import { createReceiptStore } from '../shared/stores/receipt-store.ts';
import { createSendSuccess } from '../shared/task-tokens.ts';
import { logger } from '../shared/telemetry.ts';
import { claimChecks, eventLog, taskTable, workspaceOf, workspacePrefix } from '../shared/wiring.ts';
import { createExecutor } from './executor.ts';
import { createToolRunner } from './run-tool.ts';
import { createLambdaToolPort, tenantIsolatedFunctions } from './tool-port.ts';
import { workspaceCredentialsFromEnvironment } from './workspace-credentials.ts';

const now = () => new Date();
const send = createSendSuccess(sfnClient);
const executor = createExecutor({
  log: eventLog(),
  receipts: createReceiptStore(taskTable()),
  gate: createGate({
    store: createGateStore(taskTable()),
    answer: async (token, decision) => void (await send(token, decision)),
  }),
  claims: claimChecks(),
  runner: createToolRunner({
    tools: createLambdaToolPort(toolClient, tenantIsolatedFunctions()),
    workspaceOf: workspaceOf(),
    workspacePrefix,
    credentialsFor: workspaceCredentialsFromEnvironment(),
    cancelledUrl: async (key, until) =>
      (await import('./cancelled-url.ts')).cancelledUrl(key, until.getTime() - Date.now()),
    now,
  }),
  // Loaded for the few steps that need it: the policy engine would lengthen every cold start.
  recheck: async (inputs, recheck, context) =>
    (await import('../broker/cedar-policy.ts')).judgeResolved(inputs, recheck, context),
  now,
  warn: (problem) =>
    logger.warn('The start of a step could not be announced', { problem: describeError(problem) }),
});

export const handler = roleHandler('executor', executorEventSchema, (event, context) =>
  executor.run(event, { request_id: context.awsRequestId, remaining_ms: context.getRemainingTimeInMillis() }),
);
