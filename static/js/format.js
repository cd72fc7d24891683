/** Numbers as people read them: a true minus sign, thousands apart, as many places as mean something. */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/**
 * A value with the places that suit its size (or that of `like`, so that a column of numbers lines up).
 *
 * @param {number} x
 * @param {number} [like]
 */
export function number(x, like = x) {
  if (x === 0 && like === 0) return "0";
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "not a number" : x > 0 ? "∞" : "−∞";
  return minus(x.toFixed(places(like)));
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
  return minus(x.toFixed(Math.max(0, 2 - Math.floor(Math.log10(size)))));
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
  if (n >= 1e9) return `${(n / 1e9).toFixed(2)} billion`;
  if (n >= 1e6) return `${(n / 1e6).toFixed(1)} million`;
  return count(n);
}

/**
 * A share between 0 and 1.
 *
 * @param {number} share
 */
export function percent(share) {
  const p = share * 100;
  if (p > 0 && p < 0.1) return "<\u00a00.1\u00a0%";
  if (p > 99.9 && p < 100) return ">\u00a099.9\u00a0%";
  return `${p.toFixed(p === 0 || p === 100 ? 0 : 1)}\u00a0%`; // never parted from its sign at the end of a line
}

/** @param {number} n */
export function bytes(n) {
  return n >= 2 ** 20 ? `${(n / 2 ** 20).toFixed(1)} MiB` : `${Math.ceil(n / 1024)} KiB`;
}

/**
 * "24 maps, 64 × 64" or "20 numbers".
 *
 * @param {readonly number[]} shape
 */
export function shapeText(shape) {
  const [c = 0, height, width] = shape;
  return height === undefined
    ? plural(c, "number")
    : `${plural(c, "map")}, ${height} × ${width}`;
}

/**
 * @param {number} n
 * @param {string} noun
 */
export function plural(n, noun) {
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/**
 * A class's name as words: bell_pepper → bell pepper.
 *
 * @param {string} label
 */
export function words(label) {
  return label.replaceAll("_", " ");
}

/** @param {string} text */
function minus(text) {
  return text.replace("-", "−");
}
