/**
 * One frame of a moving picture, sent and answered: a safetensors file with what the screen shows
 * of it.
 */

import { request } from "./http.js";

/**
 * @typedef {import("./wire.js").Frame} Frame
 * @typedef {import("./wire.js").FrameRequest} FrameRequest
 *
 * @typedef {{ dtype: string, shape: number[], data_offsets: [number, number] }} Entry
 *
 * @typedef {object} FrameAnswer
 * @property {Frame} frame
 * @property {Map<string, { shape: number[], data: Float32Array }>} layers
 * @property {ImageData | null} pixels what the network saw
 */

const LAYER = "layer/";

/**
 * @param {Blob} picture
 * @param {string} model
 * @param {FrameRequest} view what is wanted of it
 * @param {AbortSignal} signal
 * @returns {Promise<FrameAnswer>}
 */
export async function postFrame(picture, model, view, signal) {
  const body = new FormData();
  body.append("image", picture, "frame.jpg");
  body.append("model", model);
  body.append("view", JSON.stringify(view));
  const response = await request("frames", signal, { method: "POST", body });
  return parseFrame(await response.arrayBuffer());
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {FrameAnswer}
 */
export function parseFrame(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const { __metadata__: told, ...entries } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const start = 8 + length;
  const layers = new Map();
  for (const [name, entry] of Object.entries(/** @type {Record<string, Entry>} */ (entries))) {
    const { shape, data_offsets: [from, to] } = entry;
    // The header is filled up so that the numbers after it begin where a view on them may.
    if (name.startsWith(LAYER)) layers.set(name.slice(LAYER.length), { shape, data: new Float32Array(buffer, start + from, (to - from) / 4) });
  }
  const seen = /** @type {Entry | undefined} */ (entries.pixels);
  return { frame: JSON.parse(told.frame), layers, pixels: seen ? inColour(new Uint8Array(buffer, start + seen.data_offsets[0]), seen.shape) : null };
}

/**
 * @param {Uint8Array} rgb
 * @param {number[]} shape
 */
function inColour(rgb, [height = 1, width = 1]) {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    image.data[4 * i] = rgb[3 * i] ?? 0;
    image.data[4 * i + 1] = rgb[3 * i + 1] ?? 0;
    image.data[4 * i + 2] = rgb[3 * i + 2] ?? 0;
    image.data[4 * i + 3] = 255;
  }
  return image;
}
