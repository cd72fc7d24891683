/** The opened value, written out: how it was computed, its gradient, or its update. */

import { announce, h, prefersReducedMotion } from "../../lib/dom.js";
import { t } from "../../i18n/index.js";
import { letterOf, numberName, parameterWords, placeOf, SHOWN, worded } from "./view-model.js";
import { figure, precise } from "./figure.js";
import { lossOf } from "./loss-term.js";
import { restOf, sumOf } from "./sum-table.js";

/**
 * @typedef {import("./view-model.js").StepViewModel} StepViewModel
 * @typedef {import("./view-model.js").Opened} Opened
 * @typedef {import("../../state/types.js").Explanation} Explanation
 * @typedef {import("../../state/types.js").Place} Place
 *
 * @typedef {{ layer: string, picture: number, output: Record<string, number>, dz: number, input:
 *   Record<string, number> | null, a: number, product: number }} ChainTerm
 * @typedef {{ value: number, terms: ChainTerm[], total: number, returned: number, remainder: number
 *   }} Chain
 * @typedef {{ before: number, gradient: number, step: number, after: number,
 *   derivation: { symbol: string, formula: string, numbers: Record<string, number>, value: number
 *   }[] }} Update
 */

const words = t.learn.stepInspector.valueDetail;

/**
 * The panel beside the maps. Follows what is opened; the latest request wins.
 *
 * @param {StepViewModel} viewModel
 * @param {HTMLElement} root
 */
export function mountValueDetail(viewModel, root) {
  let abort = new AbortController();
  const show = async () => {
    const { opened } = viewModel.view.state;
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    if (!opened || !viewModel.stepTrace) {
      root.replaceChildren(h("p", { class: "muted" }, words.empty));
      return;
    }
    root.setAttribute("aria-busy", "true");
    const made = await viewModel.attempt(() => write(viewModel, opened, signal));
    if (signal.aborted) return;
    root.removeAttribute("aria-busy");
    if (!made) return;
    const hadFocus = root.contains(document.activeElement);
    root.replaceChildren(...made);
    const title = root.querySelector("h3");
    if (hadFocus) title?.focus({ preventScroll: true });
    announce(root.querySelector(".formula")?.textContent ?? "");
  };
  let isPressed = false; // by the reader, and not opened along with a layer
  root.parentElement?.addEventListener("click", ({ target }) => {
    isPressed = target instanceof Element && target.closest(".step-heatmap, .number") !== null;
  }, { capture: true });
  viewModel.view.watch(["opened"], () => {
    const wasPressed = isPressed;
    isPressed = false;
    void show().then(() => wasPressed && bringIntoSight(root));
  });
  viewModel.store.watch(["stepTrace", "theme"], () => void show());
  void show();
}

/**
 * Where it stands below what was pressed, and not beside it, it may be out of sight.
 *
 * @param {HTMLElement} root
 */
function bringIntoSight(root) {
  const { top, bottom } = root.getBoundingClientRect();
  const isInSight = top < (innerHeight * 2) / 3 && bottom > 0;
  if (root.checkVisibility() && !isInSight) root.scrollIntoView({ block: "start", behavior: prefersReducedMotion() ? "instant" : "smooth" });
}

/**
 * @param {StepViewModel} viewModel
 * @param {Opened} opened
 * @param {AbortSignal} signal
 * @returns {Promise<Node[]>}
 */
async function write(viewModel, opened, signal) {
  if (opened.kind === "loss") return lossOf(viewModel, opened.unit);
  if (opened.kind === "value" && viewModel.layerNamed(opened.layer)?.op === "input") return pixel(viewModel, opened.layer, opened.place);
  const answer = await viewModel.explain(opened, signal);
  if (opened.kind === "value") return valueOf(viewModel, answer);
  if (opened.kind === "gradient") return gradientOf(viewModel, opened, answer);
  return opened.kind === "update" ? updateOf(opened, answer) : activationGradientOf(viewModel, opened.layer, opened.place, answer);
}

/**
 * A number of the picture itself is made from nothing here.
 *
 * @param {StepViewModel} viewModel
 * @param {string} layer
 * @param {Place} place
 */
async function pixel(viewModel, layer, place) {
  const { shape, data } = await viewModel.values(layer, "value");
  const [, height = 1, width = 1] = shape;
  const value = data[((place[0] ?? 0) * height + (place[1] ?? 0)) * width + (place[2] ?? 0)] ?? NaN;
  return [title(numberName(layer, place)), formula("A", value), h("p", {}, words.pixel)];
}

/**
 * @param {StepViewModel} viewModel
 * @param {Explanation} explanation
 * @returns {Node[]}
 */
function valueOf(viewModel, explanation) {
  const { layer, index, rule, value, bias, terms } = explanation;
  const picture = viewModel.stepTrace?.picture ?? 0;
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
  const others = [...restOf(sorted.length, lines.length, rest), ...(bias ? [{ name: t.explain.bias, sum: bias }] : [])];
  const adds = lines.length + others.length > 1 || lines[0]?.product === value;
  return [
    title(numberName(layer, placeOf(index))),
    formula(rule === "weighted_sum" ? "Z" : "A", value),
    h("p", {}, worded(words.rules, rule)),
    sumOf(viewModel, { symbols: ["A", "W"], lines, others: adds ? others : [], value }),
  ];
}

/**
 * @param {StepViewModel} viewModel
 * @param {string} layer
 * @param {Place} place
 * @param {Chain} chain
 * @returns {Node[]}
 */
function activationGradientOf(viewModel, layer, place, chain) {
  const own = letterOf(viewModel, layer);
  const next = letterOf(viewModel, chain.terms[0]?.layer ?? "");
  const other = next === own ? `${next}′` : next;
  const derivative = `∂${other}/∂${own}`;
  const lines = chain.terms.map((term) => {
    const at = placeOf(term.output);
    return {
      name: numberName(term.layer, at),
      factors: [term.dz, term.a],
      product: term.product,
      lights: [{ symbol: `d${other}`, layer: term.layer, of: /** @type {const} */ ("gradient"), picture: term.picture, place: at }],
      opens: term.picture === viewModel.stepTrace?.picture ? activationGradientOpener(viewModel, term.layer, at) : null,
    };
  });
  return [
    title(`∂L/∂ ${numberName(layer, place)}`),
    formula(`d${own}`, chain.value),
    h("p", {}, words.activationGradient(layer, `d${own} = Σ d${other} · ${derivative}`)),
    sumOf(viewModel, { symbols: [`d${other}`, derivative], lines, others: restOf(chain.total, chain.returned, chain.remainder), value: chain.value }),
  ];
}

/**
 * The gradient of a logit comes from the loss, that of any other value from its consumers.
 *
 * @param {StepViewModel} viewModel
 * @param {string} layer
 * @param {Place} place
 * @returns {Opened}
 */
export function activationGradientOpener(viewModel, layer, place) {
  return layer === scoresLayer(viewModel) ? { kind: "loss", unit: place[0] ?? 0 } : { kind: "activation-gradient", layer, place };
}

/** @param {StepViewModel} viewModel */
export function scoresLayer(viewModel) {
  const layers = viewModel.stepTrace?.layers ?? [];
  const last = layers.at(-1);
  return (last?.op === "softmax" ? last.inputs[0] : last?.name) ?? "";
}

/**
 * @param {StepViewModel} viewModel
 * @param {{ layer: string, parameter: string, index: readonly number[] }} opened
 * @param {Chain} chain
 * @returns {Node[]}
 */
function gradientOf(viewModel, opened, chain) {
  const { layer, parameter, index } = opened;
  const input = viewModel.layerNamed(layer)?.inputs[0] ?? "";
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
      opens: term.picture === viewModel.stepTrace?.picture ? activationGradientOpener(viewModel, term.layer, out) : null,
    };
  });
  return [
    title(numberName(`${layer}.${parameter}`, index)),
    formula(`d${parameterWords(parameter).letter}`, chain.value),
    h("p", {}, lines.some(({ lights }) => lights.length > 1) ? words.parameterGradient(layer, input) : words.bias(layer)),
    sumOf(viewModel, { symbols: ["dZ", "A"], lines, others: restOf(chain.total, chain.returned, chain.remainder), value: chain.value }),
    h("button", { type: "button", class: "text", on: { click: () => changeOf(viewModel, opened) } }, words.toUpdate),
  ];
}

/**
 * What the optimiser makes of this gradient.
 *
 * @param {StepViewModel} viewModel
 * @param {{ layer: string, parameter: string, index: readonly number[] }} weight
 */
function changeOf(viewModel, { layer, parameter, index }) {
  viewModel.store.set({ phase: 4 });
  viewModel.open({ kind: "update", layer, parameter, index });
}

/**
 * @param {{ layer: string, parameter: string, index: readonly number[] }} opened
 * @param {Update} update
 * @returns {Node[]}
 */
function updateOf({ layer, parameter, index }, { before, step, after, derivation }) {
  const rows = derivation.map(({ symbol, formula, numbers, value }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, symbol),
      h("td", {}, h("span", {}, formula), h("span", { class: "muted" }, inNumbers(numbers))),
      h("td", {}, figure(value)),
    ),
  );
  return [
    title(numberName(`${layer}.${parameter}`, index)),
    h("p", { class: "formula" }, figure(before), " → ", figure(after)),
    h("p", {}, words.update(precise(step))),
    h(
      "div",
      { class: "step-lines", role: "region", "aria-label": words.derivation, tabindex: 0 },
      h("table", {}, h("caption", { class: "visually-hidden" }, words.derivation), h("tbody", {}, ...rows)),
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
