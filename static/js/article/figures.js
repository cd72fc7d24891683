/** The figures of how a network sees, drawn from the numbers of the photo that is on the page. */

import { fetchExplanation } from "../api/client.js";
import { h } from "../lib/dom.js";
import { count, number, percent, probability, shapeText, signed, words } from "../i18n/format.js";
import { hasMaps, layerNamed, mapName, mapsBehind, placeOfUnit, unitLabels } from "../model/graph.js";
import { brightness, colourPlanes } from "../model/preprocess.js";
import { planeOf } from "../render/raster.js";
import { companionRange, extremes, layerRange, rangeOf } from "../model/colour-range.js";
import { strongestPlace, valueAt } from "../model/tensors.js";
import { byMap, largestFirst, windowBox, windowWidth } from "../model/terms.js";
import { heat, ledger, reach } from "../views/explain/components.js";
import { t } from "../i18n/index.js";
import { area, caption, cell, photograph, picture, row, scale, sign, total } from "./parts.js";

/**
 * @typedef {import("../state/types.js").App} App
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("../state/types.js").Place} Place
 * @typedef {import("../state/types.js").Tensor} Tensor
 * @typedef {import("./chapters.js").ChapterName} ChapterName
 *
 * @typedef {{ app: App, layer: Layer, signal: AbortSignal }} Scene What a figure is drawn from.
 * @typedef {{ content: Node[], place: Place | null }} Figure `place`: the number of the layer that
 *   the figure is about.
 */

const CLASSES = 5;
const FEW = 24; // contributions that are named at most
const ABOUT_A_THIRD = [0.25, 0.42]; // of a map is switched off, where one of the maps allows it

/** @type {Partial<Record<ChapterName, (scene: Scene) => Promise<Figure | null>>>} */
export const FIGURES = { pixels, detective, deeper, switch: switchedOff, summariser, jury, answer };

/** @param {Scene} scene */
async function pixels({ app, layer }) {
  const { numbers, model, inputImage } = app.store.state;
  const result = resultOf(app, layer);
  if (!numbers || !model || !result || !hasMaps(layer)) return null;
  const tensor = await numbers.whole(layer);
  const [maps = 1, height = 1, width = 1] = layer.shape;
  const place = [0, Math.floor(height / 2), Math.floor(width / 2)];
  const [, y = 0, x = 0] = place;
  const range = layerRange(result);
  const planes = Array.from({ length: Math.min(maps, 3) }, (_, channel) =>
    picture(app, planeOf(tensor, channel), layer, range, mapName(layer, channel), cell(place)),
  );
  const order = maps === 3 ? colourPlanes(layer) : [0, 0, 0];
  const values = order.map((channel) => count(Math.round(channel < 0 ? 0 : brightness(model.preprocess, channel, valueAt(tensor, [channel, y, x])))));
  const photo = inputImage ? [photograph(inputImage, layer, t.photo.title, cell(place))] : [];
  return { content: [row(...photo, ...planes), scale(app, range), caption(t.article.figures.pixels(y, x, values))], place };
}

/**
 * The window that a kernel fits best, times that kernel.
 *
 * @param {Scene} scene
 */
async function detective({ app, layer, signal }) {
  const { numbers, analysis, model } = app.store.state;
  const result = resultOf(app, layer);
  const input = model && layerNamed(model, layer.inputs[0] ?? "");
  const before = input && resultOf(app, input);
  if (!numbers || !analysis || !result || !input || !before) return null;
  const tensor = await numbers.whole(layer);
  const place = bestMatch(tensor);
  const explanation = await fetchExplanation(analysis.id, layer.name, place, signal);
  const groups = largestFirst(byMap(explanation.terms));
  const [group] = groups;
  if (!group) return null;
  const source = await numbers.some(input, [group.channel]);
  const width = windowWidth(group.terms);
  const most = reach(group.terms.map(({ weight }) => weight ?? 0));
  const [channel = 0] = place;
  const content = [
    row(
      picture(app, planeOf(source, 0), input, layerRange(before), `${input.name} ${mapName(input, group.channel)}`, windowBox(group.terms)),
      heat(app, group.terms.map(({ value }) => value), width, layerRange(before)),
      sign("×"),
      heat(app, group.terms.map(({ weight }) => weight ?? 0), width, rangeOf(-most, most, true)),
      sign("→"),
      picture(app, planeOf(tensor, channel), layer, layerRange(result), `${layer.name} ${mapName(layer, channel)}`, cell(place)),
    ),
    scale(app, layerRange(result)),
    caption(
      t.article.figures.detective({
        layer: layer.name,
        window: `${group.terms.length / width} × ${width}`,
        product: signed(group.sum),
        others: groups.length - 1,
        bias: signed(explanation.bias),
        value: number(explanation.value),
      }),
    ),
  ];
  return { content, place };
}

/**
 * What the largest number of an early layer and of a deep one depend on, on the photo.
 *
 * @param {Scene} scene
 */
async function deeper({ app, layer, signal }) {
  const { analysis, model, inputImage } = app.store.state;
  const first = model?.layers.find(({ op }) => op === layer.op);
  const input = model?.layers.find(({ op }) => op === "input");
  if (!analysis || !first || !input || !inputImage || first === layer) return null;
  const early = await found(app, first, signal);
  const deep = await found(app, layer, signal);
  if (!early || !deep) return null;
  const content = [
    row(
      photograph(inputImage, input, t.photo.title, early.field),
      early.map,
      photograph(inputImage, input, t.photo.title, deep.field),
      deep.map,
    ),
    caption(t.article.figures.deeper({ early: first.name, small: first.receptive_field.join(" × "), deep: layer.name, large: layer.receptive_field.join(" × ") })),
  ];
  return { content, place: deep.place };
}

/**
 * Where a layer finds best what it looks for, and what that depends on.
 *
 * @param {App} app
 * @param {Layer} layer
 * @param {AbortSignal} signal
 */
async function found(app, layer, signal) {
  const { numbers, analysis } = app.store.state;
  const result = resultOf(app, layer);
  if (!numbers || !analysis || !result) return null;
  const tensor = await numbers.whole(layer);
  const place = bestMatch(tensor);
  const { receptive_field: field } = await fetchExplanation(analysis.id, layer.name, place, signal);
  const [channel = 0] = place;
  const map = picture(app, planeOf(tensor, channel), layer, layerRange(result), `${layer.name} ${mapName(layer, channel)}`, cell(place));
  return field ? { place, map, field: field.input } : null;
}

/**
 * Where a layer's pattern fits best: the largest sum.
 *
 * @param {Tensor} tensor
 * @returns {Place}
 */
function bestMatch(tensor) {
  const [, height = 1, width = 1] = tensor.shape;
  const at = tensor.data.indexOf(extremes(tensor.data).max);
  return [Math.floor(at / (height * width)), Math.floor((at % (height * width)) / width), at % width];
}

/**
 * A map before and after a switch that works on each number by itself: one of which about a third
 * is switched off, and the lowest number of it.
 *
 * @param {Scene} scene
 */
async function switchedOff({ app, layer }) {
  const { numbers, analysis, model } = app.store.state;
  const input = model && layerNamed(model, layer.inputs[0] ?? "");
  const range = analysis && companionRange(analysis, layer);
  if (!numbers || !input || !range || !hasMaps(layer) || !hasMaps(input)) return null;
  const [before, after] = await Promise.all([numbers.whole(input), numbers.whole(layer)]);
  const { channel, share } = mostTelling(before, after);
  const plane = planeOf(before, channel);
  const width = layer.shape[2] ?? 1;
  const lowest = plane.indexOf(extremes(plane).min);
  const place = [channel, Math.floor(lowest / width), lowest % width];
  const content = [
    row(
      picture(app, plane, input, range, `${input.name} ${mapName(input, channel)}`, cell(place)),
      sign("→"),
      picture(app, planeOf(after, channel), layer, range, `${layer.name} ${mapName(layer, channel)}`, cell(place)),
    ),
    scale(app, range),
    caption(
      t.article.figures.switch({
        map: mapName(layer, channel),
        layer: layer.name,
        off: percent(share),
        before: number(valueAt(before, place)),
        after: number(valueAt(after, place)),
      }),
    ),
  ];
  return { content, place };
}

/**
 * Of the maps that a switch changes about a third of, the one that reaches furthest to both sides
 * of zero; where there is none, the one that comes nearest to a third.
 *
 * @param {Tensor} before
 * @param {Tensor} after
 */
function mostTelling(before, after) {
  const [least = 0, most = 1] = ABOUT_A_THIRD;
  const maps = before.channels.map((_, channel) => {
    const [from, to] = [planeOf(before, channel), planeOf(after, channel)];
    const { min, max } = extremes(from);
    const share = from.reduce((n, value, i) => n + (value !== to[i] ? 1 : 0), 0) / from.length;
    const isFit = share >= least && share <= most;
    return { channel, share, fitness: isFit ? Math.min(-min, max) : -Math.abs(share - 1 / 3) };
  });
  return maps.reduce((best, map) => (map.fitness > best.fitness ? map : best));
}

/**
 * The strongest map before and after pooling, and the window of its strongest number.
 *
 * @param {Scene} scene
 */
async function summariser({ app, layer, signal }) {
  const { numbers, analysis, model } = app.store.state;
  const result = resultOf(app, layer);
  const input = model && layerNamed(model, layer.inputs[0] ?? "");
  const range = analysis && companionRange(analysis, layer);
  if (!numbers || !analysis || !result || !input || !range || !hasMaps(layer) || !hasMaps(input)) return null;
  const after = await numbers.whole(layer);
  const place = strongestPlace(after, result.top_channels[0]);
  const [channel = 0] = place;
  const before = await numbers.some(input, [channel]);
  const { terms, value } = await fetchExplanation(analysis.id, layer.name, place, signal);
  const content = [
    row(
      picture(app, planeOf(before, 0), input, range, `${input.name} ${mapName(input, channel)}`, windowBox(terms)),
      sign("→"),
      picture(app, planeOf(after, channel), layer, range, `${layer.name} ${mapName(layer, channel)}`, cell(place)),
    ),
    scale(app, range),
    caption(
      t.article.figures.summariser({
        layer: layer.name,
        window: terms.length,
        value: number(value),
        before: shapeText(input.shape),
        after: shapeText(layer.shape),
        fewer: percent(1 - area(layer) / area(input)),
      }),
    ),
  ];
  return { content, place };
}

/**
 * The evidence for the first guess: the largest contributions, until they carry half of the logit.
 *
 * @param {Scene} scene
 */
async function jury({ app, layer, signal }) {
  const { analysis, model } = app.store.state;
  const [best] = analysis?.predictions ?? [];
  const labels = model && unitLabels(model, layer);
  const unit = Math.max(0, labels?.indexOf(best?.label ?? "") ?? 0);
  if (!analysis || !model) return null;
  const explanation = await fetchExplanation(analysis.id, layer.name, [unit], signal);
  const behind = mapsBehind(model, layer.inputs[0] ?? "");
  const maps = behind && (behind.shape[0] ?? 0) * area(behind) === explanation.terms.length ? behind : null;
  const size = maps ? area(maps) : 1; // evidence that comes from a map is heard together
  const pieces = Array.from({ length: explanation.terms.length / size }, (_, i) => ({
    ...pieceOf(app, maps, i, size),
    sum: total(explanation.terms.slice(i * size, (i + 1) * size).map(({ product }) => product)),
  })).filter(({ sum }) => sum !== 0);
  const sorted = largestFirst(pieces);
  const named = sorted.slice(0, enough(sorted.map(({ sum }) => sum), explanation.value));
  const others = sorted.slice(named.length);
  const sides = [others.filter(({ sum }) => sum > 0), others.filter(({ sum }) => sum < 0)];
  const rest = sides.flatMap((side, i) => {
    const name = i ? t.article.figures.othersAgainst : t.article.figures.othersFor;
    return side.length ? [{ name: name(side.length), sum: total(side.map(({ sum }) => sum)), rest: true }] : [];
  });
  const sumOf = (/** @type {(n: number) => boolean} */ side) => total(pieces.map(({ sum }) => sum).filter(side));
  const content = [
    ledger(app, [...named, ...rest, { name: t.explain.bias, sum: explanation.bias, rest: true }], explanation.value),
    caption(
      t.article.figures.jury({
        label: words(labels?.[unit] ?? t.numbers.number(unit)),
        layer: layer.name,
        contributions: count(explanation.terms.length),
        pro: signed(sumOf((n) => n > 0)),
        contra: signed(sumOf((n) => n < 0)),
        named: named.length,
        share: percent(total(named.map(({ sum }) => sum)) / explanation.value),
      }),
    ),
  ];
  return { content, place: [unit] };
}

/**
 * A juror: a map, and where to see it, or a number of the vector.
 *
 * @param {App} app
 * @param {Layer | null} maps
 * @param {number} i
 * @param {number} size
 */
function pieceOf({ navigation }, maps, i, size) {
  if (!maps) return { name: t.numbers.number(i) };
  return { name: mapName(maps, i), title: t.stage.goTo(`${maps.name} ${mapName(maps, i)}`), choose: () => navigation.goTo(maps.name, placeOfUnit(maps, i * size)) };
}

/**
 * How many of the largest carry half of the whole, or as many as can be read.
 *
 * @param {number[]} sums
 * @param {number} whole
 */
function enough(sums, whole) {
  let carried = 0;
  const at = sums.findIndex((sum) => (carried += sum) / whole >= 0.5);
  return at < 0 ? FEW : Math.min(FEW, at + 1);
}

/** @param {Scene} scene */
async function answer({ app, layer, signal }) {
  const { analysis, model } = app.store.state;
  if (!analysis?.predictions.length || !model) return null; // it chooses among no classes
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
  return { content: [h("ol", { class: "article-shares" }, ...rows), caption(t.article.figures.answer)], place: [unit] };
}

/**
 * @param {App} app
 * @param {Layer} layer
 */
function resultOf({ store }, layer) {
  return store.state.analysis?.layers.find(({ name }) => name === layer.name) ?? null;
}
