import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import S3rver from 's3rver';
import { writeAtomically } from '../../infra/local/s3-writes.ts';

export interface LoopbackS3 {
  readonly client: S3Client;
  readonly bucket: string;
  readonly endpoint: string;
  close(): Promise<void>;
}

/** The S3 server of the embedded office on a free loopback port, with an empty bucket in a temporary folder. */
export async function startLoopbackS3(): Promise<LoopbackS3> {
  const directory = await mkdtemp(join(tmpdir(), 'loopback-s3-'));
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    vhostBuckets: false,
    directory: join(directory, 'objects'),
  });
  await writeAtomically(server, join(directory, 'arrivals'));
  const { port } = await server.run();
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  });
  const bucket = 'workspaces';
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    client,
    bucket,
    endpoint,
    async close() {
      client.destroy();
      await new Promise((resolve) => server.httpServer.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
