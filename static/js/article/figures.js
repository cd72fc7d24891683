/** The article's pictures, drawn from the numbers of the photo that is on the page. */

import { fetchExplanation } from "../api/client.js";
import { h, placeBox } from "../lib/dom.js";
import { count, number, percent, probability, shapeText, signed, words } from "../i18n/format.js";
import { hasMaps, layerNamed, mapName, mapsBehind, unitLabels } from "../model/graph.js";
import { brightness, colourPlanes } from "../model/preprocess.js";
import { paint, planeOf } from "../render/raster.js";
import { companionRange, extremes, layerRange, rangeOf } from "../model/colour-range.js";
import { strongestPlace, valueAt } from "../model/tensors.js";
import { byMap, fractions, largestFirst, windowBox, windowWidth } from "../model/terms.js";
import { heat, ledger, reach } from "../views/explain/components.js";
import { t } from "../i18n/index.js";

/**
 * @typedef {import("../state/types.js").App} App
 * @typedef {import("../state/types.js").Box} Box
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("../state/types.js").Range} Range
 * @typedef {import("../state/types.js").State} State
 * @typedef {import("./chapters.js").ChapterName} ChapterName
 *
 * @typedef {{ app: App, layer: Layer, signal: AbortSignal }} Scene What a picture is drawn from.
 */

const PIECES = 6; // of evidence, before the rest is summed up
const CLASSES = 5;

/** @type {Partial<Record<ChapterName, (scene: Scene) => Promise<Node[]>>>} */
export const FIGURES = { pixels, detective, switch: beforeAndAfter, summariser: beforeAndAfter, jury, answer };

/** @param {Scene} scene */
async function pixels({ app, layer }) {
  const { numbers, model, inputImage, analysis } = app.store.state;
  const result = resultOf(app, layer);
  if (!numbers || !model || !result || !analysis || !hasMaps(layer)) return [];
  const tensor = await numbers.whole(layer);
  const [maps = 1, height = 1, width = 1] = layer.shape;
  const [y, x] = [Math.floor(height / 2), Math.floor(width / 2)];
  const pixel = { left: x, top: y, right: x + 1, bottom: y + 1 };
  const planes = Array.from({ length: Math.min(maps, 3) }, (_, channel) =>
    picture(app, planeOf(tensor, channel), layer, layerRange(result), mapName(layer, channel), pixel),
  );
  const order = maps === 3 ? colourPlanes(layer) : [0, 0, 0];
  const values = order.map((channel) => count(Math.round(channel < 0 ? 0 : brightness(model.preprocess, channel, valueAt(tensor, [channel, y, x])))));
  const photo = inputImage ? [photograph(inputImage, layer, pixel)] : [];
  return [row(...photo, ...planes), caption(t.article.figures.pixels(y, x, values))];
}

/**
 * One window of the strongest map, times its kernel.
 *
 * @param {Scene} scene
 */
async function detective({ app, layer, signal }) {
  const { numbers, analysis, model } = app.store.state;
  const result = resultOf(app, layer);
  const input = model && layerNamed(model, layer.inputs[0] ?? "");
  const before = input && resultOf(app, input);
  if (!numbers || !analysis || !result || !input || !before) return [];
  const tensor = await numbers.whole(layer);
  const place = strongestPlace(tensor, result.top_channels[0]);
  const explanation = await fetchExplanation(analysis.id, layer.name, place, signal);
  const groups = largestFirst(byMap(explanation.terms));
  const [group] = groups;
  if (!group) return [];
  const source = await numbers.some(input, [group.channel]);
  const width = windowWidth(group.terms);
  const most = reach(group.terms.map(({ weight }) => weight ?? 0));
  const [channel = 0, y = 0, x = 0] = place;
  return [
    row(
      picture(app, planeOf(source, 0), input, layerRange(before), `${input.name} ${mapName(input, group.channel)}`, windowBox(group.terms)),
      heat(app, group.terms.map(({ value }) => value), width, layerRange(before)),
      sign("×"),
      heat(app, group.terms.map(({ weight }) => weight ?? 0), width, rangeOf(-most, most, true)),
      sign("→"),
      picture(app, planeOf(tensor, channel), layer, layerRange(result), `${layer.name} ${mapName(layer, channel)}`, {
        left: x, top: y, right: x + 1, bottom: y + 1,
      }),
    ),
    caption(
      t.article.figures.detective({
        layer: layer.name,
        product: signed(group.sum),
        others: groups.length - 1,
        bias: signed(explanation.bias),
        value: number(explanation.value),
      }),
    ),
  ];
}

/**
 * A map before a layer that makes each map of one, and after it: the strongest, or where it only
 * switches off, one that it switches off much of.
 *
 * @param {Scene} scene
 */
async function beforeAndAfter({ app, layer }) {
  const { numbers, analysis, model } = app.store.state;
  const result = resultOf(app, layer);
  const input = model && layerNamed(model, layer.inputs[0] ?? "");
  const range = analysis && companionRange(analysis, layer);
  if (!numbers || !analysis || !result || !input || !range || !hasMaps(layer) || !hasMaps(input)) return [];
  const fewer = 1 - area(layer) / area(input);
  const channel = fewer > 0 ? (result.top_channels[0] ?? 0) : mostDivided(await numbers.whole(input));
  const [one, other] = await Promise.all([numbers.some(input, [channel]), numbers.some(layer, [channel])]);
  const told = fewer > 0
    ? t.article.figures.summariser({
        layer: layer.name, before: shapeText(input.shape), after: shapeText(layer.shape), fewer: percent(fewer),
      })
    : t.article.figures.switch(layer.name, percent(result.stats.zero_fraction));
  return [
    row(
      picture(app, planeOf(one, 0), input, range, t.article.before, null),
      sign("→"),
      picture(app, planeOf(other, 0), layer, range, t.article.after, null),
    ),
    caption(told),
  ];
}

/**
 * The strongest pieces of evidence for the first guess.
 *
 * @param {Scene} scene
 */
async function jury({ app, layer, signal }) {
  const { analysis, model } = app.store.state;
  const [best] = analysis?.predictions ?? [];
  const labels = model && unitLabels(model, layer);
  const unit = Math.max(0, labels?.indexOf(best?.label ?? "") ?? 0);
  if (!analysis || !model) return [];
  const explanation = await fetchExplanation(analysis.id, layer.name, [unit], signal);
  const behind = mapsBehind(model, layer.inputs[0] ?? "");
  const maps = behind && (behind.shape[0] ?? 0) * area(behind) === explanation.terms.length ? behind : null;
  const size = maps ? area(maps) : 1; // evidence that comes from a map is heard together
  const pieces = Array.from({ length: explanation.terms.length / size }, (_, i) => ({
    name: maps ? mapName(maps, i) : t.numbers.number(i),
    sum: total(explanation.terms.slice(i * size, (i + 1) * size).map(({ product }) => product)),
  }));
  const sorted = largestFirst(pieces);
  const rest = sorted.slice(PIECES);
  const others = rest.length ? [{ name: t.explain.others(rest.length), sum: total(rest.map(({ sum }) => sum)) }] : [];
  return [
    ledger(app, [...sorted.slice(0, PIECES), ...others, { name: t.explain.bias, sum: explanation.bias }], explanation.value),
    caption(t.article.figures.jury(words(labels?.[unit] ?? t.numbers.number(unit)), layer.name, count(explanation.terms.length))),
  ];
}

/** @param {Scene} scene */
async function answer({ app, layer, signal }) {
  const { analysis, model } = app.store.state;
  if (!analysis?.predictions.length || !model) return []; // it chooses among no classes
  const shares = analysis.predictions.slice(0, CLASSES);
  const labels = unitLabels(model, layer);
  const unit = Math.max(0, labels?.indexOf(shares[0]?.label ?? "") ?? 0);
  const { terms } = await fetchExplanation(analysis.id, layer.name, [unit], signal);
  const rows = shares.map(({ label, score }) =>
    h(
      "li",
      { class: "share" },
      h("span", { class: "share-name" }, words(label)),
      h("span", { class: "article-score" }, number(terms[labels?.indexOf(label) ?? -1]?.value ?? NaN, 1)),
      h("span", { class: "share-bar", style: { "--share": `${score * 100}%` } }),
      h("span", { class: "share-value" }, probability(score)),
    ),
  );
  return [h("ol", { class: "article-shares" }, ...rows), caption(t.article.figures.answer)];
}

/**
 * @param {App} app
 * @param {Layer} layer
 */
function resultOf({ store }, layer) {
  return store.state.analysis?.layers.find(({ name }) => name === layer.name) ?? null;
}

/**
 * A map with its name, and a mark on it.
 *
 * @param {App} app
 * @param {ArrayLike<number>} plane
 * @param {Layer} layer
 * @param {Range} range
 * @param {string} name
 * @param {Box | null} mark
 */
function picture({ store }, plane, layer, range, name, mark) {
  const canvas = h("canvas", { role: "img", "aria-label": name });
  paint(canvas, plane, layer.shape[2] ?? 1, range, store.state.theme);
  return framed(canvas, layer, name, mark);
}

/**
 * @param {ImageBitmap} inputImage
 * @param {Layer} layer
 * @param {Box} mark
 */
function photograph(inputImage, layer, mark) {
  const canvas = h("canvas", { width: inputImage.width, height: inputImage.height, role: "img", "aria-label": t.networkInput.title });
  canvas.getContext("2d")?.drawImage(inputImage, 0, 0);
  return framed(canvas, layer, t.photo.title, mark);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Layer} layer
 * @param {string} name
 * @param {Box | null} mark
 */
function framed(canvas, { shape: [, height = 1, width = 1] }, name, mark) {
  const lit = h("span", { class: "highlight", hidden: true });
  placeBox(lit, mark && fractions(mark, height, width));
  return h("span", { class: "article-map" }, h("span", { class: "heatmap" }, canvas, lit), h("span", { class: "article-name", "aria-hidden": "true" }, name));
}

/** @param {...Node} pictures */
function row(...pictures) {
  return h("div", { class: "article-row" }, ...pictures);
}

/** @param {string} text */
function sign(text) {
  return h("span", { class: "article-sign muted", "aria-hidden": "true" }, text);
}

/** @param {string} text */
function caption(text) {
  return h("figcaption", {}, text);
}

/**
 * The map that reaches furthest to both sides of zero.
 *
 * @param {import("../state/types.js").Tensor} tensor
 */
function mostDivided(tensor) {
  const reaches = tensor.channels.map((_, i) => {
    const { min, max } = extremes(planeOf(tensor, i));
    return Math.min(-min, max);
  });
  return reaches.indexOf(Math.max(...reaches));
}

/** @param {Layer} layer */
function area({ shape: [, height = 1, width = 1] }) {
  return height * width;
}

/** @param {number[]} numbers */
function total(numbers) {
  return numbers.reduce((a, b) => a + b, 0);
}
