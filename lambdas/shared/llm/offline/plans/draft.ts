import type { Json, JsonObject } from '../../../../../schemas/json.ts';
import type { PlanDraft } from '../../../../../schemas/plan.ts';
import { OfficeError } from '../../../errors.ts';

type PlannedStep = PlanDraft['steps'][number];

/** What a compiled operation left for those after it. */
export interface Found {
  readonly step_id: string;
  /** Steps after which the result is there. */
  readonly needs: readonly string[];
  /** Reference to the value, of whatever type. */
  readonly value: Json;
  /** What goes into a file: text with references. */
  readonly text: string;
  /** Reference to what a program reads on standard input, always a string; null when there is no such text. */
  readonly stdin: string | null;
  /** The value is what a program printed. */
  readonly printed?: boolean;
  /** Fields of the final result. */
  readonly result: JsonObject;
  /** A sentence with references, or null when only the reviewer can say what came of it. */
  readonly summary: string | null;
  /** True for writes and other work that answers nothing by itself. */
  readonly effect: boolean;
}

export const ref = (step: string, path = ''): string =>
  `\${steps.${step}.output${path === '' ? '' : `.${path}`}}`;

/** Collects the steps of a plan; ids are words with a number where a word is used again. */
export class PlanBuilder {
  readonly steps: PlannedStep[] = [];
  readonly offered: ReadonlySet<string>;
  readonly files: readonly string[];

  constructor(offered: ReadonlySet<string>, files: readonly string[]) {
    this.offered = offered;
    this.files = files;
  }

  add(
    name: string,
    action: string,
    inputs: JsonObject,
    dependencies: readonly string[] = [],
    timeout_seconds = 60,
  ): string {
    let step_id = name;
    for (let i = 2; this.steps.some((step) => step.step_id === step_id); i += 1) step_id = `${name}_${i}`;
    this.steps.push({
      step_id,
      action,
      inputs,
      dependencies: [...new Set(dependencies)],
      timeout_seconds,
      parallelizable: true,
    });
    return step_id;
  }

  has(tool: string): boolean {
    return this.offered.has(tool);
  }
}

/** A tool that a task needs is not among those it may use. */
export class ToolMissingError extends OfficeError {
  override readonly name = 'ToolMissingError';
  readonly tool: string;
  constructor(tool: string) {
    super(`The task needs the tool ${tool}, which it may not use.`);
    this.tool = tool;
  }
}

/** @throws ToolMissingError */
export function needTool(plan: PlanBuilder, tool: string): void {
  if (!plan.has(tool)) throw new ToolMissingError(tool);
}
