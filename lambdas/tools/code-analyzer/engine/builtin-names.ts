/** The names every Python module can see (3.13's `builtins`, and those Python 2 code still uses). */
export const BUILTIN_NAMES: ReadonlySet<string> = new Set(
  `ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError
  BrokenPipeError BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError
  ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning
  EnvironmentError Exception ExceptionGroup False FileExistsError FileNotFoundError FloatingPointError
  FutureWarning GeneratorExit IOError ImportError ImportWarning IndentationError IndexError
  InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError
  ModuleNotFoundError NameError None NotADirectoryError NotImplemented NotImplementedError OSError
  OverflowError PendingDeprecationWarning PermissionError ProcessLookupError PythonFinalizationError
  RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration
  StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError True TypeError
  UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError
  UnicodeWarning UserWarning ValueError Warning ZeroDivisionError __build_class__ __import__ abs aiter
  all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex
  copyright credits delattr dict dir divmod enumerate eval exec exit filter float format frozenset
  getattr globals hasattr hash help hex id input int isinstance issubclass iter len license list locals
  map max memoryview min next object oct open ord pow print property quit range repr reversed round set
  setattr slice sorted staticmethod str sum super tuple type vars zip
  basestring cmp execfile long raw_input reduce reload unichr unicode xrange`.split(/\s+/),
);

const NAMES = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** The methods of the builtin types that programs call. */
export const TYPE_METHODS: Readonly<Record<string, ReadonlySet<string>>> = {
  str: NAMES(
    'capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip maketrans partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill',
  ),
  bytes: NAMES(
    'count decode endswith find fromhex hex index join lower lstrip replace rfind rsplit rstrip split splitlines startswith strip translate upper',
  ),
  dict: NAMES('clear copy fromkeys get items keys pop popitem setdefault update values'),
  list: NAMES(
    'append appendleft clear copy count extend extendleft index insert pop popleft remove reverse rotate sort',
  ),
  tuple: NAMES('count index'),
  set: NAMES(
    'add clear copy difference difference_update discard intersection intersection_update isdisjoint issubset issuperset pop remove symmetric_difference symmetric_difference_update union update',
  ),
  int: NAMES('bit_length to_bytes from_bytes bit_count conjugate'),
  float: NAMES('is_integer hex fromhex as_integer_ratio'),
};
