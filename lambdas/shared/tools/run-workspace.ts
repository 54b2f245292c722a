import { S3Client } from '@aws-sdk/client-s3';
import type { ToolContext } from '../../../schemas/tool.ts';
import { s3Client } from '../aws.ts';
import { readEnvironment } from '../environment.ts';
import { tracedClient } from '../tracing.ts';
import { createS3Workspace } from './s3-workspace.ts';
import type { Workspace } from './workspace.ts';

/**
 * The workspace a tool was given, with the credentials it was given: these reach the task's prefix and nothing
 * else. Without any, the function's own role decides.
 */
export function workspaceOfRun(context: ToolContext): Workspace {
  const { WORKSPACE_BUCKET } = readEnvironment(['WORKSPACE_BUCKET']);
  const client =
    context.credentials === undefined
      ? s3Client()
      : tracedClient(
          new S3Client({
            forcePathStyle: true,
            requestChecksumCalculation: 'WHEN_REQUIRED',
            credentials: {
              accessKeyId: context.credentials.accessKeyId,
              secretAccessKey: context.credentials.secretAccessKey,
              ...(context.credentials.sessionToken === undefined
                ? {}
                : { sessionToken: context.credentials.sessionToken }),
            },
          }),
        );
  return createS3Workspace({ client, bucket: WORKSPACE_BUCKET, prefix: context.workspace_prefix });
}
