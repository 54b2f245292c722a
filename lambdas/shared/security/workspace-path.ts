import { OfficeError } from '../errors.ts';

/** Longest path in bytes of UTF-8, and longest segment: file systems allow 255, the local store adds a suffix. */
export const MAX_PATH_BYTES = 512;
export const MAX_SEGMENT_BYTES = 200;

/** A path that does not name a file inside the workspace. `reason` completes "The path ... ". */
export class InvalidPathError extends OfficeError {
  override readonly name = 'InvalidPathError';
  readonly reason: string;
  constructor(path: string, reason: string) {
    super(
      `The path ${quoted(path)} ${reason}; use a relative path inside the workspace, such as "data/report.csv".`,
    );
    this.reason = reason;
  }
}

/**
 * The one spelling of a path to a file in a workspace: relative, `/`-separated, Unicode NFC, without `.` segments.
 *
 * `./x` is accepted. Refused: absolute paths, `..`, backslashes, drive letters, URLs, empty segments, percent-encoded
 * traversal (also double and overlong), control and bidirectional control characters, lone surrogates, characters
 * that compatibility normalization (NFKC) turns into dots or slashes, segments ending in a dot or a space, names
 * Windows reserves, names of the local object store, `__proto__`, more than 512 bytes (200 in a segment).
 *
 * @throws InvalidPathError
 */
export function normalizeWorkspacePath(path: string): string {
  const normalized = normalizeSegments(path);
  if (normalized === '') throw new InvalidPathError(path, 'names no file');
  return normalized;
}

/**
 * As `normalizeWorkspacePath`, for a folder: `''`, `.` and `./` are the whole workspace (`''`), and one trailing `/`
 * is accepted.
 *
 * @throws InvalidPathError
 */
export function normalizeWorkspaceFolder(path: string): string {
  return normalizeSegments(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);
}

function normalizeSegments(path: string): string {
  if (path.length > MAX_PATH_BYTES)
    throw new InvalidPathError(path, `is longer than ${MAX_PATH_BYTES} bytes`);
  if (LONE_SURROGATE.test(path)) throw new InvalidPathError(path, 'is not valid Unicode');
  if (CONTROL.test(path)) throw new InvalidPathError(path, 'holds control characters');
  if (path.includes('\\')) throw new InvalidPathError(path, 'holds a backslash');
  if (path.startsWith('/')) throw new InvalidPathError(path, 'is absolute');
  if (DRIVE.test(path)) throw new InvalidPathError(path, 'names a drive');
  if (SCHEME.test(path)) throw new InvalidPathError(path, 'is a URL');
  refuseEncodedTraversal(path);
  if (path === '') return '';
  const segments: string[] = [];
  for (const segment of path.normalize('NFC').split('/')) {
    if (segment === '') throw new InvalidPathError(path, 'has an empty segment');
    if (segment === '.') continue;
    refuseSegment(path, segment);
    segments.push(segment);
  }
  if (segments[0] === '~') throw new InvalidPathError(path, 'names a home folder');
  const normalized = segments.join('/');
  // A task's record holds its files by their paths.
  if (normalized === '__proto__') throw new InvalidPathError(path, 'is a name that no record keeps');
  if (Buffer.byteLength(normalized) > MAX_PATH_BYTES) {
    throw new InvalidPathError(path, `is longer than ${MAX_PATH_BYTES} bytes`);
  }
  return normalized;
}

/** C0, C1, DEL, line and paragraph separators, and the bidirectional controls that make a name read as another. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const LONE_SURROGATE = /[\ud800-\udfff]/u;
const DRIVE = /^[a-z]:/i;
const SCHEME = /^[a-z][a-z0-9+.-]+:\//i;
/** Overlong UTF-8 (never valid) for ASCII characters, and the `%uXXXX` of some servers. */
const OVERLONG = /%(?:c[01]|e0%[89]|f0%8|u[0-9a-f]{4})/i;
/** Names Windows gives to devices, with any extension; `¹²³` count as digits there. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$|clock\$)\s*(?:\.|:|$)/i;
const DATA_STREAM = /:\$[a-z_]+$/i;
/** Files beside each object in the store of the embedded office (`<key>._S3rver_object`). */
const LOCAL_STORE = /\._s3rver_/i;
const MAX_DECODINGS = 5;

function refuseSegment(path: string, segment: string): void {
  // What a file system or a reader that folds compatible characters and drops invisible ones would see.
  const seen = segment.normalize('NFKC').replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '');
  if (seen === '..' || seen === '.') throw new InvalidPathError(path, 'leaves its folder');
  if (/[/\\]/.test(seen)) throw new InvalidPathError(path, 'holds a character that reads as a slash');
  if (/[.\s]$/u.test(seen) || seen === '')
    throw new InvalidPathError(path, 'has a segment that ends in a dot or a space');
  if (DEVICE.test(seen) || DATA_STREAM.test(seen))
    throw new InvalidPathError(path, 'uses a name that Windows reserves');
  if (LOCAL_STORE.test(seen)) throw new InvalidPathError(path, 'uses a name that the local store reserves');
  if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) {
    throw new InvalidPathError(path, `has a segment of more than ${MAX_SEGMENT_BYTES} bytes`);
  }
}

/** A literal `%` in a name is fine; what is refused is a path that means another place once somebody decodes it. */
function refuseEncodedTraversal(path: string): void {
  if (OVERLONG.test(path)) throw new InvalidPathError(path, 'holds encoded characters that hide others');
  let decoded = path;
  for (let round = 0; round < MAX_DECODINGS && decoded.includes('%'); round += 1) {
    const next = decoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (next === decoded) return;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: encoded control characters are what it looks for
    if (/[\u0000-\u001f\u007f]/.test(next))
      throw new InvalidPathError(path, 'holds encoded control characters');
    if (separators(next) !== separators(path)) throw new InvalidPathError(path, 'holds an encoded slash');
    if (
      next
        .split('/')
        .some((segment, index) => /^\.\.?$/.test(segment) && decoded.split('/')[index] !== segment)
    ) {
      throw new InvalidPathError(path, 'holds an encoded traversal');
    }
    if (OVERLONG.test(next)) throw new InvalidPathError(path, 'holds encoded characters that hide others');
    decoded = next;
  }
}

function separators(path: string): number {
  return path.split(/[/\\]/).length;
}

function quoted(path: string): string {
  // JSON escapes controls and lone surrogates, so the message stays one readable line.
  return JSON.stringify(path.length > 120 ? `${path.slice(0, 120)}…` : path);
}
