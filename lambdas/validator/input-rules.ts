import { type OutputUnit, Validator } from '@cfworker/json-schema';
import type { Json, JsonObject } from '../../schemas/json.ts';
import type { Finding, Plan } from '../../schemas/plan.ts';
import type { ToolManifest } from '../../schemas/tool.ts';
import { findReferences } from '../shared/plans/references.ts';
import { findSecrets } from '../shared/security/secrets.ts';
import type { ToolShelf } from '../shared/tools/shelf.ts';
import type { PlanRule } from './structure-rules.ts';

export const knownTools =
  (shelf: ToolShelf, allowed: readonly string[] | null): PlanRule =>
  (plan) =>
    plan.steps.flatMap((step, i): Finding[] => {
      const path = `steps.${i}.action`;
      if (!shelf.manifests.has(step.action)) {
        const names = [...shelf.manifests.keys()].join(', ');
        return [{ rule: 'known_tool', path, message: `There is no tool "${step.action}". Tools: ${names}.` }];
      }
      if (allowed !== null && !allowed.includes(step.action)) {
        return [
          { rule: 'allowed_tool', path, message: `The task does not allow the tool "${step.action}".` },
        ];
      }
      const reason = shelf.unavailable.get(step.action);
      return reason === undefined
        ? []
        : [{ rule: 'available_tool', path, message: `"${step.action}": ${reason}` }];
    });

/** `#/files/0` to `files.0`. */
const dotted = (pointer: string): string => pointer.replace(/^#\/?/, '').replaceAll('/', '.');

function valueAt(inputs: Json, path: string): Json | undefined {
  let value: Json | undefined = inputs;
  for (const part of path === '' ? [] : path.split('.')) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, Json>)[part];
  }
  return value;
}

/** Validators of a schema are compiled once in a process. */
const validators = new WeakMap<object, Validator>();
function validatorOf(manifest: ToolManifest): Validator {
  let validator = validators.get(manifest.input_schema);
  if (validator === undefined) {
    validator = new Validator(manifest.input_schema, '2020-12', false);
    validators.set(manifest.input_schema, validator);
  }
  return validator;
}

/** What the schema finds wrong with the inputs, or the `reason` why it can't be checked. */
function checked(
  manifest: ToolManifest,
  inputs: JsonObject,
): { errors: OutputUnit[]; reason: string | null } {
  try {
    const { valid, errors } = validatorOf(manifest).validate(inputs);
    return { errors: valid ? [] : errors, reason: null };
  } catch (error) {
    // An unknown type, a pattern that is no regular expression, a reference to nothing: the schema's author's fault.
    return { errors: [], reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Says why a tool's input schema can't be checked, as far as its example leads; null when it can. */
export const schemaProblem = (manifest: ToolManifest): string | null =>
  checked(manifest, manifest.example).reason;

/**
 * What does not fit the tool's input schema. A string that refers to an earlier output may be of any type until it
 * is resolved, so errors at a place that holds references are left to the tool, which checks again.
 */
export function misfits(manifest: ToolManifest, inputs: JsonObject): { path: string; message: string }[] {
  const { errors, reason } = checked(manifest, inputs);
  if (reason !== null) return [{ path: '', message: `its input schema cannot be checked: ${reason}` }];
  const leaves = errors.filter((error) => !['properties', 'items', '$ref', 'allOf'].includes(error.keyword));
  return leaves
    .map((error) => ({ path: dotted(error.instanceLocation), message: error.error }))
    .filter(({ path }) => {
      const value = valueAt(inputs, path);
      return value === undefined || findReferences(value).length === 0;
    });
}

export const fittingInputs =
  (shelf: ToolShelf): PlanRule =>
  (plan) =>
    plan.steps.flatMap((step, i) => {
      const manifest = shelf.manifests.get(step.action);
      if (manifest === undefined) return [];
      return misfits(manifest, step.inputs)
        .slice(0, 5)
        .map(({ path, message }) => ({
          rule: 'tool_inputs',
          path: ['steps', i, 'inputs', ...(path === '' ? [] : [path])].join('.'),
          message: `The inputs of "${step.step_id}" don't fit ${step.action}: ${message}`,
        }));
    });

/** A step may not outlast its tool. */
export const boundedTime =
  (shelf: ToolShelf): PlanRule =>
  (plan) =>
    plan.steps.flatMap((step, i) => {
      const asked = step.inputs['timeout_seconds'];
      const limit = shelf.manifests.get(step.action)?.timeout_seconds ?? 900;
      return typeof asked === 'number' && asked > limit
        ? [
            {
              rule: 'timeout',
              path: `steps.${i}.inputs.timeout_seconds`,
              message: `${step.action} stops after ${limit} seconds.`,
            },
          ]
        : [];
    });

function strings(value: Json, at: string): { at: string; text: string }[] {
  if (typeof value === 'string') return [{ at, text: value }];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => strings(item, `${at}.${key}`));
}

/** Keys and passwords in a plan would end up in logs, stores and prompts. */
export const noSecrets: PlanRule = (plan: Plan) =>
  plan.steps.flatMap((step, i) =>
    strings(step.inputs, `steps.${i}.inputs`).flatMap(({ at, text }) =>
      findSecrets(text).map((kind) => ({
        rule: 'no_secrets',
        path: at,
        message: `The inputs of "${step.step_id}" hold what looks like a ${kind}. Keep secrets out of plans.`,
      })),
    ),
  );
