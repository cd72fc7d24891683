/** Pieces that several kinds of arithmetic are made of. */

import { h, svg } from "../../lib/dom.js";
import { count, number, plain, summands } from "../../i18n/format.js";
import { hasMaps, layerNamed, mapName } from "../../model/graph.js";
import { windowWidth } from "../../model/terms.js";
import { swatch } from "../../render/palette.js";
import { paint } from "../../render/raster.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Range} Range
 * @typedef {import("../../state/types.js").Term} Term
 *
 * @typedef {object} Entry A line of a ledger: something that adds to the result.
 * @property {string} name
 * @property {number} sum
 * @property {Node[]} [pictures]
 * @property {() => void} [choose]
 * @property {boolean} [chosen]
 * @property {boolean} [rest] Many together: it does not decide how long the bars of single ones
 *   are, and takes what rounding leaves.
 * @property {boolean} [constant] A number of the network: it is written as it is, whatever rounding
 *   leaves.
 * @property {string} [title]
 */

const PAGE = 256; // lines of a ledger at a time

const CARD = 3; // cells in a row of a card
const HANDFUL = 25; // numbers: a window of 5 × 5

/**
 * Whether the stage has the picture of the formula, so that the words beside it need none.
 *
 * @param {App} app
 */
export function isOnStage({ store, navigation }) {
  const isVector = navigation.layer !== null && !hasMaps(navigation.layer);
  return (isVector || store.state.open) && !store.state.bothSides;
}

/**
 * Whether the card of a formula, narrow as it is, has room for a window's numbers.
 *
 * @param {Term[]} terms
 */
export function fitsCard(terms) {
  const width = windowWidth(terms);
  return width <= CARD && terms.length / width <= CARD;
}

/**
 * A number, with its exact value for who wants to check it.
 *
 * @param {number} x
 * @param {number} [like] a number whose places to take
 */
export function exact(x, like = x) {
  return h("data", { value: String(x), title: plain(x) }, number(x, like));
}

/**
 * The result, large, after what it was made from.
 *
 * @param {...(Node | string)} formula
 */
export function formula(...formula) {
  return h("p", { class: "formula" }, ...formula);
}

/**
 * Entries that add up, with bars to both sides of zero, and their sum below.
 *
 * @param {App} app
 * @param {Entry[]} entries
 * @param {number} result
 */
export function ledger({ store }, entries, result) {
  const single = entries.filter(({ rest }) => !rest);
  const most = reach((single.length > 1 ? single : entries).map(({ sum }) => sum));
  const range = { low: -most, high: most, signed: true };
  const free = entries.some(({ rest }) => rest) ? entries.map(({ rest }) => rest) : entries.map(({ constant }) => !constant);
  const texts = summands(entries.map(({ sum }) => sum), result, [...free.keys()].filter((i) => free[i]));
  const rows = entries.map((entry, i) => h("li", {}, ledgerRow(entry, texts[i] ?? "", range, store.state.theme)));
  return h(
    "div",
    { class: "ledger" },
    h("ol", {}, ...rows),
    h("p", { class: "total" }, h("span", {}, t.explain.together), h("data", { value: String(result), title: String(result) }, number(result))),
  );
}

/**
 * @param {Entry} entry
 * @param {string} text what it brings
 * @param {Range} range
 * @param {"light" | "dark"} theme
 */
function ledgerRow({ name, sum, pictures = [], choose, chosen, title }, text, range, theme) {
  const isBeyond = Math.abs(sum) > range.high;
  const reach = Math.min(1, Math.abs(sum) / range.high) / 2;
  const bar = h("span", {
    class: isBeyond ? (sum < 0 ? "ledger-fill beyond left" : "ledger-fill beyond") : "ledger-fill",
    style: {
      left: `${(sum < 0 ? 0.5 - reach : 0.5) * 100}%`,
      width: `${reach * 100}%`,
      "background-color": swatch(sum, range, theme).background,
    },
  });
  const cells = [
    h("span", { class: "ledger-name", title: isBeyond ? t.mapDetail.terms.beyond : null }, name),
    h("span", { class: "ledger-pictures" }, ...pictures),
    h("span", { class: "ledger-bar", "aria-hidden": "true" }, bar),
    h("data", { class: "term", value: String(sum), title: String(sum) }, text),
  ];
  if (!choose) return h("div", { class: "ledger-row" }, ...cells);
  return h("button", { type: "button", class: "ledger-row", title, "aria-pressed": chosen === undefined ? null : String(chosen), on: { click: choose } }, ...cells);
}

/**
 * Part of a sorted list, with what is left out on both sides as one entry each, so that the ledger
 * still adds up.
 *
 * @template T
 * @param {T[]} sorted
 * @param {{ all: boolean, page: number }} choice
 * @param {number} few how many are shown at first
 * @param {(item: T) => number} sumOf
 * @returns {{ shown: T[], before: Entry[], after: Entry[] }}
 */
export function pageOf(sorted, { all, page }, few, sumOf) {
  const from = all ? page * PAGE : 0;
  const to = all ? from + PAGE : few;
  const together = (/** @type {T[]} */ items, /** @type {(n: string) => string} */ name) =>
    items.length ? [{ name: name(count(items.length)), sum: items.reduce((sum, item) => sum + sumOf(item), 0), rest: true }] : [];
  const { larger, smaller, others } = t.mapDetail.terms;
  return {
    shown: sorted.slice(from, to),
    before: together(sorted.slice(0, from), larger),
    after: together(sorted.slice(to), from ? smaller : others),
  };
}

/**
 * The buttons to see more of a list, or less.
 *
 * @param {number} all
 * @param {{ all: boolean, page: number }} choice
 * @param {number} few
 * @param {() => void} again called when the choice has changed
 */
export function pager(all, choice, few, again) {
  if (all <= few) return document.createTextNode("");
  const button = (/** @type {string} */ name, /** @type {{ all: boolean, page: number }} */ next, disabled = false) => {
    const click = () => {
      Object.assign(choice, next);
      again();
    };
    return h("button", { type: "button", class: "text", disabled, on: { click } }, name);
  };
  if (!choice.all) return button(t.explain.showAll(all), { all: true, page: 0 });
  const less = button(t.explain.showLargest, { all: false, page: 0 });
  if (all <= PAGE) return less;
  const from = choice.page * PAGE;
  const { before, next, page } = t.mapDetail.kernels;
  return h(
    "p",
    { class: "ledger-pager" },
    button(before, { all: true, page: choice.page - 1 }, from === 0),
    h("span", { class: "muted" }, page(count(from + 1), count(Math.min(all, from + PAGE)), count(all))),
    button(next, { all: true, page: choice.page + 1 }, from + PAGE >= all),
    less,
  );
}

/**
 * A few numbers as a small heatmap. A handful are drawn as vectors: browsers keep every canvas as a
 * layer of its own, and these come and go with every movement of the pointer.
 *
 * @param {App} app
 * @param {ArrayLike<number>} values
 * @param {number} width
 * @param {Range} range
 * @param {string} [name]
 */
export function heat({ store }, values, width, range, name) {
  const said = { class: "heat", ...(name ? { role: "img", "aria-label": name } : { "aria-hidden": "true" }) };
  if (values.length <= HANDFUL) return cells(said, values, width, range, store.state.theme);
  const canvas = h("canvas", said);
  paint(canvas, values, width, range, store.state.theme);
  return canvas;
}

/**
 * @param {Record<string, string>} said
 * @param {ArrayLike<number>} values
 * @param {number} width
 * @param {Range} range
 * @param {"light" | "dark"} theme
 */
function cells(said, values, width, range, theme) {
  const box = `0 0 ${width} ${Math.ceil(values.length / width)}`;
  const paths = Array.from(values, (value, i) =>
    Number.isNaN(value)
      ? null
      : svg("path", { d: `M${i % width} ${Math.floor(i / width)}h1v1h-1z`, fill: swatch(value, range, theme).background }),
  );
  return svg("svg", { ...said, viewBox: box, preserveAspectRatio: "none", "shape-rendering": "crispEdges" }, ...paths);
}

/**
 * What a map or number of another layer is called, and a way to go there.
 *
 * @param {App} app
 * @param {Term} term
 */
export function source(app, term) {
  const { model } = app.store.state;
  const layer = model && layerNamed(model, term.input);
  const name = layer ? `${term.input} ${placeName(layer, term)}` : `${term.input} ${coordinates(term)}`;
  if (!layer || term.padding) return h("span", {}, term.padding ? t.explain.outside(name) : name);
  const place = hasMaps(layer) ? [term.channel ?? 0, term.y ?? 0, term.x ?? 0] : [term.unit ?? 0];
  const go = () => app.navigation.goTo(layer.name, place);
  return h("button", { type: "button", class: "text", on: { click: go } }, name);
}

/**
 * @param {import("../../state/types.js").Layer} layer
 * @param {Term} term
 */
function placeName(layer, term) {
  return hasMaps(layer) ? `${mapName(layer, term.channel ?? 0)} ${coordinates(term)}` : `[${term.unit ?? 0}]`;
}

/** @param {Term} term */
function coordinates({ y, x }) {
  return `(y ${y ?? 0}, x ${x ?? 0})`;
}

/**
 * The largest of some numbers, without regard to sign; never zero, so that it can stand at the end
 * of a scale.
 *
 * @param {number[]} numbers
 */
export function reach(numbers) {
  return numbers.reduce((most, n) => Math.max(most, Math.abs(n)), 0) || 1;
}
