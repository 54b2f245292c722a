import { InvokeCommand, LambdaClient, ListTagsCommand, paginateListFunctions } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { OfficeError } from '../../../lambdas/shared/errors.ts';
import { toolViewSchema } from '../../../schemas/http-tools.ts';
import { type ToolManifest, toolManifestSchema } from '../../../schemas/tool.ts';
import { segment } from '../api.ts';
import { connect, type OfficeOptions, printJson } from '../context.ts';
import type { Terminal } from '../terminal.ts';

/** The tag of a Lambda function that is a tool. */
export const TOOL_TAG = 'office:tool';

/** A tag that leads to no manifest, or to one that is not valid. */
export class ManifestNotFoundError extends OfficeError {
  override readonly name = 'ManifestNotFoundError';
}

export interface DiscoverOptions extends OfficeOptions {
  readonly dryRun?: boolean;
}

interface Found {
  readonly function_name: string;
  readonly manifest: ToolManifest | null;
  readonly problem: string | null;
}

const describedSchema = z.looseObject({ status: z.literal('ok'), output: z.unknown() });
/** A manifest beside the function; where it runs is known from where it was found. */
const besideSchema = toolManifestSchema.omit({ source: true }).extend({ source: z.unknown().optional() });

/**
 * The manifest that a tag's value points to: `describe` asks the function itself, by invoking it with
 * `{"operation": "describe"}`, which every handler made with `toolHandler` answers; `s3://bucket/key` is a JSON file.
 */
async function manifestAt(
  pointer: string,
  functionName: string,
  clients: { readonly lambda: LambdaClient; readonly s3: S3Client },
): Promise<ToolManifest> {
  const parsed = besideSchema.safeParse(await documentAt(pointer, functionName, clients));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ManifestNotFoundError(
      `What "${pointer}" leads to is no manifest: ${issue?.path.join('.')} ${issue?.message}.`,
    );
  }
  return { ...parsed.data, source: { kind: 'lambda', function_name: functionName } };
}

async function documentAt(
  pointer: string,
  functionName: string,
  clients: { readonly lambda: LambdaClient; readonly s3: S3Client },
): Promise<unknown> {
  if (pointer === 'describe') {
    const Payload = JSON.stringify({ operation: 'describe' });
    const answer = await clients.lambda.send(new InvokeCommand({ FunctionName: functionName, Payload }));
    const described = describedSchema.safeParse(
      JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8') || 'null'),
    );
    if (!described.success) throw new ManifestNotFoundError('The function does not describe itself.');
    return described.data.output;
  }
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(pointer) ?? [];
  if (Bucket === undefined || Key === undefined)
    throw new ManifestNotFoundError(
      `The tag ${TOOL_TAG} is "${pointer}": write describe, or s3://bucket/key.`,
    );
  const object = await clients.s3.send(new GetObjectCommand({ Bucket, Key }));
  return JSON.parse((await object.Body?.transformToString()) ?? 'null');
}

/** Every tagged function of the account and region, with its manifest or what is wrong with it. */
export async function findTaggedTools(clients: {
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
}): Promise<Found[]> {
  const found: Found[] = [];
  for await (const page of paginateListFunctions({ client: clients.lambda }, {})) {
    for (const { FunctionName = '', FunctionArn = '' } of page.Functions ?? []) {
      const { Tags } = await clients.lambda.send(new ListTagsCommand({ Resource: FunctionArn }));
      const pointer = Tags?.[TOOL_TAG];
      if (pointer === undefined) continue;
      try {
        const manifest = await manifestAt(pointer, FunctionName, clients);
        found.push({ function_name: FunctionName, manifest, problem: null });
      } catch (error) {
        // One function that is wrong must not hide the others; the list says what is wrong with it.
        const problem = error instanceof Error ? error.message : String(error);
        found.push({ function_name: FunctionName, manifest: null, problem });
      }
    }
  }
  return found;
}

/**
 * `office tools discover`: registers the Lambda functions of the account that carry the tag, with the AWS credentials
 * of whoever runs it. Ends with 1 when a tagged function has no valid manifest.
 */
export async function discoverTools(options: DiscoverOptions, terminal: Terminal): Promise<number> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const endpoint = terminal.env['AWS_ENDPOINT_URL'];
  const settings = endpoint ? { endpoint } : {};
  const lambda = new LambdaClient(settings);
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const found = await findTaggedTools({ lambda, s3 });
  const api = options.dryRun ? null : connect(terminal, options);
  for (const { manifest } of found) {
    if (manifest !== null && api !== null)
      await api.request('PUT', `/tools/${segment(manifest.name)}`, toolViewSchema, { body: manifest });
  }
  if (options.json) printJson(terminal, { tools: found });
  else if (found.length === 0) terminal.out(`No function carries the tag ${TOOL_TAG}.\n`);
  else
    for (const { function_name, manifest, problem } of found)
      terminal.out(
        manifest === null
          ? `${function_name}: ${problem}\n`
          : `${manifest.name} ${manifest.version}, risk ${manifest.risk}: ${function_name}\n`,
      );
  return found.some(({ problem }) => problem !== null) ? 1 : 0;
}
