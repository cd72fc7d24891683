/**
 * How many pixels a picture has, read from its header: JPEG, PNG, GIF, WebP, BMP. Decoding it for
 * that alone would take as long as sending it.
 */

/**
 * @typedef {{ width: number, height: number }} Size as it is stored, before it is turned upright
 */

/** Markers of a JPEG that are no frame's, though they lie among those that are. */
const NO_FRAME = [0xc4, 0xc8, 0xcc];

/**
 * @param {Uint8Array} bytes of the whole file
 * @returns {Size | null} null where the header does not say
 */
export function imageSize(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begins = String.fromCharCode(...bytes.subarray(0, 16));
  try {
    if (begins.startsWith("\x89PNG")) return { width: view.getUint32(16), height: view.getUint32(20) };
    if (begins.startsWith("GIF8")) return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
    if (begins.startsWith("BM")) return inBmp(view);
    if (begins.startsWith("\xff\xd8")) return inJpeg(view);
    return begins.startsWith("WEBP", 8) ? inWebp(view, begins.slice(12)) : null;
  } catch (error) {
    if (error instanceof RangeError) return null; // the file ends too early
    throw error;
  }
}

/**
 * @param {DataView} view
 * @returns {Size}
 */
function inBmp(view) {
  const isOld = view.getUint32(14, true) === 12; // OS/2's header
  if (isOld) return { width: view.getUint16(18, true), height: view.getUint16(20, true) };
  return { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) }; // negative: from the top
}

/**
 * The frame comes behind any number of other segments: EXIF with its thumbnail, a colour profile.
 *
 * @param {DataView} view
 * @returns {Size | null}
 */
function inJpeg(view) {
  let at = 2;
  while (view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // a byte that fills
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && !NO_FRAME.includes(marker);
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

/**
 * @param {DataView} view
 * @param {string} kind of its first chunk
 * @returns {Size | null}
 */
function inWebp(view, kind) {
  if (kind === "VP8 ") return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (kind === "VP8L") {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
  }
  const three = (/** @type {number} */ at) => view.getUint16(at, true) + (view.getUint8(at + 2) << 16) + 1;
  return kind === "VP8X" ? { width: three(24), height: three(27) } : null;
}
