/**
 * A network's outputs: which one the reader looks at, and where its numbers are in its layer. Asked
 * of the API alone.
 */

import { words } from "../i18n/format.js";
import { t } from "../i18n/index.js";
import { layerNamed } from "./graph.js";

/**
 * @typedef {import("../state/types.js").AnalysisOutput} AnalysisOutput
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("../state/types.js").ModelOutput} ModelOutput
 * @typedef {import("../state/types.js").Place} Place
 * @typedef {import("../state/types.js").State} State
 * @typedef {import("../state/types.js").Tensor} Tensor
 */

/** Kinds that answer with a probability for each of some classes. */
const CLASSIFYING = new Set(["classes", "binary", "multilabel"]);

/**
 * The output that the reader has chosen, where the network has it, else the one that stands for the
 * network; and its answer.
 *
 * @param {Pick<State, "model" | "analysis" | "output">} state
 * @returns {{ info: ModelOutput, answer: AnalysisOutput } | null}
 */
export function outputOf({ model, analysis, output }) {
  const all = model?.outputs ?? [];
  const info = all.find(({ name }) => name === output) ?? all.find(({ primary }) => primary) ?? all[0];
  const answer = analysis?.outputs.find(({ name }) => name === info?.name);
  return info && answer ? { info, answer } : null;
}

/** @param {ModelOutput} info */
export function isClassifying({ kind }) {
  return CLASSIFYING.has(kind);
}

/**
 * What a class is called, for people.
 *
 * @param {ModelOutput} info
 * @param {string} label
 */
export function labelOf({ kind, labels }, label) {
  if (labels) return words(label);
  if (kind === "binary") return label === "1" ? t.prediction.yes : t.prediction.no;
  return t.answer.unnamed(Number(label));
}

/**
 * The unit of an output's answer that a label stands for. Of a yes or no there are two, though it
 * is one number.
 *
 * @param {ModelOutput} info
 * @param {string} label
 */
export function unitOf({ labels }, label) {
  return labels ? labels.indexOf(label) : Number(label);
}

/**
 * Where a unit of a classifying output is among the numbers of its logits' layer; null where they
 * are not a list.
 *
 * @param {import("../state/types.js").Model} model
 * @param {ModelOutput} info
 * @param {number} unit
 * @returns {{ layer: Layer, place: Place } | null}
 */
export function placeOfUnit(model, { name, kind }, unit) {
  const layer = layerNamed(model, name);
  if (!layer || unit < 0) return null;
  return { layer, place: placeOf(layer, kind === "binary" ? 0 : unit) };
}

/**
 * Where a number of a layer is, counted through as the layer is shown.
 *
 * @param {Layer} layer
 * @param {number} index
 * @returns {Place}
 */
export function placeOf({ shape: [, height, width = 1] }, index) {
  if (height === undefined) return [index];
  return [Math.floor(index / (height * width)), Math.floor((index % (height * width)) / width), index % width];
}

/**
 * Where the score of a detector's row is: the largest number of the row, behind the four of the box
 * where these stand in front.
 *
 * @param {Layer} layer
 * @param {Tensor} tensor of that layer, whole
 * @param {number} row a row or a column of a table, a cell of maps
 * @returns {Place}
 */
export function placeOfRow(layer, { data, shape: [maps = 1, height, width = 1] }, row) {
  if (height === undefined) return [row];
  const isTable = maps === 1 || layer.native_shape !== null;
  const isUpright = isTable && row < maps * height && (maps > 1 || height >= width || row >= width);
  const size = height * width;
  // How the numbers of the row follow each other in the data: along a line, down a column, through
  // the maps.
  const [count, first, apart] = isUpright
    ? [width, row * width, 1]
    : isTable
      ? [height, row % width, width]
      : [maps, row % size, size];
  let best = count > 5 ? 4 : 0;
  for (let i = best; i < count; i++) {
    if ((data[first + i * apart] ?? 0) > (data[first + best * apart] ?? 0)) best = i;
  }
  return placeOf(layer, first + best * apart);
}
