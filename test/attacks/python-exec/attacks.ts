/**
 * Ways out of the interpreter that a hostile program tries. `got` is what an attack won: anything but
 * None, False, an empty value or -1 counts as a success for the attacker. `{marker}`, `{secret}`, `{port}`
 * are a host path to create, a host file to read and a loopback port to reach.
 */
export interface Attack {
  readonly name: string;
  readonly code: string;
}

export const attack = (name: string, ...lines: string[]): Attack => ({ name, code: lines.join('\n') });

/** Reaching JavaScript. */
const javascript: Attack[] = [
  attack('import js', 'import js', 'got = js'),
  attack('import pyodide_js', 'import pyodide_js', 'got = pyodide_js'),
  attack('import pyodide', 'import pyodide', 'got = pyodide'),
  attack('pyodide.code.run_js', 'from pyodide.code import run_js', 'got = run_js("process.env")'),
  attack('import _pyodide_core', 'import _pyodide_core', 'got = _pyodide_core'),
  attack('import _pyodide._base', 'from _pyodide import _base', 'got = _base'),
  attack('pyodide.http', 'from pyodide.http import open_url', 'got = open_url("http://127.0.0.1:{port}/")'),
  attack('micropip', 'import micropip', 'got = micropip'),
  attack('__import__', 'got = __import__("js").process.env'),
  attack('importlib', 'import importlib', 'got = importlib.import_module("pyodide_js")'),
  attack('restored meta path', 'import sys', 'sys.meta_path.pop(0)', 'import js', 'got = js.process'),
  attack(
    'pyodide after the finder is gone',
    'import sys',
    'sys.meta_path.pop(0)',
    'import pyodide_js',
    'got = pyodide_js',
  ),
  attack(
    'run_js found by the collector',
    'import gc, types',
    'f = next(o for o in gc.get_objects() if isinstance(o, types.FunctionType) and o.__name__ == "run_js")',
    'got = f("1+1")',
  ),
  attack(
    'proxies found by the collector',
    'import gc',
    'got = [o for o in gc.get_objects() if type(o).__name__ == "JsProxy"]',
  ),
  attack(
    'class walk to subprocess',
    'c = [k for k in ().__class__.__mro__[-1].__subclasses__() if k.__name__ == "Popen"]',
    'import subprocess',
    'got = subprocess.Popen(["id"]).pid',
  ),
  attack(
    'class walk to a JsProxy instance',
    'k = [c for c in object.__subclasses__() if c.__name__ == "JsProxy"]',
    'got = k[0]()',
  ),
  attack(
    'modules of the sys module',
    'import sys',
    'got = [m for m in sys.modules if m.split(".")[0] in ("js", "pyodide_js", "pyodide", "_pyodide")]',
  ),
  attack(
    'frames',
    'import sys',
    'f = sys._getframe()',
    'while f.f_back: f = f.f_back',
    'got = [n for n in f.f_globals if n in ("js", "pyodide_js", "pyodide")]',
  ),
  attack(
    'sys.modules forged',
    'import sys, types',
    'm = types.ModuleType("js")',
    'sys.modules["js"] = m',
    'import js',
    'got = getattr(js, "process", None)',
  ),
  attack('webbrowser', 'import webbrowser', 'got = webbrowser.open("http://127.0.0.1:{port}/")'),
  attack(
    'event loop of the host',
    'import asyncio',
    'got = "Web" in type(asyncio.new_event_loop()).__name__',
  ),
];

/** Reaching the host's processes, files and environment. */
const host: Attack[] = [
  attack('os.system', 'import os', 'r = os.system("touch {marker}")', 'got = r if r >= 0 else None'),
  attack('os.popen', 'import os', 'got = os.popen("id").read()'),
  attack('subprocess.run', 'import subprocess', 'got = subprocess.run(["touch", "{marker}"])'),
  attack('subprocess shell', 'import subprocess', 'got = subprocess.check_output("id", shell=True)'),
  attack(
    '_posixsubprocess',
    'import _posixsubprocess as p',
    'got = p.fork_exec([b"id"], [b"/usr/bin/id"], True, (), None, None, -1, -1, -1, -1, -1, -1, -1, -1, False, False, 0, None, None, None, -1, None)',
  ),
  attack('os.fork', 'import os', 'got = os.fork() or 1'),
  attack('os.execv', 'import os', 'os.execv("/bin/touch", ["touch", "{marker}"])'),
  attack('os.spawn', 'import os', 'got = os.spawnv(os.P_WAIT, "/bin/touch", ["touch", "{marker}"])'),
  attack('os.posix_spawn', 'import os', 'got = os.posix_spawn("/bin/touch", ["touch", "{marker}"], {})'),
  attack(
    'multiprocessing',
    'import multiprocessing as m',
    'p = m.Process(target=print)',
    'p.start()',
    'got = p.pid',
  ),
  attack('pty', 'import pty', 'got = pty.spawn(["id"])'),
  attack('threads', 'import threading', 't = threading.Thread(target=print)', 't.start()', 'got = True'),
  attack('ctypes', 'import ctypes', 'got = ctypes.CDLL(None).system(b"touch {marker}")'),
  attack('ctypes.pythonapi', 'import ctypes', 'got = ctypes.pythonapi.PyRun_SimpleString(b"1")'),
  attack('/etc/passwd', 'got = open("/etc/passwd").read()'),
  attack('a host file', 'got = open("{secret}").read()'),
  attack('a host file by os.open', 'import os', 'got = os.read(os.open("{secret}", os.O_RDONLY), 100)'),
  attack('a host file by io.FileIO', 'import io', 'got = io.FileIO("{secret}").read()'),
  attack(
    'a host file by mmap',
    'import mmap, os',
    'fd = os.open("{secret}", os.O_RDONLY)',
    'got = mmap.mmap(fd, 0)[:]',
  ),
  attack(
    'a host file by symlink',
    'import os',
    'os.symlink("{secret}", "/tmp/link")',
    'got = open("/tmp/link").read()',
  ),
  attack('a host file by shutil', 'import shutil', 'got = shutil.copy("{secret}", "/tmp/copy")'),
  attack('a host file by runpy', 'import runpy', 'got = runpy.run_path("{secret}")'),
  attack('a host file by zipimport', 'import zipimport', 'got = zipimport.zipimporter("{secret}")'),
  attack(
    'a host file by sqlite',
    'import sqlite3',
    'c = sqlite3.connect("file:{secret}?mode=ro", uri=True)',
    'got = c.execute("select 1").fetchall() and open("{secret}").read()',
  ),
  attack(
    'a host file by file url',
    'import urllib.request',
    'got = urllib.request.urlopen("file://{secret}").read()',
  ),
  attack(
    'a host file by tarfile',
    'import tarfile',
    't = tarfile.open("/tmp/x.tar", "w")',
    't.add("{secret}")',
    'got = True',
  ),
  attack('relative traversal', 'got = open("../../../../../../../../{secret}").read()'),
  attack('/proc/self/environ', 'got = open("/proc/self/environ").read()'),
  attack('/proc/1/cmdline', 'got = open("/proc/1/cmdline").read()'),
  attack('/proc/self/root', 'import os', 'got = os.listdir("/proc/self/root")'),
  attack('/proc/self/fd/0', 'got = [open(f"/proc/self/fd/{n}", "rb").read() for n in (3, 4, 5, 6)]'),
  attack('/dev/tty', 'got = open("/dev/tty").read(1)'),
  attack('/dev/mem', 'got = open("/dev/mem", "rb").read(1)'),
  attack(
    'environment of the host',
    'import os',
    'got = [v for k, v in os.environ.items() if "canary" in v.lower() or k.startswith(("AWS", "NODE", "npm"))]',
  ),
  attack(
    'environment in C',
    'import posix',
    'got = [k for k in posix.environ if k.startswith((b"AWS", b"NODE", b"npm", b"OFFICE"))]',
  ),
  attack(
    'path of the host in sys',
    'import sys',
    'got = [v for v in (sys.executable, *sys.argv, *sys.orig_argv, *sys.path) if "node" in v or "sandbox" in v]',
  ),
  attack(
    'path of the host in the configuration',
    'import _testinternalcapi as t',
    'got = "node_modules" in repr(t.get_configs()) or "runner" in repr(t.get_configs())',
  ),
  attack('mount', 'import os', 'got = os.mount'),
  attack('chroot', 'import os', 'got = os.chroot("/")'),
  attack('mknod', 'import os', 'got = os.mknod("/tmp/dev", 0o20666, 0)'),
  attack('mkfifo', 'import os', 'got = os.mkfifo("/tmp/fifo")'),
  attack('signals to others', 'import os', 'got = os.kill(1, 9) is None and os.getpid() != 42'),
  attack('users of the host', 'import pwd', 'got = pwd.getpwall()'),
  attack('name of the host', 'import os', 'got = os.uname().nodename not in ("emscripten", "")'),
  attack('write beside the workspace', 'import os', 'os.makedirs("{marker}-dir")', 'got = None'),
  attack('write to the host', 'open("{marker}", "w").write("x")', 'got = None'),
  attack('a pipe', 'import os', 'got = os.pipe()'),
  attack('resource limits raised', 'import resource', 'got = resource.setrlimit'),
  attack(
    'dlopen of an own library',
    'import _imp, importlib.machinery as m',
    'open("/tmp/evil.so", "wb").write(b"\\0asm\\1\\0\\0\\0")',
    'got = _imp.create_dynamic(m.ModuleSpec("evil", m.ExtensionFileLoader("evil", "/tmp/evil.so"), origin="/tmp/evil.so"))',
  ),
];

/** Reaching the network. */
const network: Attack[] = [
  attack(
    'socket.create_connection',
    'import socket',
    'got = socket.create_connection(("127.0.0.1", {port}), 2)',
  ),
  attack(
    'socket.socket',
    'import socket',
    's = socket.socket()',
    's.connect(("127.0.0.1", {port}))',
    'got = s',
  ),
  attack(
    'a datagram',
    'import socket',
    's = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)',
    'got = s.sendto(b"x", ("127.0.0.1", {port}))',
  ),
  attack(
    'a unix socket',
    'import socket',
    's = socket.socket(socket.AF_UNIX)',
    's.connect("/var/run/docker.sock")',
    'got = s',
  ),
  attack('a listening socket', 'import socket', 'got = socket.create_server(("127.0.0.1", 0))'),
  attack('socketpair', 'import socket', 'got = socket.socketpair()'),
  attack('_socket', 'import _socket', 's = _socket.socket()', 's.connect(("127.0.0.1", {port}))', 'got = s'),
  attack(
    'a socket on a given descriptor',
    'import socket',
    's = socket.socket(fileno=0)',
    's.send(b"x")',
    'got = s',
  ),
  attack('name resolution', 'import socket', 'got = socket.getaddrinfo("localhost", 80)'),
  attack('gethostbyname', 'import socket', 'got = socket.gethostbyname("localhost")'),
  attack(
    'gethostname',
    'import socket',
    'n = socket.gethostname()',
    'got = n if n != "emscripten" else None',
  ),
  attack(
    'urllib',
    'import urllib.request',
    'got = urllib.request.urlopen("http://127.0.0.1:{port}/", timeout=2).read()',
  ),
  attack(
    'http.client',
    'import http.client',
    'c = http.client.HTTPConnection("127.0.0.1", {port}, timeout=2)',
    'c.request("GET", "/")',
    'got = c.getresponse().read()',
  ),
  attack(
    'metadata service',
    'import urllib.request',
    'got = urllib.request.urlopen("http://169.254.169.254/latest/meta-data/", timeout=2).read()',
  ),
  attack('ftplib', 'import ftplib', 'got = ftplib.FTP("127.0.0.1", timeout=2)'),
  attack('smtplib', 'import smtplib', 'got = smtplib.SMTP("127.0.0.1", {port}, timeout=2)'),
  attack(
    'asyncio connection',
    'import asyncio',
    'got = asyncio.run(asyncio.open_connection("127.0.0.1", {port}))',
  ),
  attack('asyncio subprocess', 'import asyncio', 'got = asyncio.run(asyncio.create_subprocess_shell("id"))'),
  attack('xmlrpc', 'import xmlrpc.client', 'got = xmlrpc.client.ServerProxy("http://127.0.0.1:{port}/").x()'),
  attack('ssl', 'import ssl, socket', 'got = ssl.create_default_context().wrap_socket(socket.socket())'),
];

/** Each ends in an exception of Python or wins nothing; many share one interpreter. */
export const containedAttacks: readonly Attack[] = [...javascript, ...host, ...network];
