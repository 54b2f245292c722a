import { UnsupportedDefinitionError } from './errors.ts';

/** What a Task state does, read from its Resource. */
export type TaskResource =
  | { readonly kind: 'function'; readonly functionArn: string }
  | { readonly kind: 'invoke' }
  | { readonly kind: 'invoke-and-wait' }
  | { readonly kind: 'start-execution-and-wait' };

const integrations: Readonly<Record<string, TaskResource>> = {
  'arn:aws:states:::lambda:invoke': { kind: 'invoke' },
  'arn:aws:states:::lambda:invoke.waitForTaskToken': { kind: 'invoke-and-wait' },
  'arn:aws:states:::states:startExecution.sync:2': { kind: 'start-execution-and-wait' },
};

/**
 * Reads a Resource ARN.
 * @throws UnsupportedDefinitionError for a service integration that the embedded engine doesn't have
 */
export function parseResource(resource: string, stateName: string): TaskResource {
  if (/^arn:aws[a-z-]*:lambda:[^:]*:\d*:function:./.test(resource)) {
    return { kind: 'function', functionArn: resource };
  }
  const integration = integrations[resource];
  if (integration !== undefined) return integration;
  throw new UnsupportedDefinitionError(
    `State "${stateName}" uses ${resource}; the embedded engine runs Lambda functions and ${Object.keys(integrations).join(', ')}.`,
  );
}
