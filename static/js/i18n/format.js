/**
 * Numbers as people read them: a true minus sign, thousands apart, as many places as mean
 * something.
 */

import { language, locale, t } from "./index.js";
import { nameOfClass } from "./names.js";

const TODAY = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(0, "day");
const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });

/**
 * A value with the places that suit its size (or that of `like`, so that a column of numbers lines
 * up). What would read as zero and is not is written by its power of ten.
 *
 * @param {number} x
 * @param {number} [like]
 */
export function number(x, like = x) {
  if (x === 0 && Number(like.toFixed(places(like))) === 0) return "0"; // also beside what is written by its power of ten
  if (!Number.isFinite(x)) return Number.isNaN(x) ? t.numbers.notANumber : x > 0 ? "∞" : "−∞";
  return decimals(x, places(like));
}

/**
 * With so many places after the decimal sign, or by its power of ten where those would all be zeros
 * and it is not zero.
 *
 * @param {number} x
 * @param {number} places
 */
export function decimals(x, places) {
  return x !== 0 && Number(x.toFixed(places)) === 0 ? minus(x.toExponential(1)) : fixed(x, places);
}

/**
 * @param {number} x
 * @returns {number}
 */
function places(x) {
  const size = Math.abs(x);
  if (size >= 1000) return 1;
  if (size >= 100) return 2;
  if (size >= 10) return 3;
  return size > 0 && size < 0.01 ? 6 : 4;
}

/**
 * A value in little room: three significant figures.
 *
 * @param {number} x
 */
export function rough(x) {
  const size = Math.abs(x);
  if (size === 0 || !Number.isFinite(x)) return number(x);
  if (size < 1e-5) return minus(x.toExponential(0));
  return fixed(x, Math.max(0, 2 - Math.floor(Math.log10(size))));
}

/**
 * Four significant figures; for gradients, which are small.
 *
 * @param {number} x
 */
export function precise(x) {
  return plain(Number(x.toPrecision(4)));
}

/**
 * With its sign, as something that is added.
 *
 * @param {number} x
 * @param {number} [like]
 */
export function signed(x, like = x) {
  const text = number(x, like);
  return x < 0 ? text : `+${text}`;
}

/**
 * Numbers that add up to a total, each with its sign, and rounded so that what is written adds up
 * to the total that is written. The difference that rounding makes is shared among those that are
 * free, those with the largest remainders first; the others are rounded as ever.
 *
 * @param {number[]} parts
 * @param {number} total
 * @param {number[]} free which of them
 * @returns {string[]}
 */
export function summands(parts, total, free) {
  if (!free.length || ![...parts, total].every(Number.isFinite)) return parts.map((part) => signed(part));
  const like = total || parts.reduce((most, part) => Math.max(most, Math.abs(part)), 0);
  const last = 10 ** places(like);
  const whole = (/** @type {number} */ x) => Math.round(Number(x.toFixed(places(like))) * last);
  const units = parts.map((part, i) => (free.includes(i) ? Math.floor(part * last) : whole(part)));
  const missing = whole(total) - units.reduce((a, b) => a + b, 0);
  const remainder = (/** @type {number} */ i) => (parts[i] ?? 0) * last - Math.floor((parts[i] ?? 0) * last);
  const order = [...free].sort((a, b) => remainder(b) - remainder(a));
  order.forEach((i, rank) => (units[i] = (units[i] ?? 0) + Math.floor((missing + order.length - 1 - rank) / order.length)));
  return parts.map((part, i) => (units[i] ? signed(units[i] / last, like) : signed(part, part === 0 ? 0 : like)));
}

/**
 * With so many places after the decimal sign.
 *
 * @param {number} x
 * @param {number} places
 */
export function fixed(x, places) {
  return minus(x.toFixed(places));
}

/**
 * A number as it is, however many places that takes; for those that the model file holds.
 *
 * @param {number} x
 */
export function plain(x) {
  return minus(String(x));
}

/**
 * How far two shares are apart, in percentage points, with a sign.
 *
 * @param {number} share
 */
export function points(share) {
  if (Math.abs(share) < 0.0005) return fixed(0, 1); // what is nothing has no sign
  const text = fixed(share * 100, 1);
  return share < 0 ? text : `+${text}`;
}

/** @param {number} n */
export function count(n) {
  return whole.format(n);
}

/**
 * A count in words that fit into a table: 98.3 million.
 *
 * @param {number} n
 */
export function large(n) {
  if (n >= 1e9) return t.numbers.billion(fixed(n / 1e9, 2));
  if (n >= 1e6) return t.numbers.million(fixed(n / 1e6, 1));
  return count(n);
}

/**
 * A probability, wherever one is written. That of a softmax or a sigmoid is neither 0 nor 1, though
 * rounding may make it so.
 *
 * @param {number} p
 */
export function probability(p) {
  if (Number.isNaN(p)) return t.numbers.notANumber;
  return percent(Math.min(1 - 1e-9, Math.max(1e-9, p)));
}

/**
 * A share between 0 and 1.
 *
 * @param {number} share
 */
export function percent(share) {
  const p = Math.abs(share - 1) < 1e-12 ? 100 : share * 100;
  if (p > 0 && p < 0.1) return `<\u00a0${fixed(0.1, 1)}\u00a0%`;
  if (p > 99.9 && p < 100) return `>\u00a0${fixed(99.9, 1)}\u00a0%`;
  return `${fixed(p, p === 0 || p === 100 ? 0 : 1)}\u00a0%`; // never parted from its sign at the end of a line
}

/**
 * A size, to two figures at least.
 *
 * @param {number} n
 */
export function bytes(n) {
  if (n < 1024) return t.numbers.bytes(count(n));
  const [size, unit] = n < 1023.5 * 1024 ? [n / 1024, "KiB"] : [n / 2 ** 20, "MiB"];
  return `${unit === "MiB" || size < 9.95 ? fixed(size, 1) : count(size)} ${unit}`;
}

/**
 * A moment in little room: "today 9:58", or the date and the time of another day.
 *
 * @param {number} seconds since 1970
 * @param {boolean} [isExact] to the second, where two moments of one minute are told apart
 */
export function moment(seconds, isExact = false) {
  const at = new Date(seconds * 1000);
  const timeStyle = isExact ? "medium" : "short";
  if (at.toDateString() !== new Date().toDateString()) return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle }).format(at);
  return `${TODAY} ${new Intl.DateTimeFormat(locale, { timeStyle }).format(at)}`;
}

/**
 * "24 maps, 64 × 64" or "20 numbers".
 *
 * @param {readonly number[]} shape
 */
export function shapeText(shape) {
  const [c = 0, height, width] = shape;
  return height === undefined ? t.numbers.numbers(c) : `${t.numbers.maps(c)}, ${height} × ${width}`;
}

/**
 * A layer's form in words; of one whose values are no maps of their own: "5 × 7 × 9 × 3, shown as
 * 35 maps, 9 × 3".
 *
 * @param {import("../state/types.js").Layer} layer
 */
export function formText({ shape, native_shape: own }) {
  if (!own) return shapeText(shape);
  return t.stage.nativeShape(own.length ? own.join(" × ") : t.numbers.numbers(1), shapeText(shape));
}

/**
 * A class's name as words: bell_pepper → bell pepper, or what the language calls a class that
 * ships.
 *
 * @param {string} label
 * @param {readonly string[]} [labels] the list that it is in, where that is not the one which is
 *   spoken of
 */
export function words(label, labels) {
  return nameOfClass(label, labels) ?? label.replaceAll("_", " ");
}

/**
 * The language's decimal sign, and a true minus.
 *
 * @param {string} text
 */
function minus(text) {
  return text.replaceAll("-", "−").replace(".", t.numbers.decimal);
}
