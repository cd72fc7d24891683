/**
 * A map put to the test: how the score falls when its strongest pixels go first, and rises when
 * they come first.
 */

import { h, svg } from "../../lib/dom.js";
import { number, percent, rough } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").Attribution} Attribution
 * @typedef {import("../../state/types.js").Curves} Curves
 */

const SIZE = { width: 160, height: 96, left: 30, top: 8, foot: 18 };

/**
 * @param {Attribution} answer
 * @param {() => void} test
 * @returns {HTMLElement[]}
 */
export function curves({ curves }, test) {
  if (!curves) {
    return [
      h("p", {}, h("button", { type: "button", class: "text test", on: { click: test } }, t.attribution.test)),
      h("p", { class: "muted" }, t.attribution.testLead),
    ];
  }
  const { fractions, deletion, insertion, deletion_area, insertion_area, random } = curves;
  const both = [...deletion, ...insertion, ...random.deletion, ...random.insertion];
  const scale = { low: Math.min(0, ...both), high: Math.max(...both, Number.EPSILON) }; // one for both, so that they compare
  return [
    h("h3", {}, t.attribution.tested),
    h(
      "div",
      { class: "curves" },
      chart(t.attribution.deletion(number(deletion_area), number(random.deletion_area)), fractions, deletion, random.deletion, scale),
      chart(t.attribution.insertion(number(insertion_area), number(random.insertion_area)), fractions, insertion, random.insertion, scale),
    ),
    h("p", { class: "sentence" }, t.attribution.howToRead),
  ];
}

/**
 * @param {string} caption
 * @param {number[]} xs from 0 to 1
 * @param {number[]} ys
 * @param {number[]} yardstick the same for pixels in a random order
 * @param {{ low: number, high: number }} scale
 */
function chart(caption, xs, ys, yardstick, { low, high }) {
  const { width, height, left, top: head, foot } = SIZE;
  const px = (/** @type {number} */ x) => left + x * (width - left - 6);
  const py = (/** @type {number} */ y) => height - foot - ((y - low) / (high - low)) * (height - foot - head);
  const line = (/** @type {number[]} */ ys) => ys.map((y, i) => `${px(xs[i] ?? 0).toFixed(2)} ${py(y).toFixed(2)}`).join("L");
  const words = `${caption}: ${t.attribution.from0to100(number(ys[0] ?? 0), number(ys.at(-1) ?? 0))}`;
  return h(
    "figure",
    {},
    svg(
      "svg",
      { class: "plot", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words },
      svg("path", { class: "axis", d: `M${px(0)} ${head}V${height - foot}H${px(1)}` }),
      svg("path", { class: "under", d: `M${px(0)} ${py(0)}L${line(ys)}L${px(1)} ${py(0)}Z` }),
      svg("path", { class: "random", d: `M${line(yardstick)}` }),
      svg("path", { class: "curve", d: `M${line(ys)}`, "data-low": low, "data-high": high }),
      svg("text", { x: left - 4, y: head + 7, "text-anchor": "end" }, rough(high)),
      svg("text", { x: left - 4, y: height - foot, "text-anchor": "end" }, rough(low)),
      svg("text", { x: px(0), y: height - 6 }, "0"),
      svg("text", { x: px(0.5), y: height - 6, "text-anchor": "middle" }, t.attribution.ofPixels),
      svg("text", { x: px(1), y: height - 6, "text-anchor": "end" }, percent(1)),
    ),
    h("figcaption", {}, caption),
  );
}
