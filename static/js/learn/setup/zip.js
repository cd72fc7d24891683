/** A ZIP file whose entries are stored as they are: pictures are packed already. */

const SIGNATURES = { entry: 0x04034b50, listing: 0x02014b50, end: 0x06054b50 };
const VERSION = 20; // 2.0, which every reader knows
const UTF8 = 1 << 11; // the flag that says how names are written
const DATE = (1 << 5) | 1; // 1980-01-01: when a picture was taken is nobody's business here
export const MOST = 0xffff; // entries that a ZIP without extensions can list

/** @typedef {{ path: string, blob: Blob }} Entry */

/**
 * Pack files into one. Throws a RangeError for more files than the format can list.
 *
 * @param {Entry[]} entries
 * @param {(done: number) => void} [onProgress] told after each file
 * @returns {Promise<Blob>}
 */
export async function pack(entries, onProgress = () => {}) {
  if (entries.length > MOST) throw new RangeError(`A ZIP file lists ${MOST} files at most.`);
  /** @type {BlobPart[]} */
  const parts = [];
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const listing = [];
  let offset = 0;
  for (const { path, blob } of entries) {
    const name = new TextEncoder().encode(path);
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const facts = factsOf(crc32(bytes), bytes.length, name.length);
    const head = record([4, SIGNATURES.entry], ...facts);
    parts.push(head, name, bytes);
    listing.push(record([4, SIGNATURES.listing], [2, VERSION], ...facts, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]), name);
    offset += head.length + name.length + bytes.length;
    onProgress(parts.length / 3);
  }
  const size = listing.reduce((sum, { length }) => sum + length, 0);
  const count = entries.length;
  const end = record([4, SIGNATURES.end], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, offset], [2, 0]);
  return new Blob([...parts, ...listing, end], { type: "application/zip" });
}

/**
 * The checksum of ZIP, PNG and gzip.
 *
 * @param {Uint8Array} bytes
 */
export function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** What each byte does to the checksum. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/**
 * What stands about a file both before it and in the listing at the end.
 *
 * @param {number} crc
 * @param {number} size
 * @param {number} nameLength
 * @returns {[2 | 4, number][]}
 */
function factsOf(crc, size, nameLength) {
  return [[2, VERSION], [2, UTF8], [2, 0], [2, 0], [2, DATE], [4, crc], [4, size], [4, size], [2, nameLength], [2, 0]];
}

/**
 * Numbers of two or four bytes, the lowest byte first.
 *
 * @param {...[2 | 4, number]} fields width and value
 */
function record(...fields) {
  const bytes = new Uint8Array(fields.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of fields) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return bytes;
}
