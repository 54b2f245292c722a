/**
 * The only way out of a WebAssembly instance is its import table, so this is where the sandbox stands:
 * after `close()` an import does what it did only when it is named in ALLOWED; the harmless refusals that
 * ordinary programs meet (a socket, a shell) answer with an errno, and any other call ends the run.
 */

/** File system in memory, clocks, randomness, memory: what CPython needs and what cannot reach the host. */
const ALLOWED = new Set(
  (
    '_PyEM_TrampolineCall_JS _Py_CheckEmscriptenSignals_Helper emscripten_runtime_keepalive_push ' +
    'emscripten_runtime_keepalive_pop _emscripten_runtime_keepalive_clear __call_sighandler ' +
    '_abort_js __assert_fail ' +
    'environ_sizes_get environ_get ' +
    '__syscall_ioctl __syscall_fcntl64 __syscall_openat ' +
    'fd_close fd_read fd_write fd_pread fd_pwrite fd_seek fd_sync fd_fdstat_get ' +
    '__syscall_faccessat __syscall_chdir __syscall_fchdir __syscall_getcwd __syscall_chmod __syscall_fchmod ' +
    '__syscall_fchmodat2 __syscall_fchownat __syscall_fchown32 __syscall_fdatasync __syscall_fstat64 ' +
    '__syscall_stat64 __syscall_newfstatat __syscall_lstat64 __syscall_ftruncate64 __syscall_truncate64 ' +
    '__syscall_getdents64 __syscall_mkdirat __syscall_poll __syscall_fadvise64 __syscall_fallocate ' +
    '__syscall_readlinkat __syscall_unlinkat __syscall_rmdir __syscall_renameat __syscall_statfs64 ' +
    '__syscall_fstatfs64 __syscall_symlinkat __syscall_utimensat __syscall_dup __syscall_dup3 ' +
    '_mmap_js _munmap_js _msync_js ' +
    'clock_res_get clock_time_get emscripten_date_now emscripten_get_now _tzset_js _timegm_js _mktime_js ' +
    '_localtime_js _gmtime_js random_get emscripten_get_heap_max'
  ).split(' '),
);

const EPERM = -63;
const ENOSYS = -52;
/** EAI_FAIL of musl: name resolution fails for good. */
const EAI_FAIL = -4;

const OWN_USER = 1000;
const OWN_UMASK = 0o022;

/** Answered without the host and without ending the run: programs probe these and handle the failure. */
const REFUSED = new Map([
  ...[
    '__syscall_socket',
    '__syscall_connect',
    '__syscall_bind',
    '__syscall_listen',
    '__syscall_accept4',
    '__syscall_getpeername',
    '__syscall_getsockname',
    '__syscall_getsockopt',
    '__syscall_recvfrom',
    '__syscall_recvmsg',
    '__syscall_sendmsg',
    '__syscall_sendto',
    '__syscall_mknodat',
  ].map((name) => [name, EPERM]),
  ['__syscall_pipe', ENOSYS],
  ['_emscripten_system', ENOSYS],
  ['_setitimer_js', -1],
  ['getaddrinfo', EAI_FAIL],
  ['getnameinfo', EAI_FAIL],
  ['getprotobyname', 0],
  ['_emscripten_lookup_name', 0],
  ['_dlopen_js', 0],
  ['_dlsym_js', 0],
  ['_Py_emscripten_runtime', 0],
  ['_maybe_connect_async', null],
  ['_maybe_recvfrom_async', null],
  ['_maybe_sendto_async', null],
  ['_maybe_poll_async', null],
  ['_try_fcntl64', 0],
  ['_try_shutdown', 0],
  ['__syscall_getuid32_js', OWN_USER],
  ['__syscall_umask_js', OWN_UMASK],
  ['_emscripten_get_progname', undefined],
  ['_emscripten_log_formatted', undefined],
  ['emscripten_log_impl_js', undefined],
]);

/** Thrown through the WebAssembly frames, which no Python code can catch. */
export class SandboxViolation extends Error {
  constructor(name) {
    super(`The code called "${name}", which the sandbox does not allow.`);
    this.name = 'SandboxViolation';
  }
}

/** The program ended the process itself (`os._exit`). */
export class ProgramExit extends Error {
  constructor(status) {
    super(`The program ended itself with status ${status}.`);
    this.name = 'ProgramExit';
    this.status = status;
  }
}

/**
 * A gate around the imports of every WebAssembly instance created from now on.
 * @param {{heapBytes: number, onViolation: (violation: SandboxViolation) => never}} limits `heapBytes` bounds
 *   the linear memory of the interpreter: growth past it fails, and Python raises MemoryError.
 */
export function installGate({ heapBytes, onViolation }) {
  let closed = false;
  const instantiate = WebAssembly.instantiate;

  function guard(name, original) {
    if (typeof original !== 'function') return original;
    if (name === 'emscripten_resize_heap') {
      return (requested) => (requested >>> 0 > heapBytes ? 0 : original(requested));
    }
    if (ALLOWED.has(name)) return original;
    return (...args) => {
      if (!closed) return original(...args);
      if (name === 'exit' || name === 'proc_exit') throw new ProgramExit(args[0]);
      if (REFUSED.has(name)) return REFUSED.get(name);
      return onViolation(new SandboxViolation(name));
    };
  }
  function guardAll(imports) {
    const guarded = { ...imports };
    for (const space of ['env', 'wasi_snapshot_preview1']) {
      if (!imports?.[space]) continue;
      guarded[space] = Object.fromEntries(
        Object.entries(imports[space]).map(([name, original]) => [name, guard(name, original)]),
      );
    }
    return guarded;
  }
  WebAssembly.instantiate = (source, imports) => {
    if (closed) throw new SandboxViolation('WebAssembly.instantiate');
    return instantiate.call(WebAssembly, source, guardAll(imports));
  };
  return {
    close() {
      closed = true;
      WebAssembly.instantiate = undefined;
      WebAssembly.instantiateStreaming = undefined;
      WebAssembly.Instance = undefined;
      WebAssembly.Module = undefined;
      WebAssembly.compile = undefined;
    },
  };
}
