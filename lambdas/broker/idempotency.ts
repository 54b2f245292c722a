import type { Step } from '../../schemas/plan.ts';
import { fileOperationsDeclaration, isIdempotentOperation } from '../tools/file-operations/declaration.ts';
import { httpClientDeclaration, isIdempotentRequest } from '../tools/http-client/declaration.ts';

/**
 * Whether this very step may be repeated although its tool in general may not: a GET, a whole-file write.
 * Inputs that are still references count as not idempotent.
 */
export function isIdempotentStep(step: Pick<Step, 'action' | 'inputs'>): boolean {
  switch (step.action) {
    case fileOperationsDeclaration.name: {
      const inputs = fileOperationsDeclaration.inputs.safeParse(step.inputs);
      return inputs.success && isIdempotentOperation(inputs.data);
    }
    case httpClientDeclaration.name: {
      const inputs = httpClientDeclaration.inputs.safeParse(step.inputs);
      return inputs.success && isIdempotentRequest(inputs.data);
    }
    default:
      return false;
  }
}
