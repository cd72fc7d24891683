/**
 * How the weights and the gradients of every layer are spread, as they change; and what is wrong
 * with them, in words.
 */

import { h, svg } from "../../lib/dom.js";
import { percent, rough } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../types.js").Histogram} Histogram
 * @typedef {import("../types.js").LayerHealth} LayerHealth
 * @typedef {import("../types.js").Diagnostics} Diagnostics
 * @typedef {import("../types.js").Warning} Warning
 */

const words = t.learn.run.live;
const HEIGHT = 32;

/** @param {Diagnostics} look */
export function histogramRows({ layers }) {
  const shown = layers.filter(({ weights, gradients }) => weights || gradients);
  const rows = shown.map((health) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, health.layer),
      h("td", {}, health.weights && histogram(health.layer, words.weights, health.weights)),
      h("td", {}, health.gradients && histogram(health.layer, words.gradients, health.gradients)),
      h("td", { class: "muted" }, remark(health)),
    ),
  );
  const head = ["", words.weights, words.gradients, ""].map((text) => (text ? h("th", { scope: "col" }, text) : h("td", {})));
  return h("table", { class: "histograms" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows));
}

/**
 * @param {string} layer
 * @param {string} what
 * @param {Histogram} histogram
 */
function histogram(layer, what, { low, high, counts }) {
  const most = Math.max(1, ...counts);
  const bars = counts.map((n, i) => `M${i} ${HEIGHT}v${-(n / most) * HEIGHT}h1V${HEIGHT}z`).join("");
  const label = words.histogram(layer, what, rough(low), rough(high));
  return h(
    "figure",
    {},
    svg(
      "svg",
      { viewBox: `0 0 ${counts.length} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": label },
      svg("path", { d: bars }),
    ),
    h("figcaption", { class: "muted", "aria-hidden": "true" }, h("span", {}, rough(low)), h("span", {}, rough(high))),
  );
}

/** @param {LayerHealth} health */
function remark({ update_ratio: ratio }) {
  return ratio === null || ratio === undefined ? "" : words.ratio(percent(ratio));
}

/** @param {Warning[]} warnings */
export function warningList(warnings) {
  const { todo } = t.learn.run.warnings;
  return h(
    "ul",
    { class: "warnings", "aria-label": t.learn.run.warnings.title },
    ...warnings.map((warning) => h("li", {}, h("b", {}, sentence(warning)), " ", todo[warning.kind])),
  );
}

/** @param {Warning} warning */
function sentence({ kind, layer, share_or_ratio: amount }) {
  const isShare = kind === "dead_units" || kind === "saturated";
  return t.learn.run.warnings[kind](layer, isShare ? percent(amount) : rough(amount));
}
