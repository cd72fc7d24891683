/** A ZIP file whose entries are stored as they are: pictures are compressed already. */

import { makeZip } from "../../../vendor/client-zip/client-zip.js";

export const MOST = 0xffff; // files that a ZIP without extensions can list

const TIME = new Date(1980, 0, 1); // when a picture was taken is nobody's business here

/** @typedef {{ path: string, blob: Blob }} Entry */

/**
 * Pack files into one. Throws a RangeError for more files than the plain format can list.
 *
 * @param {Entry[]} entries
 * @param {(done: number) => void} [onProgress] told after each file
 * @returns {Promise<Blob>}
 */
export async function pack(entries, onProgress = () => {}) {
  if (entries.length > MOST) throw new RangeError(`A ZIP file lists ${MOST} files at most.`);
  async function* files() {
    for (const [i, { path, blob }] of entries.entries()) {
      yield { name: path, input: blob, lastModified: TIME };
      onProgress(i + 1);
    }
  }
  return new Response(makeZip(files()), { headers: { "Content-Type": "application/zip" } }).blob();
}
