/**
 * Photos made small before they travel: a network of this page sees 32 × 32 pixels, a telephone
 * takes 4,000 × 3,000.
 */

import { beginningOf, decodePicture, isReadByServer } from "../../api/image-upload.js";

const SIDE = 128; // pixels of the shorter side that is sent: enough for the server to shrink well
const LIGHT = 64 * 1024; // bytes that are not worth the work
const QUALITY = 0.95;

/**
 * The picture, smaller where that helps, and as JPEG where the server does not read it. What this
 * browser cannot read goes as it is: the server may, or else says so. Rejects where the file cannot
 * be read at all, being gone or changed since it was chosen.
 *
 * @param {Blob} picture
 * @returns {Promise<Blob>}
 */
export async function shrink(picture) {
  const isLight = picture.size <= LIGHT && isReadByServer(await beginningOf(picture));
  if (isLight) return new Blob([await picture.arrayBuffer()], { type: picture.type });
  const bitmap = await decodePicture(picture);
  if (!bitmap) return picture.slice(0, 1).arrayBuffer().then(() => picture);
  const scale = Math.min(1, SIDE / Math.min(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (!context) return picture;
  context.imageSmoothingQuality = "high";
  context.fillStyle = "white"; // as the server puts transparent pictures on white; JPEG would make them black
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}
