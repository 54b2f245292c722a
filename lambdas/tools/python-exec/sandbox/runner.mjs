/**
 * The process in which one Python program runs: loads CPython (Pyodide), takes everything away that leads
 * to the host, says that it is ready, reads one job from standard input, runs it, answers on standard
 * output and ends. Arguments: the folder of Pyodide, the bytes of Python memory, the bytes of files.
 *
 * Protocol, in lines of JSON: out `{"ready":true}`; in `{nonce, code, stdin, files, max_output_bytes,
 * max_file_bytes}`; out `{nonce, kind, ...}`. The nonce is known to this scope and to the parent only.
 */
import fs from 'node:fs';
import { pathToFileURL } from 'node:url';
import { limitFileBytes, mountFiles, readFiles, readPlainFile } from './files.mjs';
import { installGate } from './gate.mjs';

const { writeSync } = fs;
const exit = process.exit.bind(process);
const input = process.stdin;
const { Buffer } = globalThis;
const [pyodideDir, heapBytes, fileBytes] = process.argv.slice(2);
const WORKSPACE = '/workspace';
const SOURCE_PATH = '/run/code.py';
const ANSWER_PATH = '/run/answer.json';

function send(message) {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let sent = 0; sent < bytes.length; ) sent += writeSync(1, bytes, sent);
}

let job = null;
function finish(answer) {
  send({ nonce: job?.nonce ?? '', ...answer });
  exit(0);
}

/** One line of JSON; the process ends when the parent closes the pipe or is gone. */
function receive(input) {
  return new Promise((resolve) => {
    const chunks = [];
    input.on('data', (chunk) => {
      chunks.push(chunk);
      if (chunk[chunk.length - 1] === 10) resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    });
    input.on('end', () => exit(0));
  });
}

// Emscripten asks for the flags of open(2) through an internal that the permission model closes.
process.binding = () => ({ fs: fs.constants });

const gate = installGate({
  heapBytes: Number(heapBytes),
  onViolation: (violation) => finish({ kind: 'violation', message: violation.message }),
});
const driver = fs.readFileSync(new URL('./driver.py', import.meta.url), 'utf8');
const { loadPyodide } = await import(pathToFileURL(`${pyodideDir}/pyodide.mjs`).href);
const pyodide = await loadPyodide({
  indexURL: pyodideDir,
  env: {
    HOME: WORKSPACE,
    USER: 'office',
    LOGNAME: 'office',
    PATH: '/',
    PWD: WORKSPACE,
    LANG: 'C.UTF-8',
    _: 'python',
  },
});
const { FS, MEMFS } = pyodide._module;
const runSimpleString = pyodide._module._PyRun_SimpleString;

const output = { stdout: [], stderr: [], bytes: 0 };
function capture(name) {
  return {
    write(buffer) {
      output.bytes += buffer.length;
      if (output.bytes > job.max_output_bytes) finish({ kind: 'output' });
      output[name].push(Buffer.from(buffer));
      return buffer.length;
    },
    isatty: false,
  };
}
let stdin = Buffer.alloc(0);
pyodide.setStdout(capture('stdout'));
pyodide.setStderr(capture('stderr'));
pyodide.setStdin({
  read(buffer) {
    const count = Math.min(buffer.length, stdin.length);
    buffer.set(stdin.subarray(0, count));
    stdin = stdin.subarray(count);
    return count;
  },
  isatty: false,
});
FS.mkdirTree(WORKSPACE);
FS.mkdirTree('/run');
FS.chdir(WORKSPACE);
pyodide.runPython(`
import sys, types
_office = types.ModuleType("_office")
sys.modules["_office"] = _office
`);
pyodide.globals.set('_source', driver);
pyodide.runPython(`
exec(compile(_source, "<sandbox>", "exec"), _office.__dict__)
import pyodide.webloop
_office.prepare(pyodide.webloop._orig_sleep, pyodide.webloop._orig_run)
globals().clear()
`);
const command = pyodide._module.stringToNewUTF8(
  `import _office\n_office.run(${JSON.stringify(SOURCE_PATH)}, ${JSON.stringify(ANSWER_PATH)})\n`,
);
limitFileBytes(FS, MEMFS, Number(fileBytes));

/** Leaves the language and what the interpreter itself uses; nothing that reads, sends, starts or compiles. */
function stripGlobals() {
  const kept = new Set(
    (
      'Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date ' +
      'Promise RegExp Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError ' +
      'globalThis JSON Math Intl ArrayBuffer Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array ' +
      'Float32Array Float64Array Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt Set WeakMap ' +
      'WeakSet Proxy Reflect FinalizationRegistry WeakRef decodeURI decodeURIComponent encodeURI ' +
      'encodeURIComponent isFinite isNaN TextEncoder TextDecoder SharedArrayBuffer Atomics WebAssembly performance'
    ).split(' '),
  );
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (kept.has(name)) continue;
    const { configurable, writable } = Object.getOwnPropertyDescriptor(globalThis, name);
    if (configurable) delete globalThis[name];
    else if (writable) globalThis[name] = undefined;
  }
}

stripGlobals();
send({ ready: true });
job = await receive(input);
stdin = Buffer.from(job.stdin, 'utf8');
mountFiles(FS, WORKSPACE, job.files);
FS.writeFile(SOURCE_PATH, job.code);
gate.close();

let ended;
try {
  runSimpleString(command);
} catch (error) {
  ended = error;
}
const text = (name) => Buffer.concat(output[name]).toString('utf8');
const written = readPlainFile(FS, ANSWER_PATH);
if (ended !== undefined || written === undefined) {
  const deep = ended instanceof RangeError;
  finish({
    kind: deep ? 'stack' : 'crash',
    message: String(ended?.message ?? 'no answer'),
    stderr: text('stderr'),
  });
}
const before = new Map(job.files.map((file) => [file.path, Buffer.from(file.content_base64, 'base64')]));
const files = [];
let total = 0;
for (const [path, bytes] of readFiles(FS, WORKSPACE)) {
  const old = before.get(path);
  if (old?.equals(bytes)) continue;
  total += bytes.length;
  if (total > job.max_file_bytes) finish({ kind: 'files' });
  files.push({ path, content_base64: Buffer.from(bytes).toString('base64') });
}
finish({
  kind: 'answer',
  answer: Buffer.from(written).toString('utf8'),
  stdout: text('stdout'),
  stderr: text('stderr'),
  files,
});
