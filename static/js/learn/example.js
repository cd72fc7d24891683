/**
 * What will be seen, before there is a run: the curves, the filters and the confusion matrix of an
 * earlier run of the default configuration (Shapes, seed 0), drawn faintly and marked as an
 * example.
 */

import { h, svg } from "../lib/dom.js";
import { t } from "../i18n/index.js";

/** [batch, loss, accuracy], smoothed with a weight of 0.9. */
const BATCHES = [
  [1, 3.73, 0.19], [2, 4.44, 0.12], [3, 4.28, 0.1], [5, 4.15, 0.12], [7, 3.63, 0.13], [10, 3.13, 0.12], [14, 2.88, 0.14], [18, 2.82, 0.15],
  [23, 2.59, 0.15], [28, 2.39, 0.18], [35, 2.2, 0.19], [52, 1.92, 0.32], [69, 1.56, 0.44], [86, 1.27, 0.55], [103, 0.9, 0.67], [120, 0.71, 0.74],
  [137, 0.59, 0.78], [154, 0.52, 0.81], [171, 0.52, 0.81], [188, 0.36, 0.88], [205, 0.27, 0.91], [222, 0.23, 0.91], [239, 0.19, 0.94], [256, 0.15, 0.96],
  [273, 0.15, 0.96], [290, 0.13, 0.95], [307, 0.1, 0.97], [324, 0.12, 0.96], [341, 0.1, 0.97], [358, 0.07, 0.97], [375, 0.09, 0.97], [392, 0.07, 0.98],
  [409, 0.05, 0.98], [426, 0.06, 0.98], [443, 0.05, 0.99], [460, 0.03, 0.99], [545, 0.01, 1.0], [630, 0.01, 1.0], [715, 0.0, 1.0], [800, 0.0, 1.0],
  [885, 0.0, 1.0], [970, 0.0, 1.0], [1020, 0.0, 1.0],
];

/** [batch, validation loss, validation accuracy] after each epoch. */
const EPOCHS = [
  [85, 1.0, 0.638], [170, 0.36, 0.872], [255, 0.19, 0.941], [340, 0.13, 0.951], [425, 0.13, 0.957], [510, 0.07, 0.964],
  [595, 0.06, 0.98], [680, 0.05, 0.98], [765, 0.06, 0.984], [850, 0.06, 0.98], [935, 0.06, 0.98], [1020, 0.06, 0.98],
];

/** Images of the validation set: [true class][predicted class]. */
const CONFUSION = [
  [38, 0, 0, 0, 0, 0, 0, 0], [0, 38, 0, 0, 0, 0, 0, 0], [0, 1, 37, 0, 0, 0, 0, 0], [0, 0, 0, 38, 0, 0, 0, 0],
  [0, 0, 0, 1, 37, 0, 0, 0], [0, 0, 0, 0, 0, 38, 0, 0], [0, 1, 0, 0, 0, 0, 37, 0], [1, 0, 1, 0, 0, 1, 0, 35],
];

/** The filters of the first convolution, channel by channel, in tenths of the largest weight. */
const FILTERS = [
  [1, -1, 2, 2, -2, 2, 7, 4, -2, -5, -3, -1, -7, -2, -5, -1, -3, -2, 2, 2, -2, 7, -3, 0, 6, 1, -3],
  [-2, 0, 3, -2, 1, 2, 3, 3, 3, -3, 0, 3, 5, -4, 6, 5, 4, 2, -3, 4, 6, 5, 4, 1, -5, 0, 2],
  [-4, 2, 3, 3, -3, 0, -1, -4, 7, -3, 1, 0, 4, 5, 3, -9, 0, 3, 2, -3, 6, -6, -3, 3, -1, 6, 0],
  [-4, -2, -2, -7, 2, 4, 2, -4, 7, -4, 5, 0, -6, 1, 6, -3, -2, -2, -7, 1, 5, -2, -4, 5, -6, -3, 4],
  [-10, 0, -1, -1, -1, 2, 2, -3, 6, -1, 2, 5, 1, 3, 2, -5, 1, -1, -7, 0, -1, -4, -3, 3, 1, 5, 2],
  [3, 5, 5, -8, 5, 2, 2, 2, 3, 1, -1, -5, 0, -2, 6, -1, 1, -1, -3, 0, -4, 0, 0, -3, -10, 2, 0],
  [-1, 0, 6, 1, 2, -4, 7, 5, 5, 2, 5, 2, 4, 3, -3, 6, -4, 1, 0, -2, 2, 0, 0, 2, 0, 7, 2],
  [-1, -7, -5, 5, -2, -2, 8, -4, -4, 0, 3, -1, 1, -6, 3, 6, -1, 0, -4, -2, 5, 2, 6, -4, 4, -1, 1],
];
const SIDE = 3; // of a filter
const CELL = 8; // units of the drawing for one value

/** Batches and epochs in the form in which a run has them. */
export const EXAMPLE_RUN = {
  batches: BATCHES,
  history: EPOCHS.map(([step = 0, loss = 0, accuracy = 0]) => ({ step, validation_loss: loss, validation_accuracy: accuracy })),
};

/** The word that marks an example. */
export function exampleMark() {
  return h("p", { class: "example-mark" }, t.learn.run.example.mark);
}

export function exampleMatrix() {
  const cells = CONFUSION.flatMap((row, y) => {
    const all = row.reduce((sum, n) => sum + n, 0);
    return row.map((n, x) => square(x, y, "currentcolor", n / all));
  });
  return drawing(CONFUSION.length, cells, "example-matrix");
}

export function exampleFilters() {
  const tiles = FILTERS.map((filter) => {
    const cells = Array.from({ length: SIDE * SIDE }, (_, i) => {
      const channels = [0, 1, 2].map((channel) => Math.round(127.5 * (1 + (filter[channel * SIDE * SIDE + i] ?? 0) / 10)));
      return square(i % SIDE, Math.floor(i / SIDE), `rgb(${channels.join(" ")})`);
    });
    return drawing(SIDE, cells, "example-filter");
  });
  return h("div", { class: "filter-tiles" }, ...tiles);
}

/**
 * @param {number} side in cells
 * @param {SVGElement[]} cells
 * @param {string} name
 */
function drawing(side, cells, name) {
  return svg("svg", { class: name, viewBox: `0 0 ${side * CELL} ${side * CELL}`, "aria-hidden": "true" }, ...cells);
}

/** @param {number} x @param {number} y @param {string} fill @param {number} [opacity] */
function square(x, y, fill, opacity = 1) {
  return svg("rect", { x: x * CELL, y: y * CELL, width: CELL, height: CELL, fill, "fill-opacity": opacity });
}
