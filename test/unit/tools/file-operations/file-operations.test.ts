import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { manifestOf } from '../../../../lambdas/shared/tools/define-tool.ts';
import { createS3Workspace } from '../../../../lambdas/shared/tools/s3-workspace.ts';
import { type Workspace, WriteConflictError } from '../../../../lambdas/shared/tools/workspace.ts';
import {
  type FileOperationsOutput,
  fileOperationsDeclaration,
  isIdempotentOperation,
} from '../../../../lambdas/tools/file-operations/declaration.ts';
import { createFileOperations } from '../../../../lambdas/tools/file-operations/file-operations.ts';
import { toolManifestSchema } from '../../../../schemas/tool.ts';
import { type LoopbackS3, startLoopbackS3 } from '../../../helpers/loopback-s3.ts';
import { aRun, type RunOverrides } from '../../../helpers/tool-run.ts';

let s3: LoopbackS3;
let tasks = 0;

beforeAll(async () => {
  s3 = await startLoopbackS3();
});
afterAll(() => s3.close());

type Inputs = z.input<typeof fileOperationsDeclaration.inputs>;
type OutputOf<Operation> = Extract<FileOperationsOutput, { operation: Operation }>;

function anOffice(wrap: (workspace: Workspace) => Workspace = (workspace) => workspace) {
  const workspace = wrap(
    createS3Workspace({ client: s3.client, bucket: s3.bucket, prefix: `acme/files-${++tasks}/` }),
  );
  const tool = createFileOperations({ workspaceFor: () => workspace });
  async function perform<Operation extends Inputs['operation']>(
    inputs: Inputs & { operation: Operation },
    run: RunOverrides = {},
  ): Promise<OutputOf<Operation>> {
    const { output } = await tool.run(fileOperationsDeclaration.inputs.parse(inputs), aRun(run));
    expect(fileOperationsDeclaration.output.parse(output)).toEqual(output);
    return output as OutputOf<Operation>;
  }
  const reconcile = (inputs: Inputs, run: RunOverrides = {}) =>
    tool.reconcile?.(fileOperationsDeclaration.inputs.parse(inputs), aRun(run));
  return { workspace, perform, reconcile };
}

describe('file_operations', () => {
  it('has a valid manifest whose example fits', () => {
    expect(toolManifestSchema.safeParse(manifestOf(fileOperationsDeclaration)).success).toBe(true);
    expect(fileOperationsDeclaration.inputs.safeParse(fileOperationsDeclaration.example).success).toBe(true);
  });

  it('writes, reads, inspects and deletes a file', async () => {
    const { perform } = anOffice();
    const written = await perform({ operation: 'write', path: './notes/ä.md', content: '# Grüße\n' });
    expect(written).toMatchObject({ path: 'notes/ä.md', size: 10 });
    await expect(perform({ operation: 'read', path: 'notes/ä.md' })).resolves.toEqual({
      operation: 'read',
      path: 'notes/ä.md',
      content: '# Grüße\n',
      encoding: 'utf8',
      size: 10,
      etag: written.etag,
    });
    await expect(perform({ operation: 'stat', path: 'notes/ä.md' })).resolves.toMatchObject({
      exists: true,
      size: 10,
      etag: written.etag,
    });
    await expect(perform({ operation: 'delete', path: 'notes/ä.md' })).resolves.toMatchObject({
      deleted: true,
    });
    await expect(perform({ operation: 'delete', path: 'notes/ä.md' })).resolves.toMatchObject({
      deleted: false,
    });
    await expect(perform({ operation: 'stat', path: 'notes/ä.md' })).resolves.toEqual({
      operation: 'stat',
      path: 'notes/ä.md',
      exists: false,
    });
  });

  it('keeps bytes with base64', async () => {
    const { perform } = anOffice();
    await perform({ operation: 'write', path: 'b', content: 'AP8Q', encoding: 'base64' });
    await expect(perform({ operation: 'read', path: 'b', encoding: 'base64' })).resolves.toMatchObject({
      content: 'AP8Q',
      size: 3,
    });
    await expect(perform({ operation: 'read', path: 'b' })).rejects.toMatchObject({ name: 'NotText' });
    await expect(
      perform({ operation: 'write', path: 'b', content: 'no base64', encoding: 'base64' }),
    ).rejects.toMatchObject({ name: 'InvalidInputs' });
  });

  it('names what is missing, too large or not a path', async () => {
    const { perform } = anOffice();
    await expect(perform({ operation: 'read', path: 'gone' })).rejects.toMatchObject({
      name: 'FileNotFound',
      retryable: false,
    });
    await expect(perform({ operation: 'read', path: '../gone' })).rejects.toMatchObject({
      name: 'InvalidPath',
    });
    await expect(
      perform({ operation: 'write', path: 'big', content: 'x'.repeat(5_000_001) }),
    ).rejects.toMatchObject({ name: 'TooLarge' });
    await perform({ operation: 'write', path: 'quotes', content: '"'.repeat(1500) });
    await expect(
      perform({ operation: 'read', path: 'quotes' }, { policy: { max_output_bytes: 2048 } }),
    ).rejects.toMatchObject({ name: 'TooLarge' });
    await expect(
      perform({ operation: 'read', path: 'quotes' }, { policy: { max_output_bytes: 1024 } }),
    ).rejects.toMatchObject({ name: 'TooLarge' });
  });

  it('writes under a condition', async () => {
    const { perform } = anOffice();
    const first = await perform({ operation: 'write', path: 'f', content: '1', if_etag: null });
    await perform({ operation: 'write', path: 'f', content: '2', if_etag: first.etag });
    const conflict = { name: 'WriteConflict', retryable: false };
    await expect(
      perform({ operation: 'write', path: 'f', content: '3', if_etag: first.etag }),
    ).rejects.toMatchObject(conflict);
    await expect(
      perform({ operation: 'append', path: 'f', content: '3', if_etag: first.etag }),
    ).rejects.toMatchObject(conflict);
  });

  it('loses none of many appends at the same time', async () => {
    const { perform } = anOffice();
    const lines = Array.from({ length: 6 }, (_, index) => `line ${index}\n`);
    await Promise.all(
      lines.map((content, index) =>
        perform({ operation: 'append', path: 'log', content }, { idempotency_key: `k${index}` }),
      ),
    );
    const { content } = await perform({ operation: 'read', path: 'log' });
    expect(content.split('\n').filter(Boolean).sort()).toEqual(lines.map((line) => line.trim()));
  });

  it('appends once under one idempotency key, also after other appends', async () => {
    const { perform, reconcile } = anOffice();
    const append = { operation: 'append', path: 'log', content: 'a\n' } as const;
    await expect(reconcile(append)).resolves.toBe('not_run');
    await perform(append);
    await perform({ ...append, content: 'b\n' }, { idempotency_key: 'key-2' });
    await perform(append);
    await expect(perform({ operation: 'read', path: 'log' })).resolves.toMatchObject({ content: 'a\nb\n' });
    await expect(reconcile(append)).resolves.toMatchObject({
      output: { operation: 'append', path: 'log', size: 4 },
    });
    for (const other of [{ idempotency_key: 'key-3' }, { subtask_id: 'subtask-2' }, { step_id: 'step-2' }]) {
      await expect(reconcile(append, other)).resolves.toBe('not_run');
    }
    await expect(reconcile({ ...append, content: 'c' })).resolves.toBe('not_run');
  });

  it('knows of an append whose answer was lost', async () => {
    const { perform, reconcile } = anOffice((workspace) => ({
      ...workspace,
      write: async (...args) => {
        await workspace.write(...args);
        throw new Error('connection lost after the write');
      },
    }));
    const append = { operation: 'append', path: 'log', content: 'a\n' } as const;
    await expect(perform(append)).rejects.toThrow('connection lost');
    await expect(reconcile(append)).resolves.toMatchObject({ output: { size: 2 } });
  });

  it('is in doubt only about a write under a condition', async () => {
    const { reconcile } = anOffice();
    await expect(reconcile({ operation: 'write', path: 'f', content: 'x' })).resolves.toBe('not_run');
    await expect(reconcile({ operation: 'write', path: 'f', content: 'x', if_etag: null })).resolves.toBe(
      'unknown',
    );
  });

  it('gives up an append that always meets another writer', async () => {
    const { perform } = anOffice((workspace) => ({
      ...workspace,
      write: async (path) => {
        throw new WriteConflictError(path);
      },
    }));
    await expect(perform({ operation: 'append', path: 'log', content: 'a' })).rejects.toMatchObject({
      name: 'WriteConflict',
      retryable: true,
    });
  });

  it('lists with and without a glob, and cuts', async () => {
    const { perform, workspace } = anOffice();
    for (const path of ['a.csv', 'src/b.csv', 'src/lib/c.py', 'srcs/d.csv'])
      await workspace.write(path, new Uint8Array([1]));
    const paths = async (inputs: { path?: string; pattern?: string }) =>
      (await perform({ operation: 'list', ...inputs })).entries.map(({ path }) => path);

    await expect(paths({})).resolves.toEqual(['a.csv', 'src/b.csv', 'src/lib/c.py', 'srcs/d.csv']);
    await expect(paths({ path: './src/' })).resolves.toEqual(['src/b.csv', 'src/lib/c.py']);
    await expect(paths({ pattern: '*.csv' })).resolves.toEqual(['a.csv', 'src/b.csv', 'srcs/d.csv']);
    await expect(paths({ path: 'src', pattern: 'lib/*' })).resolves.toEqual(['src/lib/c.py']);
    await expect(perform({ operation: 'list', max_results: 1 })).resolves.toMatchObject({
      truncated: true,
      entries: [{ path: 'a.csv', size: 1 }],
    });
    const small = await perform({ operation: 'list' }, { policy: { max_output_bytes: 2200 } });
    expect(small).toMatchObject({ truncated: true });
    expect(small.entries).toHaveLength(1);
  });

  it('searches text, names what it skips, and cuts', async () => {
    const { perform, workspace } = anOffice();
    const write = (path: string, text: string) => workspace.write(path, new TextEncoder().encode(text));
    await write('a.txt', 'Alpha\r\nbeta a.b\n');
    await write('src/b.txt', 'axb\nALPHA\n');
    await workspace.write('image.png', new Uint8Array([137, 0, 255]));

    await expect(perform({ operation: 'search', pattern: 'a.b' })).resolves.toEqual({
      operation: 'search',
      path: '',
      matches: [{ path: 'a.txt', line: 2, text: 'beta a.b' }],
      files_searched: 2,
      skipped: ['image.png'],
      truncated: false,
    });
    await expect(
      perform({ operation: 'search', pattern: 'alpha', ignore_case: true }),
    ).resolves.toMatchObject({
      matches: [
        { path: 'a.txt', line: 1, text: 'Alpha' },
        { path: 'src/b.txt', line: 2 },
      ],
    });
    await expect(
      perform({ operation: 'search', path: 'src', pattern: '^a.b$', regex: true }),
    ).resolves.toMatchObject({
      matches: [{ path: 'src/b.txt', line: 1, text: 'axb' }],
    });
    await expect(perform({ operation: 'search', path: 'a.txt', pattern: 'a' })).resolves.toMatchObject({
      files_searched: 1,
      truncated: false,
    });
    await expect(perform({ operation: 'search', pattern: 'a', max_results: 1 })).resolves.toMatchObject({
      truncated: true,
    });
    await expect(perform({ operation: 'search', pattern: '(', regex: true })).rejects.toMatchObject({
      name: 'InvalidPattern',
    });
  });

  it.each([
    [{ operation: 'write', path: 'f' }, 'content'],
    [{ operation: 'read', path: 'f', content: 'x' }, 'content'],
    [{ operation: 'read' }, 'path'],
    [{ operation: 'search', path: '' }, 'pattern'],
    [{ operation: 'delete', path: 'f', if_etag: 'e' }, 'if_etag'],
    [{ operation: 'move', path: 'f' }, 'operation'],
  ])('refuses the inputs %j at %s', (inputs, path) => {
    const parsed = fileOperationsDeclaration.inputs.safeParse(inputs);
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
  });
});

describe('isIdempotentOperation', () => {
  it('is false for append and for writes under a condition', () => {
    const operations = ['read', 'write', 'append', 'list', 'search', 'stat', 'delete'] as const;
    expect(operations.filter((operation) => !isIdempotentOperation({ operation }))).toEqual(['append']);
    expect(isIdempotentOperation({ operation: 'write', if_etag: null })).toBe(false);
  });
});
