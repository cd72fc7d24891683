/**
 * Outputs that are numbers: with their signs around zero, symbols along a line, and numbers of
 * which nothing is known.
 */

import { h } from "../../lib/dom.js";
import { count, formText, number, signed, words } from "../../i18n/format.js";
import { layerNamed } from "../../model/graph.js";
import { placeOf } from "../../model/outputs.js";
import { extremes } from "../../model/colour-range.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("./index.js").Context} Context
 * @typedef {import("./index.js").Shown} Shown
 * @typedef {import("../../state/types.js").Tensor} Tensor
 */

const SHOWN = 12;
const MOST_SYMBOLS = 200;

/**
 * @param {Context} context
 * @returns {Shown}
 */
export function numbers({ app, model, info, answer }) {
  const values = answer.values ?? [];
  const layer = layerNamed(model, info.name);
  const { min, max } = extremes(values);
  const reach = Math.max(Math.abs(min), Math.abs(max)) || 1;
  const rows = values.slice(0, SHOWN).map((value, i) => {
    const go = () => layer && app.navigation.goTo(layer.name, placeOf(layer, i));
    const name = info.labels?.[i] === undefined ? t.numbers.number(i) : words(info.labels[i]);
    const [from, to] = [Math.min(0, value), Math.max(0, value)].map((end) => 50 + (50 * end) / reach);
    return h(
      "button",
      { type: "button", class: "share around-zero", disabled: !layer, on: { click: go } },
      h("span", { class: "share-name", title: name }, name),
      h("span", { class: "zero-bar", style: { "--from": `${from}%`, "--to": `${to}%` } }),
      h("span", { class: "share-value" }, signed(value, reach)),
    );
  });
  const size = info.shape.reduce((a, b) => a * b, 1);
  return { rows, note: size > rows.length ? t.prediction.more(count(size - rows.length), info.name) : t.prediction.numbers };
}

/**
 * @param {Context} context
 * @returns {Shown}
 */
export function unknown({ app, model, analysis, info }) {
  const layer = layerNamed(model, info.name);
  const stats = analysis.layers.find(({ name }) => name === info.name)?.stats;
  const facts = stats
    ? [[t.prediction.stats.min, stats.min], [t.prediction.stats.max, stats.max], [t.prediction.stats.mean, stats.mean], [t.prediction.stats.std, stats.std]]
    : [];
  const go = () => layer && app.navigation.goTo(layer.name);
  return {
    view: [
      h("p", {}, t.prediction.unknown),
      h("dl", { class: "facts" }, ...facts.map(([name, value]) => h("div", {}, h("dt", {}, String(name)), h("dd", {}, number(Number(value)))))),
      layer && h("p", {}, formText(layer), " · ", h("button", { type: "button", class: "text", on: { click: go } }, t.prediction.toNumbers)),
    ].filter((child) => child !== null),
    rows: [],
    note: "",
  };
}

/**
 * The best symbol of each position along the line.
 *
 * @param {Context} context
 * @returns {Shown}
 */
export function tokens({ app, model, info, tensor }) {
  const layer = layerNamed(model, info.name);
  const found = tensor ? bestSymbols(info, tensor) : [];
  const chips = found.slice(0, MOST_SYMBOLS).map(({ symbol, index, score }, at) => {
    const go = () => layer && app.navigation.goTo(layer.name, placeOf(layer, index));
    const name = info.labels?.[symbol] ?? String(symbol);
    const title = t.prediction.symbol(at, name, score === null ? "" : number(score));
    return h("li", {}, h("button", { type: "button", class: "token", title, "aria-label": title, on: { click: go } }, name));
  });
  return {
    view: [h("ol", { class: "tokens", "aria-label": t.prediction.sequence }, ...chips)],
    rows: [],
    note: info.classes > 1 ? t.prediction.tokens(found.length, info.classes) : t.prediction.integers(found.length),
  };
}

/**
 * @param {import("../../state/types.js").ModelOutput} info
 * @param {Tensor} tensor
 * @returns {{ symbol: number, index: number, score: number | null }[]} `index` counts through the
 *   numbers
 */
function bestSymbols({ classes, shape }, { data }) {
  const sides = shape.filter((side) => side > 1);
  if (classes < 2 || sides.length < 2) return Array.from(data, (symbol, index) => ({ symbol, index, score: null }));
  const isAcross = sides.at(-1) === classes; // a row is a position; else a column is one
  const length = data.length / classes;
  return Array.from({ length }, (_, at) => {
    const indexOf = (/** @type {number} */ symbol) => (isAcross ? at * classes + symbol : symbol * length + at);
    let symbol = 0;
    for (let k = 1; k < classes; k++) if ((data[indexOf(k)] ?? 0) > (data[indexOf(symbol)] ?? 0)) symbol = k;
    return { symbol, index: indexOf(symbol), score: data[indexOf(symbol)] ?? 0 };
  });
}
