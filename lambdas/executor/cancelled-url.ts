import { GetObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { TaskKey } from '../../schemas/task.ts';
import { s3Client } from '../shared/aws.ts';
import { stateDocumentKey } from '../shared/claim-check.ts';
import { readEnvironment } from '../shared/environment.ts';
import { CANCELLED } from '../shared/tools/cancellation.ts';

/** Where a task's cancellation will be found, for so many milliseconds. Signing asks nobody. */
export const cancelledUrl = (key: TaskKey, milliseconds: number): Promise<string> =>
  getSignedUrl(
    s3Client(),
    new GetObjectCommand({
      Bucket: readEnvironment(['WORKSPACE_BUCKET']).WORKSPACE_BUCKET,
      Key: stateDocumentKey(key, CANCELLED),
    }),
    { expiresIn: Math.max(1, Math.ceil(milliseconds / 1000)) },
  );
