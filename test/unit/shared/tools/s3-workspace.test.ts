import { type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidPathError } from '../../../../lambdas/shared/security/workspace-path.ts';
import { createS3Workspace, MAX_MARKS } from '../../../../lambdas/shared/tools/s3-workspace.ts';
import { FileNotFoundError, WriteConflictError } from '../../../../lambdas/shared/tools/workspace.ts';
import { type LoopbackS3, startLoopbackS3 } from '../../../helpers/loopback-s3.ts';

let s3: LoopbackS3;
let tasks = 0;

beforeAll(async () => {
  s3 = await startLoopbackS3();
});
afterAll(() => s3.close());

function aWorkspace(prefix = `acme/task-${++tasks}/`) {
  return createS3Workspace({ client: s3.client, bucket: s3.bucket, prefix });
}
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content: Uint8Array) => new TextDecoder().decode(content);

describe('createS3Workspace', () => {
  it('reads what it wrote', async () => {
    const workspace = aWorkspace();
    const written = await workspace.write('src/übersicht – 1.txt', bytes('hello'));
    const read = await workspace.read('src/übersicht – 1.txt');

    expect(text(read.bytes)).toBe('hello');
    expect(written).toMatchObject({
      path: 'src/übersicht – 1.txt',
      size: 5,
      etag: '5d41402abc4b2a76b9719d911017c592',
    });
    expect(read.etag).toBe(written.etag);
    await expect(workspace.stat('src/übersicht – 1.txt')).resolves.toMatchObject({
      size: 5,
      etag: written.etag,
    });
  });

  it('keeps empty and binary files', async () => {
    const workspace = aWorkspace();
    await workspace.write('empty', new Uint8Array());
    await workspace.write('binary', new Uint8Array([0, 255, 10, 13]));
    expect((await workspace.read('empty')).bytes).toHaveLength(0);
    expect([...(await workspace.read('binary')).bytes]).toEqual([0, 255, 10, 13]);
  });

  it('names a missing file', async () => {
    const workspace = aWorkspace();
    await expect(workspace.read('gone')).rejects.toThrow(FileNotFoundError);
    await expect(workspace.remove('gone')).rejects.toThrow(FileNotFoundError);
    await expect(workspace.stat('gone')).resolves.toBeNull();
    await expect(workspace.list('gone')).resolves.toEqual([]);
  });

  it('removes a file', async () => {
    const workspace = aWorkspace();
    await workspace.write('a/b', bytes('x'));
    await workspace.remove('a/b');
    await expect(workspace.stat('a/b')).resolves.toBeNull();
  });

  it('lists recursively in path order, over several pages, without neighbours', async () => {
    const workspace = aWorkspace('acme/list/');
    await aWorkspace('acme/list-other/').write('x', bytes('x'));
    await workspace.write('zzz/x', bytes('x'));
    const names = Array.from({ length: 30 }, (_, index) => `src/${String(index).padStart(2, '0')}/f.txt`);
    for (const name of names) await workspace.write(name, bytes(name));
    const small = {
      send: (command: { input: object }) =>
        s3.client.send(Object.assign(command, { input: { MaxKeys: 7, ...command.input } }) as never),
    };
    const paged = createS3Workspace({
      client: small as unknown as S3Client,
      bucket: s3.bucket,
      prefix: 'acme/list/',
    });

    expect((await paged.list('src')).map(({ path }) => path)).toEqual(names);
    expect(await workspace.list('')).toHaveLength(31);
  });

  it('writes under a condition only when it holds', async () => {
    const workspace = aWorkspace();
    const first = await workspace.write('f', bytes('1'), { ifEtag: null });
    await expect(workspace.write('f', bytes('2'), { ifEtag: null })).rejects.toThrow(WriteConflictError);
    await workspace.write('f', bytes('2'), { ifEtag: first.etag });
    await expect(workspace.write('f', bytes('3'), { ifEtag: first.etag })).rejects.toThrow(
      WriteConflictError,
    );
    await expect(workspace.write('gone', bytes('3'), { ifEtag: first.etag })).rejects.toThrow(
      WriteConflictError,
    );
    expect(text((await workspace.read('f')).bytes)).toBe('2');
  });

  it('lets exactly one of many conditional writers win', async () => {
    const prefix = 'acme/race/';
    const writers = Array.from({ length: 12 }, (_, index) =>
      aWorkspace(prefix).write('f', bytes(`${index}`.repeat(5000)), { ifEtag: null }),
    );
    const outcomes = await Promise.allSettled(writers);
    const won = outcomes.flatMap((outcome, index) => (outcome.status === 'fulfilled' ? [index] : []));
    expect(won).toHaveLength(1);
    expect(text((await aWorkspace(prefix).read('f')).bytes)).toBe(`${won[0]}`.repeat(5000));
  });

  it('never shows a torn file while writers replace it', async () => {
    const workspace = aWorkspace();
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => workspace.write('f', bytes(String(index).repeat(20_000)))),
    );
    expect(text((await workspace.read('f')).bytes)).toMatch(/^(\d)\1{19999}$/);
  });

  it('keeps marks over writes that name none, and at most the latest', async () => {
    const workspace = aWorkspace();
    await workspace.write('f', bytes('1'), { marks: ['a', 'b'] });
    await workspace.write('f', bytes('2'));
    await expect(workspace.stat('f')).resolves.toMatchObject({ marks: ['a', 'b'] });
    const many = Array.from({ length: MAX_MARKS + 5 }, (_, index) => `${index}`.padStart(32, 'm'));
    await workspace.write('f', bytes('3'), { marks: many });
    await expect(workspace.stat('f')).resolves.toMatchObject({ marks: many.slice(5) });
  });

  it.each(['../other/f', '/f', 'a//b', 'a/../../b', ''])('refuses the unnormalized path %j', async (path) => {
    await expect(aWorkspace().read(path)).rejects.toThrow(InvalidPathError);
    await expect(aWorkspace().write(path, bytes('x'))).rejects.toThrow(InvalidPathError);
  });

  it.each(['', '/', 'acme', 'acme/../', '/acme/'])('refuses the prefix %j', (prefix) => {
    expect(() => aWorkspace(prefix)).toThrow('A workspace prefix must be');
  });

  it.each([404, 409, 412])('takes status %i of a conditional write as a conflict', async (status) => {
    const sent: { name: string; input: object }[] = [];
    const client = {
      async send(command: { input: object }) {
        sent.push({ name: command.constructor.name, input: command.input });
        if (command.constructor.name === 'HeadObjectCommand') return { ETag: '"e1"', ContentLength: 1 };
        throw new S3ServiceException({
          name: 'Refused',
          $fault: 'client',
          $metadata: { httpStatusCode: status },
          message: 'no',
        });
      },
    };
    const workspace = createS3Workspace({ client: client as unknown as S3Client, bucket: 'b', prefix: 'p/' });
    await expect(workspace.write('f', bytes('x'), { ifEtag: 'e1' })).rejects.toThrow(WriteConflictError);
    expect(sent.at(-1)).toMatchObject({ name: 'PutObjectCommand', input: { IfMatch: '"e1"', Key: 'p/f' } });
  });
});
