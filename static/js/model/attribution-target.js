/**
 * What an attribution asks about: a class, or one number of an output that has none; and where that
 * number is, in words.
 */

import { t } from "../i18n/index.js";
import { hasMaps, layerNamed } from "./graph.js";
import { isClassifying, outputOf } from "./outputs.js";

/**
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("../state/types.js").Model} Model
 * @typedef {import("../state/types.js").ModelOutput} ModelOutput
 * @typedef {import("../state/types.js").State} State
 * @typedef {import("../state/types.js").AttributionRequest} AttributionRequest
 *
 * @typedef {{ name: "unit" | "map" | "y" | "x" | "box" | "value", size: number, apart: number }}
 *   Axis A coordinate of an output's numbers: how many there are, and how far apart two neighbours
 *   are where all numbers are counted through.
 */

/**
 * What is asked for, without the class, the number and the layer that belong to another network:
 * these are kept for when the reader comes back to it.
 *
 * @param {Readonly<Pick<State, "attributionRequest" | "model" | "analysis" | "output">>} state
 * @returns {AttributionRequest}
 */
export function askedOf({ attributionRequest, model, analysis, output }) {
  const found = outputOf({ model, analysis, output });
  const { target, from } = attributionRequest;
  const isTarget = target !== null && found !== null && hasTarget(found.info, found.answer.predictions ?? null, target);
  const layer = from === null ? null : model?.layers.find(({ name }) => name === from);
  return { ...attributionRequest, target: isTarget ? target : null, from: layer && hasMaps(layer) ? from : null };
}

/**
 * @param {ModelOutput} info
 * @param {import("../state/types.js").Prediction[] | null} predictions
 * @param {string} target
 */
function hasTarget(info, predictions, target) {
  if (predictions) return predictions.some(({ label }) => label === target);
  return /^\d+$/.test(target) && Number(target) < numbersOf(info);
}

/** @param {ModelOutput} info */
export function numbersOf({ shape }) {
  return shape.reduce((product, side) => product * side, 1);
}

/**
 * The coordinates by which a person can name one of an output's numbers, in the order in which they
 * are said: map, y and x; of a detector's table the box and its value; of a list the unit.
 *
 * @param {Model} model
 * @param {ModelOutput} info
 * @returns {Axis[]}
 */
export function axesOf(model, info) {
  const layer = layerNamed(model, info.name);
  const [maps = 1, height, width = 1] = layer?.shape ?? [numbersOf(info)];
  if (!layer || height === undefined) return [{ name: "unit", size: numbersOf(info), apart: 1 }];
  if (info.kind === "boxes" && maps === 1) {
    const [rows, columns] = [{ size: height, apart: width }, { size: width, apart: 1 }];
    const [boxes, values] = height >= width ? [rows, columns] : [columns, rows];
    return [{ name: "box", ...boxes }, { name: "value", ...values }];
  }
  return [
    { name: "map", size: maps, apart: height * width },
    { name: "y", size: height, apart: width },
    { name: "x", size: width, apart: 1 },
  ];
}

/**
 * The coordinates of a number, counted through, one for each axis.
 *
 * @param {Axis[]} axes
 * @param {number} index
 */
export function coordinatesOf(axes, index) {
  return axes.map(({ size, apart }) => Math.floor(index / apart) % size);
}

/**
 * @param {Axis[]} axes
 * @param {number[]} coordinates
 */
export function indexOf(axes, coordinates) {
  return axes.reduce((sum, { apart }, i) => sum + apart * (coordinates[i] ?? 0), 0);
}

/**
 * Where a number of an output is: map 0 · y 1 · x 6, or box 12, value 4.
 *
 * @param {Model} model
 * @param {ModelOutput} info
 * @param {number} index
 */
export function placeInWords(model, info, index) {
  const axes = axesOf(model, info);
  return coordinatesOf(axes, index).map((at, i) => t.attribution.coordinate(t.attribution.axes[axes[i]?.name ?? "unit"], at)).join(" · ");
}

/**
 * Whether the score that is asked about is a logit: what an activation makes probabilities of.
 *
 * @param {ModelOutput} info
 */
export function isLogit(info) {
  return isClassifying(info) && info.activation !== null;
}
