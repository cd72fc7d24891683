/** A number that went through a function: the curve, and where on it this number is. */

import { h, svg } from "../../lib/dom.js";
import { number } from "../../i18n/format.js";
import { layerNamed } from "../../model/graph.js";
import { t } from "../../i18n/index.js";
import { switchedOff } from "./activation-stats.js";
import { exact, formula, source } from "./components.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Explanation} Explanation
 * @typedef {import("../../state/types.js").Layer} Layer
 */

const WIDTH = 240;
const HEIGHT = 128;
const FOOT = 20; // room below the curve for the numbers

/** @type {Record<string, (x: number, attributes: Record<string, unknown>) => number>} */
const CURVES = {
  relu: (x) => Math.max(0, x),
  leaky_relu: (x, { alpha }) => (x < 0 ? x * Number(alpha ?? 0.01) : x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: (x) => Math.tanh(x),
  clip: (x, { low, high }) => Math.min(finite(high, Infinity), Math.max(finite(low, -Infinity), x)),
  hard_sigmoid: (x, { alpha, beta }) => between0And1(finite(alpha, 0.2) * x + finite(beta, 0.5)),
  hard_swish: (x) => x * between0And1(x / 6 + 0.5),
  mish: (x) => x * Math.tanh(softplus(x)),
  elu: (x, { alpha }) => (x < 0 ? finite(alpha, 1) * Math.expm1(x) : x),
  gelu: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))), // the eye sees no difference to the exact one
  softplus,
  abs: Math.abs,
  neg: (x) => -x,
  exp: Math.exp,
  floor: Math.floor, ceil: Math.ceil, trunc: Math.trunc, sign: Math.sign,
  selu: (x, { alpha, gamma }) => finite(gamma, 1.050701) * (x > 0 ? x : finite(alpha, 1.6732632) * Math.expm1(x)),
  celu: (x, { alpha }) => (x > 0 ? x : finite(alpha, 1) * Math.expm1(x / finite(alpha, 1))),
  softsign: (x) => x / (1 + Math.abs(x)),
  thresholded_relu: (x, { alpha }) => (x > finite(alpha, 1) ? x : 0),
};

/** @type {Record<string, string>} */
const NAMES = {
  relu: "max(0, x)", leaky_relu: "leaky(x)", sigmoid: "1 ÷ (1 + e⁻ˣ)", tanh: "tanh(x)", clip: "clip(x)", mish: "x · tanh(ln(1 + eˣ))",
  gelu: "x · Φ(x)", erf: "erf(x)", softplus: "ln(1 + eˣ)", abs: "|x|", neg: "−x", exp: "eˣ", log: "ln(x)", sqrt: "√x", reciprocal: "1 ÷ x",
  floor: "⌊x⌋", ceil: "⌈x⌉", round: "round(x)", trunc: "trunc(x)", sign: "sign(x)", selu: "selu(x)", celu: "celu(x)",
  softsign: "x ÷ (1 + |x|)",
};

/**
 * @param {App} app
 * @param {Explanation} explanation
 * @returns {Node[]}
 */
export function functionSums(app, explanation) {
  const { model } = app.store.state;
  const layer = model && layerNamed(model, explanation.layer);
  const [term] = explanation.terms;
  const curve = CURVES[explanation.op];
  if (!term || !layer) return [formula(exact(explanation.value))];
  return [
    formula(exact(explanation.value), t.sums.curve.at(NAMES[explanation.op] ?? "f(x)"), exact(term.value)),
    ...(curve ? [plot(app, layer, (x) => curve(x, layer.attributes), term.value, explanation.value)] : []),
    h("p", {}, verdict(explanation.op, term.value, explanation.value), t.sums.curve.xIs, source(app, term), "."),
    ...switchedOff(app, layer, explanation),
  ];
}

/**
 * @param {string} op
 * @param {number} x
 * @param {number} y
 */
function verdict(op, x, y) {
  const { curve } = t.sums;
  if (op === "relu") return x > 0 ? curve.on : curve.off;
  if (op === "leaky_relu") return x >= 0 ? curve.passes : curve.turnedDown(number(y));
  if (op === "clip") return x === y ? curve.within : curve.beyond;
  return "";
}

/**
 * The curve over the range of the layer's input, with a dot at this number.
 *
 * @param {App} app
 * @param {Layer} layer
 * @param {(x: number) => number} curve
 * @param {number} x
 * @param {number} y
 */
export function plot({ store }, layer, curve, x, y) {
  const before = store.state.analysis?.layers.find(({ name }) => name === layer.inputs[0]);
  const reach = Math.max(Math.abs(before?.stats.min ?? 1), Math.abs(before?.stats.max ?? 1), Math.abs(x)) || 1;
  const xs = Array.from({ length: 97 }, (_, i) => -reach + (2 * reach * i) / 96);
  const ys = xs.map(curve);
  const [low, high] = [Math.min(...ys, 0), Math.max(...ys, y)];
  const px = (/** @type {number} */ v) => ((v + reach) / (2 * reach)) * (WIDTH - 16) + 8;
  const py = (/** @type {number} */ v) => HEIGHT - FOOT - ((v - low) / (high - low || 1)) * (HEIGHT - FOOT - 8);
  const line = xs.map((v, i) => `${i ? "L" : "M"}${px(v).toFixed(1)} ${py(ys[i] ?? 0).toFixed(1)}`).join("");
  return svg(
    "svg",
    { class: "plot", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": t.sums.curve.label(number(x), number(y)) },
    svg("path", { class: "axis", d: `M8 ${py(0)}H${WIDTH - 8}M${px(0)} 8V${HEIGHT - FOOT}` }),
    svg("path", { class: "drop-line", d: `M${px(x)} ${py(0)}V${py(y)}H${px(0)}` }),
    svg("path", { class: "curve", d: line }),
    svg("circle", { cx: px(x), cy: py(y), r: 4 }),
    svg("text", { x: WIDTH - 8, y: HEIGHT - 6, "text-anchor": "end" }, number(reach)),
    svg("text", { x: px(0), y: HEIGHT - 6, "text-anchor": "middle" }, "0"),
    svg("text", { x: 8, y: HEIGHT - 6 }, number(-reach)),
  );
}

/** @param {number} x */
function between0And1(x) {
  return Math.min(1, Math.max(0, x));
}

/** @param {number} x */
function softplus(x) {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/**
 * @param {unknown} limit
 * @param {number} otherwise
 */
function finite(limit, otherwise) {
  return typeof limit === "number" ? limit : otherwise;
}
