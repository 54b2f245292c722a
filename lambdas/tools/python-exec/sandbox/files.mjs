/** The interpreter's file system is memory of this process; these functions fill, bound and read it. */

import { Buffer } from 'node:buffer';

const ENOSPC = 51;

/**
 * Bounds the bytes held by files. Counts growth as it happens and recounts what is really there
 * (open files included, also deleted ones) before it refuses with ENOSPC.
 */
export function limitFileBytes(FS, MEMFS, maxBytes) {
  let held = 0;
  const recount = () => {
    const nodes = new Set();
    const visit = (node) => {
      if (FS.isDir(node.mode)) for (const child of Object.values(node.contents ?? {})) visit(child);
      else if (FS.isFile(node.mode)) nodes.add(node);
    };
    visit(FS.root);
    for (const stream of FS.streams) if (stream && FS.isFile(stream.node.mode)) nodes.add(stream.node);
    let total = 0;
    for (const node of nodes) total += node.contents?.length ?? 0;
    return total;
  };
  const reserve = (bytes) => {
    if (bytes <= 0) return;
    if (held + bytes > maxBytes) held = recount();
    if (held + bytes > maxBytes) throw new FS.ErrnoError(ENOSPC);
    held += bytes;
  };
  const { expandFileStorage, resizeFileStorage } = MEMFS;
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

/** Regular files below the folder, by path; links, devices and what they point to are left out. */
export function readFiles(FS, folder) {
  const found = new Map();
  const visit = (node, path) => {
    for (const [name, child] of Object.entries(node.contents)) {
      const childPath = path === '' ? name : `${path}/${name}`;
      if (FS.isDir(child.mode)) visit(child, childPath);
      else if (FS.isFile(child.mode)) found.set(childPath, child.contents.subarray(0, child.usedBytes));
    }
  };
  visit(FS.lookupPath(folder).node, '');
  return found;
}

/** The bytes of one regular file that is no link; undefined when it is not there. */
export function readPlainFile(FS, path) {
  const { node } = FS.analyzePath(path, true).exists ? FS.lookupPath(path, { follow: false }) : {};
  return node && FS.isFile(node.mode) ? node.contents.subarray(0, node.usedBytes) : undefined;
}
