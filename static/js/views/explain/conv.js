/** A convolution's number: the windows of all input maps, times the kernel, plus the bias. */

import { h } from "../../lib/dom.js";
import { number, rough, signed } from "../../i18n/format.js";
import { layerNamed, mapName } from "../../model/graph.js";
import { swatch } from "../../render/palette.js";
import { layerRange, rangeOf } from "../../model/colour-range.js";
import { byMap, largestFirst, windowWidth } from "../../model/terms.js";
import { t } from "../../i18n/index.js";
import { exact, formula, heat, isOnStage, ledger, pageOf, pager, reach } from "./components.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Explanation} Explanation
 * @typedef {import("../../state/types.js").Term} Term
 * @typedef {import("../../model/terms.js").Group} Group
 */

const SHOWN = 6; // input maps in the ledger before the rest is asked for: each is a picture of a window and one of a kernel
const LEGIBLE = 3; // a window this wide has room for its numbers

/** What the reader chose to see; it outlives the number under the cursor. */
const choice = { layer: "", all: false, page: 0 };

/**
 * @param {App} app
 * @param {Explanation} explanation
 * @returns {Node[]}
 */
export function windowSums(app, explanation) {
  if (choice.layer !== explanation.layer) Object.assign(choice, { layer: explanation.layer, all: false, page: 0 });
  const groups = largestFirst(byMap(explanation.terms));
  const { focus: chosen } = app.store.state;
  const focus = groups.find(({ input, channel }) => input === chosen?.input && channel === chosen.channel) ?? groups[0];
  const again = () => app.store.set({ explanation: { ...explanation } });
  return [
    formula(exact(explanation.value), t.explain.window.formula(groups.length), signed(explanation.bias), ` ${t.explain.bias}`),
    ...(focus && !isOnStage(app) ? windowDetail(app, focus) : []),
    h("p", { class: "muted" }, t.mapDetail.terms.maps(signed(explanation.value - explanation.bias), signed(explanation.bias), number(explanation.value))),
    ledger(app, entries(app, explanation, groups, focus), explanation.value),
    pager(groups.length, choice, SHOWN, again),
  ];
}

/**
 * @param {App} app
 * @param {Explanation} explanation
 * @param {Group[]} groups
 * @param {Group | undefined} focus
 */
function entries(app, explanation, groups, focus) {
  const { shown, before, after } = pageOf(groups, choice, SHOWN, ({ sum }) => sum);
  const weights = reach(explanation.terms.map(({ weight }) => weight ?? 0));
  const rows = shown.map((group) => ({
    name: nameOf(app, group),
    sum: group.sum,
    pictures: pictures(app, group, weights),
    chosen: group === focus,
    title: t.explain.window.show,
    choose: () => app.store.set({ focus: { input: group.input, channel: group.channel } }),
  }));
  return [...before, ...rows, ...after, { name: t.explain.bias, sum: explanation.bias, constant: true }];
}

/**
 * The window and the kernel side by side.
 *
 * @param {App} app
 * @param {Group} group
 * @param {number} weights
 */
function pictures(app, { terms, input }, weights) {
  const width = windowWidth(terms);
  const result = app.store.state.analysis?.layers.find(({ name }) => name === input);
  const range = result ? layerRange(result) : rangeOf(-1, 1);
  const kernel = rangeOf(-weights, weights, true);
  return [
    heat(app, terms.map(({ value }) => value), width, range),
    h("span", { class: "muted" }, "×"),
    heat(app, terms.map(({ weight }) => weight ?? 0), width, kernel),
  ];
}

/**
 * One input map's window, number by number.
 *
 * @param {App} app
 * @param {Group} group
 * @returns {Node[]}
 */
function windowDetail(app, group) {
  const width = windowWidth(group.terms);
  const most = reach(group.terms.map(({ product }) => product));
  const title = h("p", { class: "window-detail-title" }, h("b", {}, `${group.input} ${nameOf(app, group)}`), ` ${t.explain.window.product}`);
  const list = h(
    "ol",
    {
      class: width <= LEGIBLE ? "window-detail" : "window-detail long",
      style: { "--columns": String(Math.min(width, LEGIBLE)) },
      "aria-label": t.explain.window.product,
      ...(width > LEGIBLE ? { tabindex: "0" } : {}),
    },
    ...group.terms.map((term) => product(app, term, rangeOf(-most, most, true))),
  );
  return [title, list];
}

/**
 * @param {App} app
 * @param {Term} term
 * @param {import("../../state/types.js").Range} range
 */
function product({ store }, { value, weight, product, padding, y, x }, range) {
  const { background, text } = swatch(product, range, store.state.theme);
  return h(
    "li",
    { title: padding ? t.explain.window.countedAsZero : `y ${y}, x ${x}`, style: { "background-color": background, color: text } },
    h("span", {}, padding ? t.explain.window.edge : rough(value)),
    h("span", {}, `× ${rough(weight ?? 0)}`),
    h("b", {}, h("data", { value: String(product) }, number(product, range.high))),
  );
}

/**
 * @param {App} app
 * @param {Group} group
 */
function nameOf({ store }, { input, channel }) {
  const { model } = store.state;
  const layer = model && layerNamed(model, input);
  return layer ? mapName(layer, channel) : t.numbers.map(channel);
}
