/**
 * The process in which one Python program runs: loads CPython (Pyodide), takes everything away that leads
 * to the host, says that it is ready, reads one job from standard input, runs it, answers on standard
 * output and ends. Arguments: the folder of Pyodide, the bytes of Python memory, the bytes of files, the bytes
 * of the snapshot to start from (0: none), which then come first on standard input.
 *
 * Protocol, in lines of JSON: out `{"ready":true}`; in `{nonce, code, stdin, files, max_output_bytes,
 * max_file_bytes}`; out `{nonce, kind, ...}`. The nonce is known to this scope and to the parent only.
 */
import { createSink, limitFiles, mountFiles, readFiles } from './files.mjs';
import { installGate, ProgramExit } from './gate.mjs';
import { loadInterpreter, WORKSPACE } from './load.mjs';
import { writeAll } from './write-all.mjs';

const [pyodideDir, heapBytes, fileBytes, snapshotBytes] = process.argv.splice(2);
const exit = process.exit.bind(process);
const input = process.stdin;
const { Buffer } = globalThis;
const SOURCE_PATH = '/run/code.py';
const ANSWER_PATH = '/run/answer';

const send = (message) => writeAll(Buffer.from(`${JSON.stringify(message)}\n`));

let job = null;
function finish(answer) {
  send({ nonce: job?.nonce ?? '', ...answer });
  exit(0);
}

const received = [];
let arrived = () => {};
input.on('data', (chunk) => {
  received.push(chunk);
  arrived();
});
// The parent closed the pipe or is gone.
input.on('end', () => exit(0));

/** What came in up to the place that `findEnd` names (-1: not there yet); the rest stays for later. */
async function receive(findEnd) {
  for (;;) {
    const bytes = Buffer.concat(received);
    const end = findEnd(bytes);
    if (end >= 0) {
      received.splice(0, received.length, bytes.subarray(end));
      return bytes.subarray(0, end);
    }
    await new Promise((resolve) => {
      arrived = resolve;
    });
  }
}

const snapshotLength = Number(snapshotBytes);
function receivedLength() {
  return received.reduce((sum, chunk) => sum + chunk.length, 0);
}
async function receiveSnapshot() {
  while (receivedLength() < snapshotLength) {
    await new Promise((resolve) => {
      arrived = resolve;
    });
  }
  return receive((bytes) => (bytes.length < snapshotLength ? -1 : snapshotLength));
}

const gate = installGate({
  heapBytes: Number(heapBytes),
  onViolation: (violation) => finish({ kind: 'violation', message: violation.message }),
});
const pyodide = await loadInterpreter(
  pyodideDir,
  snapshotLength > 0 ? { _loadSnapshot: await receiveSnapshot() } : {},
);
const { FS, MEMFS } = pyodide._module;
const runSimpleString = pyodide._module._PyRun_SimpleString;

const output = { stdout: [], stderr: [], answer: [], bytes: 0 };
function keep(name, bytes) {
  output.bytes += bytes.length;
  if (output.bytes > job.max_output_bytes) finish({ kind: 'output' });
  output[name].push(bytes);
  return bytes.length;
}
const capture = (name) => ({ write: (buffer) => keep(name, Buffer.from(buffer)), isatty: false });
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
// The folder itself, whatever the program puts under its name.
const workspace = FS.lookupPath(WORKSPACE).node;
createSink(FS, ANSWER_PATH, (bytes) => keep('answer', bytes));
FS.chdir(WORKSPACE);
pyodide.runPython(`
import _office, pyodide.webloop
_office.prepare(pyodide.webloop._orig_sleep, pyodide.webloop._orig_run)
_office.rehearse()
globals().clear()
`);
const command = pyodide._module.stringToNewUTF8(
  `import _office\n_office.run(${JSON.stringify(SOURCE_PATH)}, ${JSON.stringify(ANSWER_PATH)})\n`,
);
limitFiles(FS, MEMFS, Number(fileBytes));

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
  // Deleted unseen: many are made when somebody looks at them, from others that are gone by then.
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!kept.has(name) && !Reflect.deleteProperty(globalThis, name)) globalThis[name] = undefined;
  }
}

stripGlobals();
send({ ready: true });
const line = await receive((bytes) => bytes.indexOf(10) + 1 || -1);
job = JSON.parse(line.toString('utf8'));
stdin = Buffer.from(job.stdin, 'utf8');
mountFiles(FS, WORKSPACE, job.files);
// Half a surrogate pair becomes the replacement character: Python reads UTF-8 and nothing else.
FS.writeFile(SOURCE_PATH, Buffer.from(job.code, 'utf8'));
gate.close();

let ended;
try {
  runSimpleString(command);
} catch (error) {
  ended = error;
}
const text = (name) => Buffer.concat(output[name]).toString('utf8');
if (ended instanceof ProgramExit) {
  const failed = { kind: 'error', name: 'SystemExit', message: `SystemExit: ${ended.status}` };
  output.answer = [Buffer.from(JSON.stringify(ended.status === 0 ? { kind: 'value', value: null } : failed))];
} else if (ended !== undefined) {
  finish({ kind: ended instanceof RangeError ? 'stack' : 'crash' });
}
const before = new Map(job.files.map((file) => [file.path, Buffer.from(file.content_base64, 'base64')]));
const files = [];
let total = 0;
// What a failed program wrote is not kept.
const succeeded = text('answer').startsWith('{"kind": "value"') || ended?.status === 0;
for (const [path, bytes] of succeeded ? readFiles(FS, workspace) : []) {
  const old = before.get(path);
  if (old?.equals(bytes)) continue;
  total += bytes.length;
  if (total > job.max_file_bytes) finish({ kind: 'files' });
  files.push({ path, content_base64: Buffer.from(bytes).toString('base64') });
}
finish({
  kind: 'answer',
  answer: text('answer'),
  stdout: text('stdout'),
  stderr: text('stderr'),
  files,
});
