import { type Attack, attack } from './attacks.ts';

/** Each calls the host's side directly or breaks the interpreter: the run ends, under a name. */
export const endingAttacks: readonly (Attack & { readonly ends: RegExp })[] = [
  {
    ...attack(
      'import hook found by the collector',
      'import gc',
      'f = next(o for o in gc.get_objects() if type(o).__name__ == "JsFinder")',
      'import sys',
      'sys.meta_path.insert(0, f)',
      'import js',
      'got = js.eval("1+1")',
    ),
    ends: /SandboxViolation|PythonError/,
  },
  {
    ...attack(
      'proxies registered with the import hook',
      'import gc',
      'f = next(o for o in gc.get_objects() if type(o).__name__ == "JsFinder")',
      'got = [repr(p) for p in f.jsproxies.values() if hasattr(p, "process")]',
    ),
    ends: /SandboxViolation|PythonError/,
  },
  {
    ...attack(
      'native side of Pyodide: to_js',
      'import importlib.machinery as m, importlib.util as u',
      's = m.BuiltinImporter.find_spec("_pyodide_core")',
      'x = u.module_from_spec(s)',
      'm.BuiltinImporter.exec_module(x)',
      'x.to_js([1, {}])',
    ),
    ends: /SandboxViolation|PythonError|InterpreterCrashed/,
  },
  {
    ...attack(
      'native side of Pyodide: create_proxy',
      'import importlib.machinery as m, importlib.util as u',
      's = m.BuiltinImporter.find_spec("_pyodide_core")',
      'x = u.module_from_spec(s)',
      'm.BuiltinImporter.exec_module(x)',
      'x.create_proxy([])',
    ),
    ends: /SandboxViolation|PythonError|InterpreterCrashed/,
  },
  {
    ...attack(
      'native side of Pyodide: fatal error',
      'import importlib.machinery as m, importlib.util as u',
      's = m.BuiltinImporter.find_spec("_pyodide_core")',
      'x = u.module_from_spec(s)',
      'm.BuiltinImporter.exec_module(x)',
      'x.trigger_fatal_error()',
    ),
    ends: /SandboxViolation|InterpreterCrashed/,
  },
  {
    ...attack(
      'foreign functions past the import hook',
      'import importlib.machinery as m, importlib.util as u',
      's = m.BuiltinImporter.find_spec("_ctypes")',
      'x = u.module_from_spec(s)',
      'm.BuiltinImporter.exec_module(x)',
      'import sys',
      'sys.modules["_ctypes"] = x',
      'sys.meta_path.pop(0)',
      'import ctypes',
      'ctypes.CDLL(None).emscripten_run_script(b"process.exit()")',
    ),
    ends: /SandboxViolation/,
  },
  {
    ...attack(
      'memory corruption',
      'import importlib.machinery as m, importlib.util as u',
      'x = u.module_from_spec(m.BuiltinImporter.find_spec("_testcapi"))',
      'm.BuiltinImporter.exec_module(x)',
      'import _testinternalcapi',
      'x.crash_no_current_thread()',
    ),
    ends: /InterpreterCrashed|SandboxViolation|PythonError/,
  },
  {
    ...attack('a segmentation fault', 'import faulthandler', 'faulthandler._sigsegv()'),
    ends: /InterpreterCrashed/,
  },
  { ...attack('abort', 'import os', 'os.abort()'), ends: /InterpreterCrashed/ },
  { ...attack('exit', 'import os', 'os._exit(3)'), ends: /PythonError/ },
  {
    ...attack('a signal to itself', 'import os', 'os.kill(os.getpid(), 9)'),
    ends: /PythonError|InterpreterCrashed/,
  },
  {
    ...attack(
      'a forged answer',
      'open("/run/answer", "wb", buffering=0).write(b\'{"kind": "value", "value": "forged"}\')',
    ),
    ends: /InterpreterCrashed/,
  },
  { ...attack('an endless loop', 'while True: pass'), ends: /TimeoutExceeded/ },
  { ...attack('an endless loop in C', 'sum(range(10**12))'), ends: /TimeoutExceeded/ },
  {
    ...attack(
      'an endless loop that catches everything',
      'while True:',
      '  try:',
      '    while True: pass',
      '  except BaseException: pass',
    ),
    ends: /TimeoutExceeded/,
  },
  {
    ...attack('an endless regular expression', 'import re', 're.match("(a+)+$", "a" * 40 + "b")'),
    ends: /TimeoutExceeded/,
  },
  { ...attack('sleeping for ever', 'import time', 'time.sleep(10**6)'), ends: /TimeoutExceeded/ },
  { ...attack('a memory bomb', 'x = []', 'while True: x.append(bytes(10**7))'), ends: /MemoryLimitExceeded/ },
  {
    ...attack(
      'a memory bomb that catches MemoryError',
      'x = []',
      'while True:',
      '  try: x.append(bytes(10**7))',
      '  except MemoryError: pass',
    ),
    ends: /TimeoutExceeded|MemoryLimitExceeded/,
  },
  { ...attack('one huge string', 'x = "a" * (2**31 - 10)'), ends: /MemoryLimitExceeded/ },
  { ...attack('recursion', 'def f(): return f()', 'f()'), ends: /PythonError/ },
  {
    ...attack(
      'recursion without a limit',
      'import sys',
      'sys.setrecursionlimit(2**31 - 1)',
      'def f(): return f()',
      'f()',
    ),
    ends: /RecursionLimitExceeded|InterpreterCrashed|MemoryLimitExceeded|TimeoutExceeded/,
  },
  {
    ...attack('nesting of a value', 'x = []', 'for i in range(10**5): x = [x]', 'x'),
    ends: /RecursionLimitExceeded/,
  },
  {
    ...attack('nesting of JSON', 'import json', 'json.loads("[" * 10**5 + "]" * 10**5)'),
    ends: /RecursionLimitExceeded/,
  },
  {
    ...attack('nesting of the parser', 'eval("(" * 10000 + ")" * 10000)'),
    ends: /PythonError|RecursionLimitExceeded|InterpreterCrashed|MemoryLimitExceeded/,
  },
  { ...attack('giant output', 'while True: print("x" * 10**6)'), ends: /OutputLimitExceeded/ },
  {
    ...attack('giant error output', 'import sys', 'while True: sys.stderr.write("x" * 10**6)'),
    ends: /OutputLimitExceeded/,
  },
  {
    ...attack('giant result', '"x" * 10**8'),
    ends: /OutputLimitExceeded|MemoryLimitExceeded|TimeoutExceeded/,
  },
  {
    ...attack('a giant file', 'f = open("big", "wb")', 'while True: f.write(bytes(1 << 20))'),
    ends: /PythonError/,
  },
  {
    ...attack('giant files returned', 'open("big", "wb").write(bytes(20_000_000))'),
    ends: /OutputLimitExceeded/,
  },
  {
    ...attack(
      'deleted files kept open',
      'import os',
      'k = []',
      'while True:',
      '  f = open("x", "wb")',
      '  f.write(bytes(1 << 20))',
      '  f.flush()',
      '  os.unlink("x")',
      '  k.append(f)',
    ),
    ends: /PythonError/,
  },
  {
    ...attack('a million files', 'for i in range(10**6): open(f"f{i}", "w").close()'),
    ends: /PythonError|TimeoutExceeded/,
  },
  { ...attack('a sparse file', 'f = open("x", "wb")', 'f.truncate(10**12)'), ends: /PythonError/ },
  {
    ...attack(
      'a symbolic link out of the workspace returned',
      'import os',
      'os.symlink("/etc/passwd", "link")',
      'raise SystemExit(7)',
    ),
    ends: /PythonError/,
  },
];
