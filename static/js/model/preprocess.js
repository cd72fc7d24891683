/**
 * What is done to a pixel before the network gets it: (pixel ÷ scale − mean) ÷ std, for each
 * channel what it is given.
 */

import { fixed, plain } from "../i18n/format.js";
import { t } from "../i18n/index.js";

/**
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("../state/types.js").Preprocess} Preprocess
 */

const COLOURS = ["red", "green", "blue"];

/**
 * What each channel of the input is given: a colour, "red", "green" or "blue", or a pixel value
 * that is the same for every photo.
 *
 * @param {Layer} input
 * @returns {(string | number)[]}
 */
export function channelsOf({ attributes, shape }) {
  const given = attributes.channels;
  if (Array.isArray(given)) return given;
  return shape[0] === 3 ? COLOURS : [];
}

/**
 * Which channel has each colour, red first; -1 for one that has none.
 *
 * @param {Layer} input
 */
export function colourPlanes(input) {
  const channels = channelsOf(input);
  return COLOURS.map((colour) => channels.indexOf(colour));
}

/**
 * Whether the input is a picture in red, green and blue, in whatever order.
 *
 * @param {Layer | null} input
 */
export function isColour(input) {
  return input?.op === "input" && input.shape[0] === 3 && !colourPlanes(input).includes(-1);
}

/**
 * The pixel, from 0 to 255, that a number of the input was.
 *
 * @param {Preprocess} preprocess
 * @param {number} channel
 * @param {number} value
 */
export function brightness({ mean, std, scale }, channel, value) {
  return (value * (std[channel] ?? 1) + (mean[channel] ?? 0)) * scale;
}

/**
 * The colour that the network takes for zero, red first, as far as a pixel can have it.
 *
 * @param {Preprocess} preprocess
 * @param {Layer} input
 */
export function blank(preprocess, input) {
  const planes = input.shape[0] === 1 ? [0, 0, 0] : colourPlanes(input);
  return planes.map((channel) => (channel < 0 ? 0 : Math.round(Math.max(0, Math.min(255, brightness(preprocess, channel, 0))))));
}

/**
 * What becomes of a pixel `x`, as a formula that leaves out what changes nothing: (x ÷ 255 − 0.5) ÷
 * 0.5.
 *
 * @param {string} x
 * @param {{ mean: number[], std: number[], scale: number }} preprocess
 */
export function formulaOf(x, { mean, std, scale }) {
  const scaled = scale === 1 ? x : `${x} ÷ ${plain(scale)}`;
  const isMoved = mean.some((m) => m !== 0);
  const moved = isMoved ? `${scaled} − ${list(mean)}` : scaled;
  if (std.every((s) => s === 1)) return moved;
  return `${isMoved ? `(${moved})` : moved} ÷ ${list(std)}`;
}

/**
 * The channels in their order, where that is another than red, green, blue.
 *
 * @param {Layer} input
 * @returns {string | null}
 */
export function orderOf(input) {
  const channels = channelsOf(input);
  if (!channels.length || channels.join() === COLOURS.join()) return null;
  return channels.map(channelName).join(", ");
}

/** @param {string | number} channel */
export function channelName(channel) {
  const names = /** @type {Record<string, string>} */ (t.numbers.colours);
  return typeof channel === "number" ? t.numbers.constant(plain(channel)) : (names[channel] ?? channel);
}

/** @param {number[]} numbers */
function list(numbers) {
  const texts = numbers.map((n) => (Number.isInteger(n) ? plain(n) : fixed(n, places(n)).replace(/0+$/, "")));
  const [first = ""] = texts;
  if (texts.some((text) => text !== first)) return `(${texts.join(t.numbers.separator)})`;
  return first.startsWith("−") ? `(${first})` : first;
}

/**
 * Four significant figures.
 *
 * @param {number} n
 */
function places(n) {
  return Math.max(0, Math.min(12, 3 - Math.floor(Math.log10(Math.abs(n)))));
}
