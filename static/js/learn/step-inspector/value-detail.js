/** The number that was opened, written out: where it came from, who is to blame, or how it was changed. */

import { announce, h } from "../../lib/dom.js";
import { say } from "../../i18n/index.js";
import { numberName, placeOf, SHOWN, worded } from "./view-model.js";
import { figure, precise } from "./figure.js";
import { lossOf } from "./loss-term.js";
import { restOf, sumOf } from "./sum-table.js";

/**
 * @typedef {import("./view-model.js").Bench} Bench
 * @typedef {import("./view-model.js").Opened} Opened
 * @typedef {import("../../state/types.js").Explanation} Explanation
 * @typedef {import("../../state/types.js").Place} Place
 *
 * @typedef {{ layer: string, picture: number, output: Record<string, number>, dz: number, input: Record<string, number> | null,
 *   a: number, product: number }} ChainTerm
 * @typedef {{ value: number, terms: ChainTerm[], count: number, shown: number, rest: number }} Chain
 * @typedef {{ before: number, gradient: number, step: number, after: number,
 *   lines: { symbol: string, formula: string, numbers: Record<string, number>, value: number }[] }} Update
 */

const words = say.learn.glass.opened;

/**
 * The panel beside the maps. Follows what is opened; the latest request wins.
 *
 * @param {Bench} bench
 * @param {HTMLElement} root
 */
export function mountOpened(bench, root) {
  let abort = new AbortController();
  const show = async () => {
    const { opened } = bench.view.state;
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    if (!opened || !bench.glass) {
      root.replaceChildren(h("p", { class: "quiet" }, words.empty));
      return;
    }
    root.setAttribute("aria-busy", "true");
    const made = await bench.attempt(() => write(bench, opened, signal));
    if (signal.aborted) return;
    root.removeAttribute("aria-busy");
    if (!made) return;
    const hadFocus = root.contains(document.activeElement);
    root.replaceChildren(...made);
    const title = root.querySelector("h3");
    if (hadFocus) title?.focus({ preventScroll: true });
    announce(root.querySelector(".formula")?.textContent ?? "");
  };
  bench.view.watch(["opened"], () => void show());
  bench.store.watch(["glass", "theme"], () => void show());
  void show();
}

/**
 * @param {Bench} bench
 * @param {Opened} opened
 * @param {AbortSignal} signal
 * @returns {Promise<Node[]>}
 */
async function write(bench, opened, signal) {
  if (opened.kind === "loss") return lossOf(bench, opened.unit);
  if (opened.kind === "value" && bench.layerNamed(opened.layer)?.op === "input") return pixel(bench, opened.layer, opened.place);
  const answer = await bench.explain(opened, signal);
  if (opened.kind === "value") return valueOf(bench, answer);
  if (opened.kind === "gradient") return gradientOf(bench, opened, answer);
  return opened.kind === "update" ? updateOf(opened, answer) : blameOf(bench, opened.layer, opened.place, answer);
}

/**
 * A number of the picture itself is made from nothing here.
 *
 * @param {Bench} bench
 * @param {string} layer
 * @param {Place} place
 */
async function pixel(bench, layer, place) {
  const { shape, data } = await bench.values(layer, "value");
  const [, height = 1, width = 1] = shape;
  const value = data[((place[0] ?? 0) * height + (place[1] ?? 0)) * width + (place[2] ?? 0)] ?? NaN;
  return [title(numberName(layer, place)), formula("A", value), h("p", {}, words.pixel)];
}

/**
 * @param {Bench} bench
 * @param {Explanation} why
 * @returns {Node[]}
 */
function valueOf(bench, why) {
  const { layer, index, rule, value, bias, terms } = why;
  const picture = bench.glass?.picture ?? 0;
  const sorted = terms.filter(({ padding }) => !padding).sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  const lines = sorted.slice(0, SHOWN).map((term) => {
    const place = placeOf(term);
    return {
      name: numberName(term.input, place),
      factors: term.weight === null ? [term.value] : [term.value, term.weight],
      product: term.product,
      lights: [{ symbol: "A", layer: term.input, of: /** @type {const} */ ("value"), picture, place }],
      opens: /** @type {Opened} */ ({ kind: "value", layer: term.input, place }),
    };
  });
  const rest = sorted.slice(SHOWN).reduce((sum, { product }) => sum + product, 0);
  const others = [...restOf(sorted.length, lines.length, rest), ...(bias ? [{ name: say.sums.bias, sum: bias }] : [])];
  const adds = lines.length + others.length > 1 || lines[0]?.product === value;
  return [
    title(numberName(layer, placeOf(index))),
    formula(rule === "weighted_sum" ? "Z" : "A", value),
    h("p", {}, worded(words.rules, rule)),
    sumOf(bench, { symbols: ["A", "W"], lines, others: adds ? others : [], value }),
  ];
}

/**
 * @param {Bench} bench
 * @param {string} layer
 * @param {Place} place
 * @param {Chain} chain
 * @returns {Node[]}
 */
function blameOf(bench, layer, place, chain) {
  const lines = chain.terms.map((term) => {
    const at = placeOf(term.output);
    return {
      name: numberName(term.layer, at),
      factors: [term.dz, term.a],
      product: term.product,
      lights: [{ symbol: "dZ", layer: term.layer, of: /** @type {const} */ ("gradient"), picture: term.picture, place: at }],
      opens: term.picture === bench.glass?.picture ? blameOpener(bench, term.layer, at) : null,
    };
  });
  return [
    title(`∂L/∂ ${numberName(layer, place)}`),
    formula("dA", chain.value),
    h("p", {}, words.blame(layer)),
    sumOf(bench, { symbols: ["dZ", "∂Z/∂A"], lines, others: restOf(chain.count, chain.shown, chain.rest), value: chain.value }),
  ];
}

/**
 * The scores are blamed by the loss, all other numbers by those that read them.
 *
 * @param {Bench} bench
 * @param {string} layer
 * @param {Place} place
 * @returns {Opened}
 */
export function blameOpener(bench, layer, place) {
  return layer === scoresLayer(bench) ? { kind: "loss", unit: place[0] ?? 0 } : { kind: "activation-gradient", layer, place };
}

/** @param {Bench} bench */
export function scoresLayer(bench) {
  const layers = bench.glass?.layers ?? [];
  const last = layers.at(-1);
  return (last?.op === "softmax" ? last.inputs[0] : last?.name) ?? "";
}

/**
 * @param {Bench} bench
 * @param {{ layer: string, parameter: string, index: readonly number[] }} opened
 * @param {Chain} chain
 * @returns {Node[]}
 */
function gradientOf(bench, opened, chain) {
  const { layer, parameter, index } = opened;
  const input = bench.layerNamed(layer)?.inputs[0] ?? "";
  const lines = chain.terms.map((term) => {
    const out = placeOf(term.output);
    const read = term.input && placeOf(term.input);
    const lights = [{ symbol: "dZ", layer: term.layer, of: /** @type {const} */ ("gradient"), picture: term.picture, place: out }];
    const met = read && { symbol: "A", layer: input, of: /** @type {const} */ ("value"), picture: term.picture, place: read };
    return {
      name: words.at(term.picture, numberName("dZ", out)),
      factors: [term.dz, term.a],
      product: term.product,
      lights: met ? [...lights, met] : lights,
      opens: term.picture === bench.glass?.picture ? blameOpener(bench, term.layer, out) : null,
    };
  });
  return [
    title(numberName(`${layer}.${parameter}`, index)),
    formula(parameter === "weight" ? "dW" : "db", chain.value),
    h("p", {}, lines.some(({ lights }) => lights.length > 1) ? words.gradient(layer, input) : words.bias(layer)),
    sumOf(bench, { symbols: ["dZ", "A"], lines, others: restOf(chain.count, chain.shown, chain.rest), value: chain.value }),
    h("button", { type: "button", class: "text", on: { click: () => changeOf(bench, opened) } }, words.toUpdate),
  ];
}

/**
 * What the optimiser makes of this gradient.
 *
 * @param {Bench} bench
 * @param {{ layer: string, parameter: string, index: readonly number[] }} weight
 */
function changeOf(bench, { layer, parameter, index }) {
  bench.store.set({ phase: 4 });
  bench.open({ kind: "update", layer, parameter, index });
}

/**
 * @param {{ layer: string, parameter: string, index: readonly number[] }} opened
 * @param {Update} update
 * @returns {Node[]}
 */
function updateOf({ layer, parameter, index }, { before, step, after, lines }) {
  const rows = lines.map(({ symbol, formula, numbers, value }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, symbol),
      h("td", {}, h("span", {}, formula), h("span", { class: "quiet" }, inNumbers(numbers))),
      h("td", {}, figure(value)),
    ),
  );
  return [
    title(numberName(`${layer}.${parameter}`, index)),
    h("p", { class: "formula" }, figure(before), " → ", figure(after)),
    h("p", {}, words.update(precise(step))),
    h(
      "div",
      { class: "glass-lines", role: "region", "aria-label": words.lines, tabindex: 0 },
      h("table", {}, h("caption", { class: "unseen" }, words.lines), h("tbody", {}, ...rows)),
    ),
  ];
}

/** @param {Record<string, number>} numbers the value of each symbol of a formula */
function inNumbers(numbers) {
  return Object.entries(numbers).map(([name, n]) => `${name} = ${precise(n)}`).join(", ");
}

/** @param {string} text */
function title(text) {
  return h("h3", { tabindex: -1 }, text);
}

/**
 * @param {string} symbol
 * @param {number} value
 */
function formula(symbol, value) {
  return h("p", { class: "formula" }, `${symbol} = `, figure(value));
}
