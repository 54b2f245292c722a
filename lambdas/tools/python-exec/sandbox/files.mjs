/** The interpreter's file system is memory of this process; these functions fill, bound and read it. */

import { Buffer } from 'node:buffer';

const ENOSPC = 51;
/** A device number that Emscripten does not use. */
const SINK_MAJOR = 200;
/** Files, folders and links there may be; each costs the JavaScript heap some hundred bytes. */
const MAX_NODES = 50_000;

/**
 * Bounds the bytes held by files, and the files. Counts growth as it happens and recounts what is really there
 * (open files included, also deleted ones) before it refuses with ENOSPC.
 */
export function limitFiles(FS, MEMFS, maxBytes) {
  let held = 0;
  let created = 0;
  const existing = () => {
    const nodes = new Set();
    const visit = (node) => {
      nodes.add(node);
      if (FS.isDir(node.mode)) for (const child of Object.values(node.contents ?? {})) visit(child);
    };
    visit(FS.root);
    for (const stream of FS.streams) if (stream) nodes.add(stream.node);
    return [...nodes];
  };
  const recount = () =>
    existing().reduce((total, node) => total + (FS.isFile(node.mode) ? (node.contents?.length ?? 0) : 0), 0);
  const reserve = (bytes) => {
    if (bytes <= 0) return;
    if (held + bytes > maxBytes) held = recount();
    if (held + bytes > maxBytes) throw new FS.ErrnoError(ENOSPC);
    held += bytes;
  };
  const { createNode, expandFileStorage, resizeFileStorage } = MEMFS;
  MEMFS.createNode = (...node) => {
    created += 1;
    if (created > MAX_NODES) {
      created = existing().length + 1;
      if (created > MAX_NODES) throw new FS.ErrnoError(ENOSPC);
    }
    return createNode(...node);
  };
  MEMFS.expandFileStorage = (node, capacity) => {
    const before = node.contents.length;
    if (capacity > before) reserve(Math.max(capacity, Math.ceil(before * 1.125)) - before);
    return expandFileStorage(node, capacity);
  };
  MEMFS.resizeFileStorage = (node, size) => {
    reserve(size - node.contents.length);
    return resizeFileStorage(node, size);
  };
  const ops = MEMFS.ops_table.file.stream;
  const { write } = ops;
  ops.write = (stream, buffer, offset, length, position, canOwn) => {
    const { node } = stream;
    if (position + length > node.contents.length) reserve(position + length - node.contents.length);
    return write(stream, buffer, offset, length, position, canOwn);
  };
}

/** Puts files under the folder, with the folders they need. */
export function mountFiles(FS, folder, files) {
  for (const { path, content_base64 } of files) {
    const full = `${folder}/${path}`;
    FS.mkdirTree(full.slice(0, full.lastIndexOf('/')));
    FS.writeFile(full, Buffer.from(content_base64, 'base64'));
  }
}

/** Regular files below the folder's node, by path; links, devices and what they point to are left out. */
export function readFiles(FS, folder) {
  const found = new Map();
  const visit = (node, path) => {
    for (const [name, child] of Object.entries(node.contents)) {
      const childPath = path === '' ? name : `${path}/${name}`;
      if (FS.isDir(child.mode)) visit(child, childPath);
      else if (FS.isFile(child.mode)) found.set(childPath, child.contents.subarray(0, child.usedBytes));
    }
  };
  visit(folder, '');
  return found;
}

/** A device that only takes bytes: each write goes to `take`. */
export function createSink(FS, path, take) {
  const device = FS.makedev(SINK_MAJOR, 0);
  FS.registerDevice(device, {
    open(stream) {
      stream.seekable = false;
    },
    write(_stream, buffer, offset, length) {
      take(Buffer.from(buffer.subarray(offset, offset + length)));
      return length;
    },
  });
  FS.mkdev(path, device);
}
