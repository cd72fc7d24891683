/**
 * A fully connected layer's number: the jury's ledger, grouped by the maps or the places that the
 * evidence comes from.
 */

import { h } from "../../lib/dom.js";
import { signed, words } from "../../i18n/format.js";
import { layerNamed, mapName, mapsBehind, placeOfUnit, unitLabels } from "../../model/graph.js";
import { NumberCheck } from "../shared/number-check.js";
import { paintOver } from "../../render/raster.js";
import { rangeOf } from "../../model/colour-range.js";
import { t } from "../../i18n/index.js";
import { exact, formula, heat, ledger, pageOf, pager, reach } from "./components.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Explanation} Explanation
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Term} Term
 *
 * @typedef {{ name: string, sum: number, products: number[], place:
 *   import("../../state/types.js").Place, layer: Layer }} Evidence
 */

const SHOWN = 10;

/** What the reader chose to see; it outlives the number under the cursor. */
const choice = { layer: "", all: false, page: 0, byPlace: false };

/**
 * @param {App} app
 * @param {Explanation} explanation
 * @returns {Node[]}
 */
export function jurySums(app, explanation) {
  if (choice.layer !== explanation.layer) Object.assign(choice, { layer: explanation.layer, all: false, page: 0 });
  const { model } = app.store.state;
  const layer = model && layerNamed(model, explanation.layer);
  const input = model && layerNamed(model, explanation.terms[0]?.input ?? "");
  if (!model || !layer || !input) return [formula(exact(explanation.value))];
  const behind = mapsBehind(model, input.name);
  const maps = behind && behind.shape.reduce((a, b) => a * b, 1) === explanation.terms.length ? behind : null;
  const group = choice.byPlace ? evidenceOfPlaces : evidenceOfMaps;
  const evidence = maps ? group(explanation.terms, maps) : evidenceOfUnits(explanation.terms, input);
  const label = unitLabels(model, layer)?.[explanation.index.unit ?? -1];
  const again = () => app.store.set({ explanation: { ...explanation } });
  return [
    unitChoice(app, layer, explanation),
    formula(exact(explanation.value), t.explain.dense.formula(explanation.terms.length), signed(explanation.bias), ` ${t.explain.bias}`),
    h("p", { class: "muted" }, balance(explanation.terms, label)),
    ...(maps ? [whereabouts(app, explanation.terms, maps, label), grouping(again)] : []),
    ledger(app, entries(app, explanation, evidence), explanation.value),
    pager(evidence.length, choice, SHOWN, again),
  ];
}

/**
 * Any class, without leaving.
 *
 * @param {App} app
 * @param {Layer} layer
 * @param {Explanation} explanation
 */
function unitChoice({ store, navigation }, layer, { index }) {
  const labels = store.state.model && unitLabels(store.state.model, layer);
  const choose = (/** @type {Event} */ { target }) => {
    if (target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && check.mark())) navigation.show([Number(target.value)]);
  };
  const number = h("input", { type: "number", min: 0, max: (layer.shape[0] ?? 1) - 1, value: index.unit ?? 0, on: { change: choose } });
  const check = new NumberCheck(number);
  const field = labels
    ? h(
        "select",
        { on: { change: choose } },
        ...labels.map((label, unit) => h("option", { value: unit, selected: unit === index.unit }, words(label))),
      )
    : number;
  return h("div", {}, h("label", { class: "unit-choice" }, h("span", { class: "muted" }, t.mapDetail.terms.unit), field), check.note);
}

/** @param {() => void} again */
function grouping(again) {
  const option = (/** @type {boolean} */ byPlace, /** @type {string} */ name) => {
    const click = () => {
      Object.assign(choice, { byPlace, page: 0 });
      again();
    };
    return h("button", { type: "button", class: "text", "aria-pressed": String(choice.byPlace === byPlace), on: { click } }, name);
  };
  const { groupBy, byMap, byPlace } = t.mapDetail.terms;
  return h("p", { class: "grouping", role: "group", "aria-label": groupBy }, h("span", { class: "muted" }, groupBy), option(false, byMap), option(true, byPlace));
}

/**
 * @param {Term[]} terms
 * @param {string | undefined} label
 */
function balance(terms, label) {
  const sum = (/** @type {(p: number) => boolean} */ side) =>
    terms.reduce((total, { product }) => total + (side(product) ? product : 0), 0);
  return t.explain.dense.balance(label === undefined ? null : words(label), signed(sum((p) => p > 0)), signed(sum((p) => p < 0)));
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
 * The same numbers by where they lie, whatever their map.
 *
 * @param {Term[]} terms
 * @param {Layer} maps
 * @returns {Evidence[]}
 */
function evidenceOfPlaces(terms, maps) {
  const [, height = 1, width = 1] = maps.shape;
  return Array.from({ length: height * width }, (_, at) => {
    const units = terms.map((_, unit) => unit).filter((unit) => unit % (height * width) === at);
    const best = units.reduce((b, unit) => (Math.abs(terms[unit]?.product ?? 0) > Math.abs(terms[b]?.product ?? 0) ? unit : b), at);
    const sum = total(units.map((unit) => terms[unit]?.product ?? 0));
    const name = t.mapDetail.terms.place(Math.floor(at / width), at % width);
    return { name, sum, products: [], place: placeOfUnit(maps, best), layer: maps };
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
 * @param {Explanation} explanation
 * @param {Evidence[]} evidence
 */
function entries(app, explanation, evidence) {
  const sorted = [...evidence].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
  const { shown, before, after } = pageOf(sorted, choice, SHOWN, ({ sum }) => sum);
  const most = reach(evidence.flatMap(({ products }) => products));
  const rows = shown.map(({ name, sum, products, place, layer }) => ({
    name,
    sum,
    title: t.stage.goTo(`${layer.name} ${name}`),
    pictures: products.length > 1 ? [heat(app, products, layer.shape[2] ?? 1, rangeOf(-most, most, true))] : [],
    choose: () => app.navigation.goTo(layer.name, place),
  }));
  return [...before, ...rows, ...after, { name: t.explain.bias, sum: explanation.bias, constant: true }];
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
  const name = t.explain.dense.where(label ? words(label) : null);
  const canvas = h("canvas", { class: "evidence", role: "img", "aria-label": name });
  paintOver(canvas, sums, width, rangeOf(-most, most, true), app.store.state.theme, 0.4);
  const choose = (/** @type {MouseEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    const at = (/** @type {number} */ share, /** @type {number} */ n) => Math.max(0, Math.min(n - 1, Math.floor(share * n)));
    const place = at((event.clientY - box.top) / box.height, height) * width + at((event.clientX - box.left) / box.width, width);
    const largest = evidenceOfPlaces(terms, maps)[place];
    if (largest) app.navigation.goTo(maps.name, largest.place);
  };
  return h(
    "figure",
    { class: "whereabouts" },
    h("div", { class: "over-photo", style: { "aspect-ratio": `${width} / ${height}` }, title: t.mapDetail.terms.pick, on: { click: choose } }, photo(app), canvas),
    h("figcaption", {}, t.explain.dense.caption(name, maps.shape[0] ?? 0, height, width)),
  );
}

/**
 * What the network saw, to lay the evidence over.
 *
 * @param {App} app
 */
function photo({ store }) {
  const { inputImage } = store.state;
  const canvas = h("canvas", { class: "photo-below", width: inputImage?.width ?? 1, height: inputImage?.height ?? 1, "aria-hidden": "true" });
  if (inputImage) canvas.getContext("2d")?.drawImage(inputImage, 0, 0);
  return canvas;
}

/** @param {number[]} numbers */
function total(numbers) {
  return numbers.reduce((a, b) => a + b, 0);
}
