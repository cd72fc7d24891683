/**
 * Colours that tell classes apart: on a circle of hues, each far from the one before, in three
 * lightnesses.
 */

const GOLDEN = 137.508; // degrees: neighbours in number are never neighbours in hue
const LIGHTNESS = [0.52, 0.66, 0.42];

/** @param {number} k */
function hueOf(k) {
  return (k * GOLDEN + 210) % 360;
}

/**
 * For CSS.
 *
 * @param {number} k a class's number
 */
export function colourOf(k) {
  const [r, g, b] = rgbOf(k);
  return `rgb(${r} ${g} ${b})`;
}

/**
 * @param {number} k a class's number
 * @returns {[number, number, number]} 0 to 255
 */
export function rgbOf(k) {
  const [hue, light] = [hueOf(k), LIGHTNESS[k % LIGHTNESS.length] ?? 0.5];
  const reach = 0.72 * Math.min(light, 1 - light);
  const channel = (/** @type {number} */ n) => {
    const at = (n + hue / 30) % 12;
    return Math.round(255 * (light - reach * Math.max(-1, Math.min(at - 3, 9 - at, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
