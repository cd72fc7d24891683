/** Which values of an attribution are shown, and on which colour scale. */

import { rangeOf, extremes } from "../../model/colour-range.js";

/**
 * @typedef {import("../../state/types.js").Attribution} Attribution
 * @typedef {import("../../state/types.js").Range} Range
 * @typedef {import("../../state/types.js").State} State
 *
 * @typedef {{ values: Float32Array, width: number, height: number, range: Range }} Shown
 */

/**
 * The attribution of the photo that is shown; null while there is none.
 *
 * @param {Readonly<State>} state
 * @returns {Shown | null}
 */
export function shownMap({ attribution, analysis, overlay }) {
  if (!attribution?.answer || attribution.analysis !== analysis?.id) return null;
  return mapOf(attribution.answer, overlay.positive);
}

/**
 * @param {Attribution} answer
 * @param {boolean} positive leave out what speaks against the class
 * @returns {Shown}
 */
export function mapOf({ map, size, signed }, positive) {
  const values = Float32Array.from(map.flat());
  const isSigned = signed && !positive;
  if (positive) values.forEach((value, i) => (values[i] = Math.max(0, value)));
  const { min, max } = extremes(values);
  return { values, width: size[1] ?? 1, height: size[0] ?? 1, range: rangeOf(min, max, isSigned) };
}
