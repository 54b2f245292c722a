import { z } from 'zod';

/** Names of the seven built-in tools; plugins add their own names to the registry. */
export const builtInToolNames = [
  'python_exec',
  'web_search',
  'file_operations',
  'http_client',
  'math_calculator',
  'code_analyzer',
  'ai_tool',
] as const;

/** A tool's name in plans, policies and the registry. */
export const toolNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'a tool name is lower case letters, digits and _');

/** Ids made by the office or by a planner: safe in keys, S3 paths and log lines. */
export const idSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/, 'letters, digits and _ . : - only, 128 at most');

export const tenantIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower case letters, digits and -, 63 at most');
