import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { z } from 'zod';
import type { TaskKey } from '../../schemas/task.ts';
import type { ToolContext } from '../../schemas/tool.ts';
import { readEnvironment } from '../shared/environment.ts';
import { OfficeError } from '../shared/errors.ts';
import { tracedClient } from '../shared/tracing.ts';
import { workspacePrefix } from '../shared/wiring.ts';

/** No credentials for the workspace of a task; nothing has been run with it. */
export class WorkspaceAccessError extends OfficeError {
  override readonly name = 'WorkspaceAccessError';
  override readonly retryable = true;
}

type Credentials = NonNullable<ToolContext['credentials']>;
/** Credentials for one task's files and nothing else; undefined where functions are not told apart by roles. */
export type WorkspaceCredentials = (key: TaskKey) => Promise<Credentials | undefined>;

/** The longest session of a role that a role assumes. */
const SESSION_SECONDS = 3_600;
/** Credentials are handed out for as long as a function may run (15 minutes) and a little more. */
const SPARE_MS = 16 * 60_000;

const grantedSchema = z.object({
  AccessKeyId: z.string(),
  SecretAccessKey: z.string(),
  SessionToken: z.string(),
  Expiration: z.date(),
});

/** A session's permissions are the role's and these: the objects under one prefix. */
export const sessionPolicy = (bucket: string, prefix: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      Resource: `arn:aws:s3:::${bucket}/${prefix}*`,
    },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: `arn:aws:s3:::${bucket}`,
      Condition: { StringLike: { 's3:prefix': `${prefix}*` } },
    },
    // The role names the key; S3 uses it on the caller's behalf.
    { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: '*' },
  ],
});

export function createWorkspaceCredentials(deps: {
  readonly client: Pick<STSClient, 'send'>;
  readonly roleArn: string;
  readonly bucket: string;
  readonly now: () => number;
}): WorkspaceCredentials {
  const kept = new Map<string, { readonly credentials: Credentials; readonly until: number }>();
  return async (key) => {
    const prefix = workspacePrefix(key);
    const known = kept.get(prefix);
    if (known !== undefined && known.until > deps.now()) return known.credentials;
    const answer = await deps.client
      .send(
        new AssumeRoleCommand({
          RoleArn: deps.roleArn,
          // Shown in CloudTrail for whatever the tool does with it.
          RoleSessionName: key.task_id.replace(/[^\w+=,.@-]/g, '-').slice(0, 64),
          DurationSeconds: SESSION_SECONDS,
          Policy: JSON.stringify(sessionPolicy(deps.bucket, prefix)),
        }),
      )
      .catch((cause: unknown) => {
        throw new WorkspaceAccessError('The credentials for the workspace could not be had.', { cause });
      });
    const granted = grantedSchema.parse(answer.Credentials);
    const credentials = {
      accessKeyId: granted.AccessKeyId,
      secretAccessKey: granted.SecretAccessKey,
      sessionToken: granted.SessionToken,
    };
    // One task after the other: a function works on few at a time.
    if (kept.size > 100) kept.clear();
    kept.set(prefix, { credentials, until: granted.Expiration.getTime() - SPARE_MS });
    return credentials;
  };
}

/** By the role that WORKSPACE_ROLE_ARN names; without one, tools use their own. */
export function workspaceCredentialsFromEnvironment(): WorkspaceCredentials {
  const { WORKSPACE_ROLE_ARN, WORKSPACE_BUCKET } = readEnvironment([
    'WORKSPACE_ROLE_ARN',
    'WORKSPACE_BUCKET',
  ]);
  if (WORKSPACE_ROLE_ARN === undefined) return async () => undefined;
  return createWorkspaceCredentials({
    client: tracedClient(new STSClient({})),
    roleArn: WORKSPACE_ROLE_ARN,
    bucket: WORKSPACE_BUCKET,
    now: Date.now,
  });
}
