import { Stack } from 'aws-cdk-lib';
import type { Configuration } from './configuration.ts';
import type { RoleName } from './functions.ts';
import type { RoleFunction } from './role-function.ts';

/** Roles that may call a model. */
const CALLERS: ReadonlySet<string> = new Set(['analyst', 'planner', 'validator', 'broker', 'reviewer']);
/** Roles that only tell which models and tools there are. */
const TELLERS: ReadonlySet<string> = new Set(['receptionist', 'archivist']);

/**
 * Which functions know of the configured models and search services, and which may read their keys. A key's secret is
 * named by ARN; the function reads it when it needs it, so that it is in no template and no configuration.
 */
export class ModelAccess {
  readonly #configuration: Configuration;

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
  }

  environmentOf(role: RoleName): Record<string, string> {
    const { modelSettings, modelSecrets, searchSettings, searchSecrets } = this.#configuration;
    // Its sweep wakes tasks that waited for money: it knows the budgets, and no models.
    if (role === 'dispatcher')
      return Object.fromEntries(
        Object.entries(modelSettings).filter(([name]) => name.startsWith('OFFICE_BUDGET_')),
      );
    if (!CALLERS.has(role) && !TELLERS.has(role)) return {};
    return { ...modelSettings, ...modelSecrets, ...searchSettings, ...searchSecrets };
  }

  environmentOfTool(tool: string): Record<string, string> {
    const { modelSettings, modelSecrets, searchSettings, searchSecrets } = this.#configuration;
    if (tool === 'ai_tool') return { ...modelSettings, ...modelSecrets };
    if (tool === 'web_search') return { ...searchSettings, ...searchSecrets };
    return {};
  }

  grant(target: RoleFunction, role: RoleName): void {
    if (CALLERS.has(role)) this.#grantModels(target);
  }

  grantTool(target: RoleFunction, tool: string): void {
    if (tool === 'ai_tool') this.#grantModels(target);
    if (tool === 'web_search') readSecrets(target, this.#configuration.searchSecrets);
  }

  #grantModels(target: RoleFunction): void {
    readSecrets(target, this.#configuration.modelSecrets);
    const { modelSettings, usesBedrock } = this.#configuration;
    // The action knows no resources.
    if (modelSettings['OFFICE_PII_SERVICE'] === 'comprehend')
      target.allow(['comprehend:DetectPiiEntities'], ['*']);
    if (!usesBedrock) return;
    const { partition, account } = Stack.of(target);
    const guardrail = modelSettings['BEDROCK_GUARDRAIL_ID'];
    if (guardrail !== undefined)
      target.allow(
        ['bedrock:ApplyGuardrail'],
        [
          guardrail.startsWith('arn:')
            ? guardrail
            : `arn:${partition}:bedrock:*:${account}:guardrail/${guardrail}`,
        ],
      );
    // Models are data and change without a deployment; a cross-region profile calls its model in any of its regions.
    target.allow(
      ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
      [
        `arn:${partition}:bedrock:*::foundation-model/*`,
        `arn:${partition}:bedrock:*:${account}:inference-profile/*`,
      ],
    );
  }
}

function readSecrets(target: RoleFunction, secrets: Readonly<Record<string, string>>): void {
  const arns = Object.values(secrets);
  if (arns.length > 0) target.allow(['secretsmanager:GetSecretValue'], arns);
}
