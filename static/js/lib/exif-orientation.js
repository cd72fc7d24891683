/**
 * Which way up a picture is stored: EXIF's orientation, or XMP's where there is none, as the server
 * reads them. Browsers heed EXIF in JPEGs; in PNG and WebP each does as it likes, and none knows
 * XMP. So those are turned here.
 */

/**
 * @typedef {object} Stored
 * @property {number} orientation 1 (upright) to 8, as EXIF counts them
 * @property {number | null} at where the two bytes of EXIF's orientation stand
 * @property {boolean} little whether their lowest byte comes first
 * @property {boolean} isTurnedByBrowsers
 */

const ORIENTATION = 0x0112;
const SHORT = 3;
const LONG = 4;
const XMP_IN_JPEG = "://ns.adobe.com/xap/1.0/\0"; // behind «http»
const XMP_IN_PNG = "XML:com.adobe.xmp\0\0\0";
const IN_XMP = /tiff:Orientation(?:="|>)([0-9])/;

/**
 * @type {Record<number, (width: number, height: number) => [number, number, number, number, number,
 *   number]>} Stored → upright.
 */
const TURNS = {
  2: (w) => [-1, 0, 0, 1, w, 0],
  3: (w, h) => [-1, 0, 0, -1, w, h],
  4: (_, h) => [1, 0, 0, -1, 0, h],
  5: () => [0, 1, 1, 0, 0, 0],
  6: (_, h) => [0, 1, -1, 0, h, 0],
  7: (w, h) => [0, -1, -1, 0, h, w],
  8: (w) => [0, -1, 1, 0, 0, w],
};

/**
 * What a file says of its orientation. What is broken says nothing.
 *
 * @param {Uint8Array} bytes
 * @returns {Stored}
 */
export function storedOrientation(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  const { exif, xmp } = isJpeg ? inJpeg(view) : textAt(view, 1, 3) === "PNG" ? inPng(view) : textAt(view, 8, 4) === "WEBP" ? inWebp(view) : {};
  const tag = exif === undefined ? null : exifOrientation(view, exif);
  if (tag) return { orientation: TURNS[tag.value] ? tag.value : 1, at: tag.at, little: tag.little, isTurnedByBrowsers: isJpeg };
  const said = xmp ? Number(IN_XMP.exec(textAt(view, ...xmp))?.[1] ?? 1) : 1;
  return { orientation: TURNS[said] ? said : 1, at: null, little: false, isTurnedByBrowsers: false };
}

/**
 * The picture turned upright; the one that is given is closed.
 *
 * @param {ImageBitmap} bitmap as it is stored
 * @param {number} orientation
 */
export function turned(bitmap, orientation) {
  const { width, height } = bitmap;
  const turn = TURNS[orientation];
  if (!turn) return bitmap;
  const canvas = orientation >= 5 ? new OffscreenCanvas(height, width) : new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context?.setTransform(...turn(width, height));
  context?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.transferToImageBitmap();
}

/**
 * @typedef {{ exif?: number, xmp?: [number, number] }} Found where the TIFF in EXIF begins; where
 *   XMP stands and how long it is
 * @param {DataView} view
 * @returns {Found}
 */
function inJpeg(view) {
  /** @type {Found} */
  const found = {};
  for (let at = 2; at + 4 <= view.byteLength && view.getUint8(at) === 0xff; ) {
    const marker = view.getUint8(at + 1);
    const length = view.getUint16(at + 2);
    if (marker === 0xda) break; // the picture itself
    if (marker === 0xe1 && textAt(view, at + 4, 6) === "Exif\0\0") found.exif ??= at + 10;
    if (marker === 0xe1 && textAt(view, at + 8, XMP_IN_JPEG.length) === XMP_IN_JPEG) found.xmp ??= [at + 4, length - 2];
    at += 2 + length;
  }
  return found;
}

/**
 * @param {DataView} view
 * @returns {Found}
 */
function inPng(view) {
  /** @type {Found} */
  const found = {};
  for (let at = 8; at + 8 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const [length, name] = [view.getUint32(at), textAt(view, at + 4, 4)];
    if (name === "eXIf") found.exif ??= at + 8;
    if (name === "iTXt" && textAt(view, at + 8, XMP_IN_PNG.length) === XMP_IN_PNG) found.xmp ??= [at + 8, length];
  }
  return found;
}

/**
 * @param {DataView} view
 * @returns {Found}
 */
function inWebp(view) {
  /** @type {Found} */
  const found = {};
  for (let at = 12; at + 8 <= view.byteLength; ) {
    const [name, length] = [textAt(view, at, 4), view.getUint32(at + 4, true)];
    if (name === "EXIF") found.exif ??= at + 8 + (textAt(view, at + 8, 6) === "Exif\0\0" ? 6 : 0); // some write JPEG's mark here, too
    if (name === "XMP ") found.xmp ??= [at + 8, length];
    at += 8 + length + (length % 2);
  }
  return found;
}

/**
 * The entry of the first directory that tells the orientation.
 *
 * @param {DataView} view
 * @param {number} start where the TIFF begins: places in it count from there
 */
function exifOrientation(view, start) {
  if (start + 8 > view.byteLength) return null;
  const little = view.getUint16(start) === 0x4949;
  const first = start + view.getUint32(start + 4, little);
  if (first + 2 > view.byteLength) return null;
  const count = view.getUint16(first, little);
  for (let at = first + 2; at + 12 <= view.byteLength && at < first + 2 + 12 * count; at += 12) {
    if (view.getUint16(at, little) !== ORIENTATION) continue;
    const type = view.getUint16(at + 2, little);
    if (type === SHORT) return { value: view.getUint16(at + 8, little), at: at + 8, little };
    if (type === LONG) return { value: view.getUint32(at + 8, little), at: at + (little ? 8 : 10), little };
  }
  return null;
}

/**
 * @param {DataView} view
 * @param {number} at
 * @param {number} length
 */
function textAt(view, at, length) {
  const from = Math.min(at, view.byteLength);
  const bytes = new Uint8Array(view.buffer, view.byteOffset + from, Math.max(0, Math.min(length, view.byteLength - from)));
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
