/**
 * Colours for numbers. Every scale is a table of 256 colours, mixed in OKLab (Ottosson, 2020),
 * where equal steps look equal.
 *
 * Non-negative numbers get viridis (van der Walt and Smith, 2015): lightness rises all the way, so
 * it survives colour blindness and a grey print. Signed numbers get blue – page – orange, told
 * apart by every kind of colour vision; zero is the colour of the page in either theme, so what is
 * nothing looks like nothing.
 *
 * The server paints PNGs in the light theme's colours: `app/encoding/arrays.py` has them a second
 * time, and `tests/app/encoding/test_arrays.py` holds the two together. All that a change touches:
 * CONTRIBUTING.md, "Change a colour scale".
 */

/** @typedef {Uint32Array} Palette 256 colours as the bytes of an ImageData, red first. */

const STOPS = {
  sequential: [
    "#440154", "#482475", "#414487", "#355f8d", "#2a788e", "#21918c", "#22a884", "#44bf70", "#7ad151", "#bddf26",
    "#fde725",
  ],
  light: ["#08264f", "#1d5796", "#4f93c9", "#a9cde4", "#f7f7f5", "#f5c39b", "#e08441", "#b24a10", "#5e1d05"],
  dark: ["#d3e8ff", "#84bdf2", "#3f86cc", "#214a78", "#17181a", "#7a3a15", "#c9692a", "#f2a56a", "#ffe6cf"],
};

/** @type {Map<string, Palette>} */
const made = new Map();

/**
 * @param {boolean} signed
 * @param {"light" | "dark"} theme
 * @returns {Palette}
 */
export function palette(signed, theme) {
  const name = signed ? theme : "sequential";
  let table = made.get(name);
  if (!table) made.set(name, (table = mix(STOPS[name])));
  return table;
}

/**
 * Which of the 256 colours a value gets.
 *
 * @param {number} value
 * @param {import("../state/types.js").Range} range
 */
export function step(value, { low, high, signed }) {
  if (high <= low) return signed ? 128 : 0;
  return Math.max(0, Math.min(255, Math.round(((value - low) / (high - low)) * 255)));
}

/**
 * The colour of one value, for CSS, and the text colour that can be read on it.
 *
 * @param {number} value
 * @param {import("../state/types.js").Range} range
 * @param {"light" | "dark"} theme
 */
export function swatch(value, range, theme) {
  const rgba = palette(range.signed, theme)[step(value, range)] ?? 0;
  const rgb = [rgba & 255, (rgba >> 8) & 255, (rgba >> 16) & 255];
  return { background: `rgb(${rgb.join(" ")})`, text: luminance(rgb) > 0.18 ? "#000" : "#fff" };
}

/**
 * WCAG's relative luminance; at 0.18 black and white are equally readable.
 *
 * @param {number[]} rgb
 */
function luminance(rgb) {
  const [r = 0, g = 0, b = 0] = rgb.map((byte) => toLinear(byte / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * @param {string[]} stops
 * @returns {Palette}
 */
function mix(stops) {
  const labs = stops.map((hex) => toOklab(hex));
  const table = new Uint32Array(256);
  const bytes = new Uint8ClampedArray(table.buffer);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (labs.length - 1);
    const left = Math.min(Math.floor(at), labs.length - 2);
    const a = labs[left] ?? [];
    const b = labs[left + 1] ?? [];
    bytes.set([...fromOklab(a.map((v, k) => v + ((b[k] ?? 0) - v) * (at - left))), 255], i * 4);
  }
  return table;
}

/** @param {number} c */
function toLinear(c) {
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

/** @param {number} c */
function fromLinear(c) {
  return c <= 0.0031308 ? c * 12.92 : 1.055 * c ** (1 / 2.4) - 0.055;
}

/**
 * @param {string} hex
 * @returns {number[]}
 */
function toOklab(hex) {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => toLinear(parseInt(hex.slice(i, i + 2), 16) / 255));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/**
 * @param {number[]} lab
 * @returns {number[]} sRGB bytes
 */
function fromOklab([L = 0, a = 0, b = 0]) {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((c) => fromLinear(Math.max(0, Math.min(1, c))) * 255);
}
