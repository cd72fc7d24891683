/** A number that went through a function: the curve, and where on it this number is. */

import { h, svg } from "../../lib/dom.js";
import { number } from "../../i18n/format.js";
import { layerNamed } from "../../model/graph.js";
import { t } from "../../i18n/index.js";
import { switchedOff } from "./activation-stats.js";
import { exact, formula, isOnStage, source } from "./components.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Curve} Curve
 * @typedef {import("../../state/types.js").Explanation} Explanation
 */

const WIDTH = 240;
const HEIGHT = 128;
const FOOT = 20; // room below the curve for the numbers

/**
 * @param {App} app
 * @param {Explanation} explanation
 * @returns {Node[]}
 */
export function functionSums(app, explanation) {
  const { model } = app.store.state;
  const layer = model && layerNamed(model, explanation.layer);
  const [term] = explanation.terms;
  if (!term || !layer) return [formula(exact(explanation.value))];
  return [
    formula(exact(explanation.value), t.explain.curve.at(layer.formula || "f(x)"), exact(term.value)),
    ...(explanation.curve && !isOnStage(app) ? [plot(explanation.curve, term.value, explanation.value)] : []),
    h("p", {}, verdict(explanation.op, term.value, explanation.value), t.explain.curve.xIs, source(app, term), "."),
    ...switchedOff(app, layer, explanation),
  ];
}

/**
 * @param {string} op
 * @param {number} x
 * @param {number} y
 */
function verdict(op, x, y) {
  const { curve } = t.explain;
  if (op === "relu") return x > 0 ? curve.on : curve.off;
  if (op === "leaky_relu") return x >= 0 ? curve.passes : curve.turnedDown(number(y));
  if (op === "clip") return x === y ? curve.within : curve.beyond;
  return "";
}

/**
 * A curve, with a dot at this number. It has a gap where the function is not defined.
 *
 * @param {Curve} curve
 * @param {number} x
 * @param {number} y
 * @param {{ width: number, height: number }} [small] the size of one without numbers
 */
export function plot(curve, x, y, small) {
  const { width, height } = small ?? { width: WIDTH, height: HEIGHT };
  const foot = small ? 8 : FOOT;
  const defined = curve.y.filter((value) => value !== null);
  const reach = Math.max(...curve.x.map(Math.abs), Math.abs(x)) || 1;
  const [low, high] = [Math.min(...defined, y, 0), Math.max(...defined, y)];
  const px = (/** @type {number} */ v) => ((v + reach) / (2 * reach)) * (width - 16) + 8;
  const py = (/** @type {number} */ v) => height - foot - ((v - low) / (high - low || 1)) * (height - foot - 8);
  const line = curve.x.map((v, i) => segment(px(v), curve.y[i] ?? null, curve.y[i - 1] ?? null, py)).join("");
  return svg(
    "svg",
    { class: "plot", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": t.explain.curve.label(number(x), number(y)) },
    svg("path", { class: "axis", d: `M8 ${py(0)}H${width - 8}M${px(0)} 8V${height - foot}` }),
    svg("path", { class: "drop-line", d: `M${px(x)} ${py(0)}V${py(y)}H${px(0)}` }),
    svg("path", { class: "curve", d: line }),
    svg("circle", { cx: px(x), cy: py(y), r: 4 }),
    ...(small ? [] : ends(px(0), number(-reach), number(reach))),
  );
}

/**
 * @param {number} middle where zero is
 * @param {string} low
 * @param {string} high
 */
function ends(middle, low, high) {
  const text = (/** @type {number} */ x, /** @type {string} */ anchor, /** @type {string} */ said) => svg("text", { x, y: HEIGHT - 6, "text-anchor": anchor }, said);
  return [text(WIDTH - 8, "end", high), text(middle, "middle", "0"), text(8, "start", low)];
}

/**
 * @param {number} x on the screen
 * @param {number | null} y
 * @param {number | null} before the one to the left
 * @param {(y: number) => number} py
 */
function segment(x, y, before, py) {
  return y === null ? "" : `${before === null ? "M" : "L"}${x.toFixed(1)} ${py(y).toFixed(1)}`;
}
