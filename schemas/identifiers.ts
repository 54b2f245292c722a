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

/** A password in an address is shown with it, and no client sends it. */
const holdsPassword = (url: string): boolean => {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
};

/** Where the office sends something that a caller asked for. */
export const publicUrlSchema = z
  .url({ protocol: /^https?$/ })
  .max(2_048)
  .refine((url) => !holdsPassword(url), 'may not hold a user name or password');
