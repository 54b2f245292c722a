import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { manifestOf } from '../../../../lambdas/shared/tools/define-tool.ts';
import { permissionSwitch } from '../../../../lambdas/tools/python-exec/process-walls.ts';
import { createPythonExec } from '../../../../lambdas/tools/python-exec/python-exec.ts';
import { findRuntimeFiles } from '../../../../lambdas/tools/python-exec/runtime-files.ts';
import { toolManifestSchema } from '../../../../schemas/tool.ts';
import { aRun, type RunOverrides } from '../../../helpers/tool-run.ts';

/** Loading an interpreter takes a fraction of a second, and many of them on a machine that is busy. */
const START_MS = 120_000;
jest.setTimeout(START_MS + 60_000);

const python = createPythonExec({ start_ms: START_MS });
beforeAll(() => python.warm());
afterAll(() => python.close());

type Inputs = Parameters<typeof python.run>[0];
const ran = (lines: string | string[], more: Partial<Inputs> = {}, run: RunOverrides = {}) =>
  python.run({ code: Array.isArray(lines) ? lines.join('\n') : lines, ...more }, aRun(run));
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('the manifest', () => {
  it('is valid and its example is an input', () => {
    expect(toolManifestSchema.parse(manifestOf(python.declaration)).workspace).toBe('mounted');
    expect(python.declaration.inputs.safeParse(python.declaration.example).success).toBe(true);
  });
});

describe('a program', () => {
  it('gets its standard input, prints, and answers with its last expression', async () => {
    const code = [
      'import sys',
      'name = input()',
      'print("hello", name)',
      'print("warned", file=sys.stderr)',
      '{"n": 1}',
    ];

    const result = await ran(code, { stdin: 'Ada\n' });

    expect(result).toEqual({
      output: { stdout: 'hello Ada\n', stderr: 'warned\n', result: { n: 1 }, files_written: [] },
    });
  });

  it('gives values as JSON, others as their repr', async () => {
    const code = ['import decimal', '[None, True, 1, 2**53, 1.5, "é", "\\ud800", (1, 2), {"a": [1], 2: 3}]'];
    const { output } = await ran(code);
    expect(output.result).toEqual([
      null,
      true,
      1,
      '9007199254740992',
      1.5,
      'é',
      '\\ud800',
      [1, 2],
      { a: [1], '2': 3 },
    ]);

    const other = await ran('from decimal import Decimal\n[Decimal("0.3"), {1, 2}, float("inf")]');
    expect(other.output.result).toBe("[Decimal('0.3'), {1, 2}, inf]");
  });

  it('has the standard library', async () => {
    const code = [
      'import asyncio, base64, bz2, collections, csv, dataclasses, datetime, decimal, difflib, email, enum, fractions',
      'import functools, hashlib, hmac, html, io, itertools, json, lzma, math, operator, pathlib, pickle, random, re',
      'import secrets, sqlite3, ssl, statistics, string, struct, tempfile, textwrap, tomllib, typing, unittest, uuid',
      'import xml.etree.ElementTree, zipfile, zlib',
      'db = sqlite3.connect(":memory:")',
      'total = db.execute("select 40 + 2").fetchone()[0]',
      '[total, hashlib.sha256(b"").hexdigest()[:8], tempfile.mkdtemp() != ""]',
    ];
    const { output } = await ran(code);
    expect(output.result).toEqual([42, 'e3b0c442', true]);
  });

  it('runs asyncio, with and without a top-level await', async () => {
    const code = [
      'import asyncio',
      'async def double(n):',
      '    await asyncio.sleep(0.001)',
      '    return n * 2',
      'first = await double(1)',
      'async def main():',
      '    return await asyncio.gather(double(2), asyncio.to_thread(lambda: 5))',
      '[first, await main()]',
    ];
    expect((await ran(code)).output.result).toEqual([2, [4, 5]]);
    expect((await ran([...code.slice(0, 4), 'asyncio.run(double(3))'])).output.result).toBe(6);
  });

  it('may begin with a byte order mark and hold half a surrogate pair', async () => {
    expect((await ran('\ufeff"a\ud800"')).output.result).toBe('a\ufffd');
  });

  it('is __main__, and has no environment', async () => {
    const code = 'import os, sys\n[__name__, sys.argv, sys.executable, sorted(os.environ), os.getcwd()]';

    const { output } = await ran(code);

    expect(output.result).toEqual([
      '__main__',
      ['code.py'],
      '',
      ['HOME', 'LANG', 'LOGNAME', 'PATH', 'PWD', 'USER', '_'],
      '/workspace',
    ]);
  });

  it('finds nothing of an earlier one', async () => {
    await ran(
      'import builtins, sys\nbuiltins.left = 1\nsys.left = 1\nopen("/tmp/left", "w").write("x")\nleft = 1',
    );

    const { output } = await ran(
      'import builtins, os, sys\n[hasattr(builtins, "left"), hasattr(sys, "left"), os.listdir("/tmp"), "left" in globals()]',
    );

    expect(output.result).toEqual([false, false, [], false]);
  });

  it('runs beside others, each with its own answer', async () => {
    const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => ran(`${n} * 2`)));

    expect(answers.map(({ output }) => output.result)).toEqual([2, 4, 6, 8, 10]);
  });

  it('has its exit functions called, whatever they raise', async () => {
    const code = 'import atexit\natexit.register(print, "bye")\nopen("left.txt", "w").write("x")';

    expect((await ran(code)).output).toMatchObject({ stdout: 'bye\n', files_written: ['left.txt'] });
    expect((await ran('import atexit\natexit.register(lambda: 1 / 0)\n7')).output).toMatchObject({
      result: 7,
      stderr: expect.stringContaining('ZeroDivisionError'),
    });
  });

  it('draws its own random numbers', async () => {
    const drawn = await Promise.all(
      [1, 2, 3].map(() => ran('import random, uuid\n[random.random(), str(uuid.uuid4())]')),
    );

    expect(new Set(drawn.flatMap(({ output }) => output.result as unknown[])).size).toBe(6);
  });
});

describe('files', () => {
  it('are mounted by their paths, and changed or new ones come back', async () => {
    const code = [
      'import os',
      'text = open("data/in.txt").read()',
      'os.makedirs("out")',
      'open("out/b.txt", "w").write(text.upper())',
      'open("a.bin", "wb").write(bytes([0, 255]))',
      'open("data/in.txt", "a").write("!")',
      'os.symlink("/lib", "link")',
      'import helper',
      'helper.VALUE',
    ];
    const files = [
      { path: 'data/in.txt', content_base64: base64('abc') },
      { path: 'same.txt', content_base64: base64('same') },
      { path: 'helper.py', content_base64: base64('VALUE = 7') },
    ];

    const result = await ran(code, { files: ['data/in.txt'] }, { files });

    expect(result.output).toMatchObject({ result: 7, files_written: ['a.bin', 'data/in.txt', 'out/b.txt'] });
    expect(result.files).toEqual([
      { path: 'a.bin', content_base64: 'AP8=' },
      { path: 'data/in.txt', content_base64: base64('abc!') },
      { path: 'out/b.txt', content_base64: base64('ABC') },
    ]);
  });

  it('are those of the working directory, whatever a program puts in its place', async () => {
    const code = [
      'import os',
      'open("mine.txt", "w").write("x")',
      'os.chdir("/")',
      'os.rename("/workspace", "/moved")',
      'os.symlink("/", "/workspace")',
    ];

    expect((await ran(code)).output.files_written).toEqual(['mine.txt']);
  });

  it('that were asked for and not handed over are named', async () => {
    await expect(ran('1', { files: ['a.txt'] })).rejects.toMatchObject({
      name: 'FileNotMounted',
      message: expect.stringContaining('"a.txt"'),
    });
  });

  it.each(['../a', '/a', 'a//b', './a', 'a\0b'])('are refused at %j', async (path) => {
    const files = [{ path, content_base64: '' }];

    await expect(ran('1', {}, { files })).rejects.toMatchObject({ name: 'InvalidInputs' });
  });
});

describe('failures', () => {
  it('are the last lines of the traceback, with the source and without the host', async () => {
    const failure = ran('def half(n):\n    return n / 0\n\nhalf(1)');

    await expect(failure).rejects.toMatchObject({ name: 'PythonError', retryable: false });
    await expect(failure).rejects.toThrow(
      [
        'Traceback (most recent call last):',
        '  File "<code>", line 4, in <module>',
        '    half(1)',
        '    ~~~~^^^',
        '  File "<code>", line 2, in half',
        '    return n / 0',
        '           ~~^~~',
        'ZeroDivisionError: division by zero',
      ].join('\n'),
    );
  });

  it.each([
    ['a syntax error', 'def', 'PythonError', /^ {2}File "<code>", line 1\n[\s\S]*SyntaxError/],
    [
      'nesting deeper than the interpreter’s own stack',
      'import json; json.loads("[" * 10**5 + "]" * 10**5)',
      'RecursionLimitExceeded',
      /use a loop/,
    ],
    ['a crash of the interpreter', 'import os; os.abort()', 'InterpreterCrashed', /code crashed/],
    [
      'a failing repr, without the frames of the tool',
      'class A:\n  def __repr__(self): raise OSError("no")\nA()',
      'PythonError',
      /^Traceback[\s\S]*OSError: no$/,
    ],
    ['an exit code', 'import sys; sys.exit("bye")', 'PythonError', /SystemExit: bye/],
    ['endless recursion', 'def f(): return f()\nf()', 'PythonError', /RecursionError/],
    [
      'no thread',
      'import threading; threading.Thread(target=print).start()',
      'PythonError',
      /can't start new thread/,
    ],
    ['no network', 'import urllib.request as u; u.urlopen("http://127.0.0.1:1")', 'PythonError', /URLError/],
    ['too much output', 'print("x" * 10**7)', 'OutputLimitExceeded', /1000000 bytes/],
    ['too much memory', 'bytes(10**9)', 'MemoryLimitExceeded', /512 MB/],
  ])('%s', async (_title, code, name, message) => {
    await expect(ran(code)).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });

  it('an exit with status 0 is a success', async () => {
    expect((await ran('import sys\nprint("done")\nsys.exit()')).output).toMatchObject({
      stdout: 'done\n',
      result: null,
    });
  });

  it('a machine too busy to load the interpreter in time keeps what is loaded for the next attempt', async () => {
    const busy = createPythonExec({ start_ms: 1 });
    try {
      await expect(busy.run({ code: '1' }, aRun())).rejects.toMatchObject({
        name: 'InterpreterUnavailable',
        retryable: true,
        message: expect.stringContaining('still loading'),
      });
      await busy.warm();
      expect((await busy.run({ code: '6 * 7' }, aRun())).output.result).toBe(42);
    } finally {
      busy.close();
    }
  });

  it('ends at the shortest of its limits', async () => {
    const loop = 'while True: pass';

    await expect(ran(loop, { timeout_seconds: 0.3 })).rejects.toMatchObject({
      name: 'TimeoutExceeded',
      message: expect.stringContaining('0.3 s'),
    });
    await expect(ran(loop, {}, { deadline: new Date(Date.now() - 1) })).rejects.toMatchObject({
      name: 'TimeoutExceeded',
    });
    await expect(ran(loop, {}, { signal: AbortSignal.timeout(300) })).rejects.toMatchObject({
      name: 'TimeoutExceeded',
    });
    expect((await ran('1 + 1')).output.result).toBe(2);
  });
});

describe('the walls', () => {
  it('are those that this machine offers', () => {
    expect(python.walls()).toEqual(expect.arrayContaining(['permission model', 'no code from strings']));
  });

  it.each([
    ['v20.19.0', '--experimental-permission'],
    ['v22.12.0', '--experimental-permission'],
    ['v22.13.0', '--permission'],
    ['v23.4.0', '--experimental-permission'],
    ['v24.0.0', '--permission'],
  ])('Node %s is asked with %s', (version, option) => {
    expect(permissionSwitch(version)).toBe(option);
  });

  it('need the interpreter, which is named when it is missing', () => {
    expect(() => findRuntimeFiles({ OFFICE_PYODIDE_DIR: '/nowhere' })).toThrow(/OFFICE_PYODIDE_DIR/);
  });
});
