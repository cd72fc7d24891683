/**
 * Prepares images for upload: decoded as the server does it, converted where the server cannot read
 * the format.
 */

import { bytes as inBytes, count } from "../i18n/format.js";
import { imageSize } from "../lib/image-size.js";
import { storedOrientation, turned } from "../lib/exif-orientation.js";
import { t } from "../i18n/index.js";

/** @typedef {{ bytes: number, pixels: number }} Limits of what the server takes */
/**
 * @typedef {{ file: File, note: string }} Sendable what is sent, and what was done to it before,
 *   for people
 */
/** @typedef {{ source: CanvasImageSource, width: number, height: number }} Drawable */

const HEAD = 4096; // bytes: enough to tell what a file is
const EXACT = 4_000_000; // pixels: a converted picture of no more is sent without loss
const QUALITY = 0.95;
const SMALLER = 0.8; // of both sides, as long as a picture still has too many bytes
const DRAWN = 1024; // pixels of the longer side of a drawing, which has no size of its own

/**
 * @type {[at: number, mark: string][]} How files begin that the server reads: JPEG, PNG, GIF, WebP,
 *   BMP.
 */
const READ = [[0, "\xff\xd8\xff"], [0, "\x89PNG"], [0, "GIF8"], [8, "WEBP"], [0, "BM"]];

/**
 * @type {[name: string, mark: RegExp][]} How files begin that the server does not read and some
 *   browser shows.
 */
const SHOWN = [
  ["AVIF", /^.{4}ftyp.{0,64}avi[fs]/s],
  ["HEIC", /^.{4}ftyp(hei|hev|mif1|msf1)/s],
  ["JPEG XL", /^(\xff\x0a|\0\0\0\x0cJXL )/],
  ["JPEG 2000", /^(\0\0\0\x0cjP {2}|\xff\x4f\xff\x51)/],
  ["TIFF", /^(II\*\0|MM\0\*)/],
  ["ICO", /^\0\0\x01\0[^\0]/],
  ["SVG", /^(\xef\xbb\xbf)?\s*<(?!!doctype html|html)[^]*?<?svg[\s>]/i],
];

/**
 * A picture, upright as the server turns it. Null where this browser does not show it.
 *
 * @param {Blob} picture
 * @returns {Promise<ImageBitmap | null>}
 */
export async function decodePicture(picture) {
  try {
    const bytes = new Uint8Array(await picture.arrayBuffer());
    const { orientation, at, little, isTurnedByBrowsers } = storedOrientation(bytes);
    if (orientation === 1 || isTurnedByBrowsers) return await createImageBitmap(picture);
    if (at !== null) bytes.set(little ? [1, 0] : [0, 1], at); // so that no browser turns it as well
    return turned(await createImageBitmap(new Blob([bytes], { type: picture.type })), orientation);
  } catch {
    return null;
  }
}

/**
 * A picture as the server can read it: what it does not read is converted if this browser shows it,
 * what is larger than it takes is made smaller. Of anything else there is the beginning, so that
 * the server can say what it is and what to do.
 *
 * @param {File} file
 * @param {Limits} limits
 * @returns {Promise<Sendable>}
 */
export async function prepare(file, limits) {
  const begins = await beginningOf(file);
  const isRead = isReadByServer(begins);
  if (isRead && (await isWithin(file, limits))) return { file, note: "" };
  const name = SHOWN.find(([, mark]) => mark.test(begins))?.[0] ?? "";
  const converted = isRead || name ? await convert(file, limits, isRead ? "" : name) : null;
  const rest = isRead || file.size <= HEAD ? file : new File([file.slice(0, HEAD)], file.name, { type: file.type });
  return converted ?? { file: rest, note: "" };
}

/**
 * Whether the server takes a file that it reads. One whose header says nothing of its size is its
 * to judge.
 *
 * @param {File} file
 * @param {Limits} limits
 */
async function isWithin(file, limits) {
  if (file.size > limits.bytes) return false;
  const size = imageSize(new Uint8Array(await file.arrayBuffer()));
  return size === null || size.width * size.height <= limits.pixels;
}

/**
 * The beginning of a file, a character a byte.
 *
 * @param {Blob} file
 */
export async function beginningOf(file) {
  return String.fromCharCode(...new Uint8Array(await file.slice(0, HEAD).arrayBuffer()));
}

/** @param {string} begins how the file begins */
export function isReadByServer(begins) {
  return READ.some(([at, mark]) => begins.startsWith(mark, at));
}

/**
 * The same picture as PNG or JPEG within the limits; null where this browser does not show it.
 *
 * @param {File} file
 * @param {Limits} limits
 * @param {string} name its format, if that is why; "" where it is too large
 * @returns {Promise<Sendable | null>}
 */
async function convert(file, limits, name) {
  const drawable = name === "SVG" ? await drawing(file) : await pixels(file);
  if (!drawable) return null;
  const { source, width, height } = drawable;
  let scale = Math.min(1, Math.sqrt(limits.pixels / (width * height)));
  for (;;) {
    const canvas = new OffscreenCanvas(Math.max(1, Math.floor(width * scale)), Math.max(1, Math.floor(height * scale)));
    const isExact = name !== "" && canvas.width * canvas.height <= EXACT;
    const blob = await encode(canvas, source, isExact);
    if (blob.size <= limits.bytes || canvas.width * canvas.height === 1) {
      if (source instanceof ImageBitmap) source.close();
      const words = t.photo.converted;
      const was = name && words.format(name, isExact ? "PNG" : "JPEG");
      const is = scale < 1 && words.smaller(sizeText(width, height), sizeText(canvas.width, canvas.height));
      const note = [was, is].filter(Boolean).join(" ") || words.anew(inBytes(file.size), inBytes(blob.size));
      return { file: new File([blob], file.name, { type: blob.type }), note };
    }
    scale *= SMALLER;
  }
}

/**
 * @param {number} width
 * @param {number} height
 */
function sizeText(width, height) {
  return `${count(width)} × ${count(height)}`;
}

/**
 * @param {OffscreenCanvas} canvas
 * @param {CanvasImageSource} source
 * @param {boolean} isExact
 */
function encode(canvas, source, isExact) {
  const context = canvas.getContext("2d");
  if (context) {
    context.imageSmoothingQuality = "high";
    context.fillStyle = "white"; // as the server puts transparent pictures on white
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
  }
  return canvas.convertToBlob(isExact ? { type: "image/png" } : { type: "image/jpeg", quality: QUALITY });
}

/**
 * @param {Blob} file
 * @returns {Promise<Drawable | null>}
 */
async function pixels(file) {
  const source = await decodePicture(file);
  return source && { source, width: source.width, height: source.height };
}

/**
 * A drawing (SVG), which browsers show as an image only; what it would load from elsewhere they
 * leave out.
 *
 * @param {Blob} file
 * @returns {Promise<Drawable | null>}
 */
async function drawing(file) {
  const source = new Image();
  source.src = URL.createObjectURL(new Blob([file], { type: "image/svg+xml" }));
  try {
    await source.decode();
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(source.src);
  }
  const [width, height] = [source.naturalWidth || DRAWN, source.naturalHeight || DRAWN];
  const scale = Math.max(1, DRAWN / Math.max(width, height));
  return { source, width: Math.round(width * scale), height: Math.round(height * scale) };
}
