import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LoopbackS3, startLoopbackS3 } from '../../helpers/loopback-s3.ts';

let s3: LoopbackS3;
beforeAll(async () => {
  s3 = await startLoopbackS3();
});
afterAll(() => s3.close());

const put = (Key: string, Body: string, condition: { IfMatch?: string; IfNoneMatch?: string } = {}) =>
  s3.client.send(new PutObjectCommand({ Bucket: s3.bucket, Key, Body, ...condition }));
async function get(Key: string) {
  const { Body, ETag } = await s3.client.send(new GetObjectCommand({ Bucket: s3.bucket, Key }));
  return { text: (await Body?.transformToString()) ?? '', ETag };
}
const succeeded = <T>(settled: readonly PromiseSettledResult<T>[]) =>
  settled.filter(({ status }) => status === 'fulfilled').length;

describe('the S3 of the embedded office', () => {
  it('lets one of many create an object', async () => {
    const writes = Array.from({ length: 20 }, (_, n) => put('new/one', `by ${n}`, { IfNoneMatch: '*' }));

    expect(succeeded(await Promise.allSettled(writes))).toBe(1);
    await expect(put('new/one', 'later', { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
  });

  it('lets one of many replace the object that they have read', async () => {
    const { ETag: IfMatch = '' } = await put('counter', '0');
    const writes = Array.from({ length: 20 }, (_, n) => put('counter', `by ${n}`, { IfMatch }));

    expect(succeeded(await Promise.allSettled(writes))).toBe(1);
    await expect(put('none', 'text', { IfMatch })).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('gives readers a whole object and its own ETag while others write', async () => {
    const texts = ['a', 'b', 'c'].map((letter, n) => letter.repeat(1_000_000 + n));
    await put('large', texts[0] ?? '');
    const writing = Promise.all(texts.map((text) => put('large', text)));
    const read = await Promise.all(Array.from({ length: 20 }, () => get('large')));
    await writing;

    for (const { text, ETag } of read) {
      expect(texts.some((whole) => whole === text)).toBe(true);
      expect(ETag).toBe(`"${createHash('md5').update(text).digest('hex')}"`);
    }
  });
});
