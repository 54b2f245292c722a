"""Runs one program inside the interpreter and writes down what became of it."""

import ast
import asyncio
import atexit
import gc
import importlib
import json
import linecache
import math
import os
import sys
import time
import traceback
import types

HOST_MODULES = ("js", "pyodide_js", "pyodide", "_pyodide", "_pyodide_core", "micropip", "_ctypes")
MAX_TRACEBACK_LINES = 16
MAX_TRACEBACK_CHARACTERS = 2000
SAFE_INTEGER = 2**53 - 1
MAX_DEPTH = 64
SOURCE_NAME = "<code>"


class HostModules:
    """First on the meta path: what belongs to the host's side of the interpreter is not there."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in HOST_MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


class Waiting:
    """What an event loop waits on where there are no sockets: time."""

    def select(self, timeout):
        if timeout is None:
            raise RuntimeError("The event loop waits for something that cannot happen in the sandbox.")
        if timeout > 0:
            time.sleep(timeout)
        return []

    def close(self):
        pass


class Loop(asyncio.base_events.BaseEventLoop):
    """asyncio on timers alone; what would need a thread runs in place."""

    def __init__(self):
        super().__init__()
        self._selector = Waiting()

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        pass

    def run_in_executor(self, executor, func, *args):
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future


class LoopPolicy(asyncio.events._BaseDefaultEventLoopPolicy):
    _loop_factory = Loop


class NotJson(Exception):
    pass


def plain(value, depth=0):
    """The value as JSON carries it, exactly; integers past 2**53 - 1 as their digits. Raises NotJson."""
    if depth > MAX_DEPTH:
        raise NotJson
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is str:
        return well_formed(value)
    if kind is int:
        return value if -SAFE_INTEGER <= value <= SAFE_INTEGER else str(value)
    if kind is float:
        if not math.isfinite(value):
            raise NotJson
        return value
    if kind is list or kind is tuple:
        return [plain(item, depth + 1) for item in value]
    if kind is dict:
        if not all(type(key) in (str, int, float, bool) for key in value):
            raise NotJson
        return {well_formed(str(key)): plain(item, depth + 1) for key, item in value.items()}
    raise NotJson


def well_formed(text):
    """Half a surrogate pair is no text outside of Python; it is written as its escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def shown(value):
    try:
        return plain(value)
    except (NotJson, ValueError):
        pass
    # Outside of the handler: what a failing repr raises has nothing to do with JSON.
    return well_formed(repr(value))


def wait_for(value):
    return asyncio.run(value) if asyncio.iscoroutine(value) else value


def execute(source, namespace):
    """Runs the program; returns the value of its last statement when that is an expression."""
    tree = compile(source, SOURCE_NAME, "exec", ast.PyCF_ONLY_AST)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    if last is None:
        code = compile(tree, SOURCE_NAME, "exec", flags)
        wait_for(eval(code, namespace))
        return None
    body = compile(tree, SOURCE_NAME, "exec", flags)
    final = compile(ast.Expression(last.value), SOURCE_NAME, "eval", flags)
    if (body.co_flags | final.co_flags) & 0x80:
        return asyncio.run(awaited(body, final, namespace))
    eval(body, namespace)
    return eval(final, namespace)


async def awaited(body, final, namespace):
    """Top-level await: both parts in one event loop, so that what the first starts the second can await."""
    started = eval(body, namespace)
    if asyncio.iscoroutine(started):
        await started
    value = eval(final, namespace)
    return await value if final.co_flags & 0x80 else value


def described(error):
    """The last lines of the traceback as Python prints it, without the frames of this file."""
    report = traceback.TracebackException.from_exception(error)
    part, seen = report, set()
    while part is not None and id(part) not in seen:
        seen.add(id(part))
        part.stack[:] = [frame for frame in part.stack if frame.filename != "<sandbox>"]
        part = part.__cause__ or part.__context__
    lines = "".join(report.format()).rstrip().splitlines()
    return "\n".join(lines[-MAX_TRACEBACK_LINES:])[-MAX_TRACEBACK_CHARACTERS:]


def answer_of(source):
    main = types.ModuleType("__main__")
    main.__builtins__ = __builtins__
    sys.modules["__main__"] = main
    lines = source.splitlines(keepends=True)
    linecache.cache[SOURCE_NAME] = (len(source), None, lines, SOURCE_NAME)
    importlib.invalidate_caches()
    try:
        value = shown(execute(source, main.__dict__))
        return {"kind": "value", "value": value}
    except SystemExit as error:
        if error.code is None or error.code == 0:
            return {"kind": "value", "value": None}
        return {"kind": "error", "name": "SystemExit", "message": f"SystemExit: {error.code}"}
    except MemoryError as error:
        return {"kind": "memory", "message": described(error)}
    except BaseException as error:
        return {"kind": "error", "name": type(error).__name__, "message": described(error)}


REHEARSAL = """
import json
class Point:
    def __init__(self, x): self.x = x
    def __repr__(self): return f"<{self.x:>4}>"
rows = [{"n": i, "s": str(i) * 2, "f": i / 3} for i in range(20)]
try:
    {}["missing"]
except KeyError as error:
    text = "%s %r" % (error, Point(1))
rows.sort(key=lambda row: -row["n"])
total = sum(row["n"] ** 2 for row in rows)
json.loads(json.dumps({"total": total, "text": text, "words": sorted(set("a b c".split()))}))
"""


def rehearse():
    """Runs what most programs use, so that its machine code is there when the first real one comes."""
    json.dumps(answer_of(REHEARSAL))
    answer_of("1 / 0")
    sys.modules["__main__"] = types.ModuleType("__main__")
    linecache.clearcache()


def run(source_path, answer_path):
    if "random" in sys.modules:
        # A snapshot would hand every program the same numbers.
        sys.modules["random"].seed()
    with open(source_path, encoding="utf-8-sig", newline="") as file:
        source = file.read()
    answer = answer_of(source)
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            continue
    with open(answer_path, "wb", buffering=0) as device:
        device.write(json.dumps(answer).encode("ascii"))


def prepare(original_sleep, original_run):
    """Takes the host's side out of the interpreter; called once, before any program is known."""
    time.sleep = original_sleep
    asyncio.run = original_run
    asyncio.events._event_loop_policy = LoopPolicy()
    asyncio.events._set_running_loop(None)
    sys.meta_path[:] = [HostModules] + [
        finder
        for finder in sys.meta_path
        if getattr(finder, "__module__", type(finder).__module__).startswith("_frozen_importlib")
    ]
    for name in list(sys.modules):
        if name.partition(".")[0] in HOST_MODULES:
            del sys.modules[name]
    sys.dont_write_bytecode = True
    sys.argv[:] = ["code.py"]
    sys.orig_argv[:] = ["python", "code.py"]
    sys.executable = ""
    for name in ("PYTHONINSPECT", "LD_LIBRARY_PATH"):
        os.environ.pop(name, None)
    gc.collect()
