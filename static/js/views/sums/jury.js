/** A fully connected layer's number: the jury's ledger, grouped by the maps that the evidence comes from. */

import { h } from "../../dom.js";
import { signed, words } from "../../format.js";
import { layerNamed, mapName, mapsBehind, placeOfUnit, unitLabels } from "../../graph.js";
import { rangeOf } from "../../scale.js";
import { say } from "../../words/index.js";
import { exact, formula, heat, ledger, reach } from "./parts.js";

/**
 * @typedef {import("../../types.js").App} App
 * @typedef {import("../../types.js").Explanation} Explanation
 * @typedef {import("../../types.js").Layer} Layer
 * @typedef {import("../../types.js").Term} Term
 *
 * @typedef {{ name: string, sum: number, products: number[], place: import("../../types.js").Place, layer: Layer }} Evidence
 */

const SHOWN = 10;
const choice = { layer: "", all: false };

/**
 * @param {App} app
 * @param {Explanation} why
 * @returns {Node[]}
 */
export function jurySums(app, why) {
  if (choice.layer !== why.layer) Object.assign(choice, { layer: why.layer, all: false });
  const { model } = app.store.state;
  const layer = model && layerNamed(model, why.layer);
  const input = model && layerNamed(model, why.terms[0]?.input ?? "");
  if (!model || !layer || !input) return [formula(exact(why.value))];
  const behind = mapsBehind(model, input.name);
  const maps = behind && behind.shape.reduce((a, b) => a * b, 1) === why.terms.length ? behind : null;
  const evidence = maps ? evidenceOfMaps(why.terms, maps) : evidenceOfUnits(why.terms, input);
  const label = unitLabels(model, layer)?.[why.index.unit ?? -1];
  const toggle = () => {
    choice.all = !choice.all;
    app.store.set({ explanation: { ...why } });
  };
  return [
    formula(exact(why.value), say.sums.jury.formula(why.terms.length), signed(why.bias), ` ${say.sums.bias}`),
    h("p", { class: "quiet" }, balance(why.terms, label)),
    ...(maps ? [whereabouts(app, why.terms, maps, label)] : []),
    ledger(app, entries(app, why, evidence), why.value),
    h("button", { type: "button", class: "text", on: { click: toggle } }, choice.all ? say.sums.showLargest : say.sums.showAll(evidence.length)),
  ];
}

/**
 * @param {Term[]} terms
 * @param {string | undefined} label
 */
function balance(terms, label) {
  const sum = (/** @type {(p: number) => boolean} */ side) =>
    terms.reduce((total, { product }) => total + (side(product) ? product : 0), 0);
  return say.sums.jury.balance(label === undefined ? null : words(label), signed(sum((p) => p > 0)), signed(sum((p) => p < 0)));
}

/**
 * @param {Term[]} terms
 * @param {Layer} maps
 * @returns {Evidence[]}
 */
function evidenceOfMaps(terms, maps) {
  const size = (maps.shape[1] ?? 1) * (maps.shape[2] ?? 1);
  return Array.from({ length: maps.shape[0] ?? 0 }, (_, channel) => {
    const products = terms.slice(channel * size, (channel + 1) * size).map(({ product }) => product);
    const best = products.reduce((b, p, i) => (Math.abs(p) > Math.abs(products[b] ?? 0) ? i : b), 0);
    const place = placeOfUnit(maps, channel * size + best);
    return { name: mapName(maps, channel), sum: total(products), products, place, layer: maps };
  });
}

/**
 * @param {Term[]} terms
 * @param {Layer} layer
 * @returns {Evidence[]}
 */
function evidenceOfUnits(terms, layer) {
  return terms.map(({ product, unit }) => ({ name: `[${unit ?? 0}]`, sum: product, products: [], place: [unit ?? 0], layer }));
}

/**
 * @param {App} app
 * @param {Explanation} why
 * @param {Evidence[]} evidence
 */
function entries(app, why, evidence) {
  const sorted = [...evidence].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
  const shown = choice.all ? sorted : sorted.slice(0, SHOWN);
  const rest = sorted.slice(shown.length);
  const most = reach(evidence.flatMap(({ products }) => products));
  const rows = shown.map(({ name, sum, products, place, layer }) => ({
    name,
    sum,
    title: say.stage.goTo(`${layer.name} ${name}`),
    pictures: products.length > 1 ? [heat(app, products, layer.shape[2] ?? 1, rangeOf(-most, most, true))] : [],
    choose: () => app.explorer.goTo(layer.name, place),
  }));
  const others = { name: say.sums.others(rest.length), sum: total(rest.map(({ sum }) => sum)) };
  return [...rows, ...(rest.length ? [others] : []), { name: say.sums.bias, sum: why.bias }];
}

/**
 * The same evidence by its place on the photo: all maps laid on top of each other.
 *
 * @param {App} app
 * @param {Term[]} terms
 * @param {Layer} maps
 * @param {string | undefined} label
 */
function whereabouts(app, terms, maps, label) {
  const [, height = 1, width = 1] = maps.shape;
  const sums = new Float32Array(height * width);
  terms.forEach(({ product }, i) => {
    const at = i % sums.length;
    sums[at] = (sums[at] ?? 0) + product;
  });
  const most = reach([...sums]);
  const name = say.sums.jury.where(label ? words(label) : null);
  return h(
    "figure",
    { class: "whereabouts" },
    heat(app, sums, width, rangeOf(-most, most, true), name),
    h("figcaption", {}, say.sums.jury.caption(name, maps.shape[0] ?? 0, height, width)),
  );
}

/** @param {number[]} numbers */
function total(numbers) {
  return numbers.reduce((a, b) => a + b, 0);
}
