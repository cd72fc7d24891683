/** NumPy's .npy format, as far as the server writes it: little-endian float32 in C order. */

const MAGIC = "\u0093NUMPY";

/**
 * @param {ArrayBuffer} buffer
 * @returns {{ shape: number[], data: Float32Array }}
 */
export function parseNpy(buffer) {
  const bytes = new Uint8Array(buffer);
  if (latin1(bytes.subarray(0, 6)) !== MAGIC) throw new TypeError("These bytes are not an .npy file.");
  const wide = (bytes[6] ?? 1) > 1; // version 1 has a header of up to 64 KiB, later ones of up to 4 GiB
  const view = new DataView(buffer);
  const start = wide ? 12 : 10;
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = latin1(bytes.subarray(start, end));
  if (!/'descr':\s*'<f4'/.test(header) || !/'fortran_order':\s*False/.test(header)) {
    throw new TypeError(`Expected float32 in C order, got ${header.trim()}.`);
  }
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? "").match(/\d+/g) ?? [];
  return { shape: shape.map(Number), data: new Float32Array(buffer.slice(end)) };
}

/** @param {Uint8Array} bytes */
function latin1(bytes) {
  return String.fromCharCode(...bytes);
}
