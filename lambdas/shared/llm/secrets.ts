/**
 * Keys of model providers: from Secrets Manager where `<NAME>_SECRET_ARN` is set, else from `<NAME>` itself.
 * A key lives in memory and in the request that carries it, nowhere else.
 */
import { OfficeError } from '../errors.ts';
import { tracedClient } from '../tracing.ts';

export interface SecretSource {
  /** The secret's text. */
  fetch(arn: string): Promise<string>;
}

export interface KeyRing {
  /** Null when neither variable is set. @throws SecretUnavailableError */
  key(environmentName: string): Promise<string | null>;
  /** The variable to set, when there is no key. */
  missing(environmentName: string): string | null;
}

export class SecretUnavailableError extends OfficeError {
  override readonly name = 'SecretUnavailableError';
  override readonly retryable = true;
}

/** Rotated secrets are seen within ten minutes. */
const KEEP_MS = 600_000;

export function createKeyRing(deps: {
  readonly environment: NodeJS.ProcessEnv;
  readonly secrets: SecretSource;
  readonly now?: () => number;
}): KeyRing {
  const now = deps.now ?? (() => Date.now());
  const kept = new Map<string, { readonly value: Promise<string>; readonly until: number }>();

  async function fromArn(environmentName: string, arn: string): Promise<string> {
    const text = await deps.secrets.fetch(arn).catch((error: unknown) => {
      kept.delete(arn);
      const kind = error instanceof Error ? error.name : 'unknown failure';
      throw new SecretUnavailableError(
        `The secret that ${environmentName}_SECRET_ARN names could not be read (${kind}); check the ARN and the function's permission.`,
        { cause: error },
      );
    });
    return keyIn(text, environmentName);
  }

  return {
    async key(environmentName) {
      const arn = deps.environment[`${environmentName}_SECRET_ARN`];
      if (!arn) return keyFrom(deps.environment[environmentName]);
      const known = kept.get(arn);
      if (known && known.until > now()) return known.value;
      const value = fromArn(environmentName, arn);
      kept.set(arn, { value, until: now() + KEEP_MS });
      return value;
    },
    missing(environmentName) {
      const set =
        deps.environment[`${environmentName}_SECRET_ARN`] || keyFrom(deps.environment[environmentName]);
      return set ? null : environmentName;
    },
  };
}

/** A secret is the key itself, or a JSON object with `api_key`, the variable's name, or one field. */
function keyIn(text: string, environmentName: string): string {
  const refuse = (why: string): never => {
    throw new SecretUnavailableError(`The secret that ${environmentName}_SECRET_ARN names ${why}.`);
  };
  if (!text.trimStart().startsWith('{')) return keyFrom(text) ?? refuse('is empty');
  const fields = fieldsIn(text) ?? refuse('is no JSON object, although it begins like one');
  if (typeof fields === 'object' && fields !== null) {
    const entries = Object.entries(fields);
    for (const wanted of ['api_key', environmentName]) {
      const value = entries.find(([name]) => name === wanted)?.[1];
      if (typeof value === 'string') return value.trim();
    }
    const only = entries[0]?.[1];
    if (entries.length === 1 && typeof only === 'string') return only.trim();
  }
  return refuse(`has no field "api_key" or "${environmentName}"`);
}

/** Without what files of variables leave around it: line ends, and quotes that some readers keep. */
function keyFrom(text: string | undefined): string | null {
  return (
    text
      ?.trim()
      .replace(/^(["'])(.*)\1$/, '$2')
      .trim() || null
  );
}

/** Null for what is no JSON: the parser's message would quote the secret. */
function fieldsIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Reads from AWS Secrets Manager; the client is loaded with the first secret. */
export function secretsManagerSource(): SecretSource {
  return {
    async fetch(arn) {
      const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
      const answer = await tracedClient(new SecretsManagerClient({})).send(
        new GetSecretValueCommand({ SecretId: arn }),
      );
      if (answer.SecretString === undefined) throw new TypeError('The secret is binary.');
      return answer.SecretString;
    },
  };
}
