/**
 * Reads a ZIP in the browser, so that pictures in it can be made ready as those of a folder are.
 * Only what archives of photos have: files stored or deflated, in one part, without encryption.
 */

/**
 * @typedef {{ path: string, size: number, open: () => Promise<Blob> }} ZipEntry `size` as the
 *   archive claims it
 */

const END = 0x06054b50; // of the end of the directory …
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff; // … which may follow it
const LISTED = 0x02014b50; // an entry of the directory
const LOCAL = 0x04034b50; // the same before the file's bytes
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const LARGEST = 256 * 1024 * 1024; // bytes of one unpacked file

/**
 * The files of an archive; null for one that is not read here: the server has the last word on it.
 *
 * @param {Blob} zip
 * @returns {Promise<ZipEntry[] | null>}
 */
export async function unzip(zip) {
  const tail = await viewOf(zip.slice(Math.max(0, zip.size - END_BYTES - LONGEST_COMMENT)));
  const end = endOf(tail);
  if (end === null) return null;
  const [count, size, start] = [tail.getUint16(end + 10, true), tail.getUint32(end + 12, true), tail.getUint32(end + 16, true)];
  if (start + size > zip.size) return null; // also one that is too large for these fields
  const directory = await viewOf(zip.slice(start, start + size));
  /** @type {ZipEntry[]} */
  const entries = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > directory.byteLength || directory.getUint32(at, true) !== LISTED) return null;
    const [flags, method] = [directory.getUint16(at + 8, true), directory.getUint16(at + 10, true)];
    const [packed, unpacked] = [directory.getUint32(at + 20, true), directory.getUint32(at + 24, true)];
    const [name, extra, comment] = [28, 30, 32].map((offset) => directory.getUint16(at + offset, true));
    const local = directory.getUint32(at + 42, true);
    const path = nameOf(new Uint8Array(directory.buffer, directory.byteOffset + at + 46, Math.min(name ?? 0, directory.byteLength - at - 46)));
    at += 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
    if (path.endsWith("/")) continue;
    if (flags & ENCRYPTED || ![STORED, DEFLATED].includes(method) || unpacked > LARGEST) return null;
    entries.push({ path, size: unpacked, open: () => contentOf(zip, local, packed, method) });
  }
  return entries;
}

/**
 * Where the end of the directory begins in an archive's last bytes.
 *
 * @param {DataView} tail
 */
function endOf(tail) {
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) if (tail.getUint32(at, true) === END) return at;
  return null;
}

/**
 * @param {Blob} zip
 * @param {number} local
 * @param {number} packed
 * @param {number} method
 */
async function contentOf(zip, local, packed, method) {
  const head = await viewOf(zip.slice(local, local + 30));
  if (head.byteLength < 30 || head.getUint32(0, true) !== LOCAL) throw new RangeError("No file begins where the directory says.");
  const start = local + 30 + head.getUint16(26, true) + head.getUint16(28, true);
  const bytes = zip.slice(start, start + packed);
  if (method === STORED) return bytes;
  return inflated(bytes.stream().pipeThrough(new DecompressionStream("deflate-raw")));
}

/**
 * What a stream gives, but never more than one file may have, whatever the archive said.
 *
 * @param {ReadableStream<Uint8Array>} stream
 */
async function inflated(stream) {
  /** @type {BlobPart[]} */
  const parts = [];
  let size = 0;
  const reader = stream.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return new Blob(parts);
    size += value.byteLength;
    if (size > LARGEST) {
      await reader.cancel();
      throw new RangeError("The file unpacks to more than one file may have.");
    }
    parts.push(/** @type {BlobPart} */ (value));
  }
}

/**
 * A name in UTF-8, which most archivers write whatever the flag says, else in the old code page's
 * nearest kin.
 *
 * @param {Uint8Array} bytes
 */
function nameOf(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** @param {Blob} blob */
async function viewOf(blob) {
  return new DataView(await blob.arrayBuffer());
}
