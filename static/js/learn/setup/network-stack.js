/** The network as a stack of boxes: as high as its maps, as wide as there are many of them. */

import { svg } from "../../lib/dom.js";
import { t } from "../../i18n/index.js";

const HEIGHT = 64; // of the drawing, in its own units
const GAP = 3;
const NOTHING = new Set(["batchnorm", "relu", "sigmoid", "tanh", "dropout"]); // layers that keep the shape are no box of their own

/**
 * @param {number[] | null} input the pictures' shape
 * @param {import("../types.js").Planned[]} planned
 */
export function drawStack(input, planned) {
  const shapes = [input, ...planned.filter(({ kind }) => !NOTHING.has(kind)).map(({ shape }) => shape)];
  const known = shapes.filter((shape) => shape !== null);
  const tallest = Math.max(1, ...known.map(([, rows = 0]) => rows));
  const boxes = known.map((shape) => boxOf(shape, tallest));
  let left = 0;
  const drawn = boxes.map(({ width, height }) => {
    const box = svg("rect", { x: left + 0.5, y: (HEIGHT - height) / 2 + 0.5, width: width - 1, height: height - 1 });
    left += width + GAP;
    return box;
  });
  const label = t.learn.setup.network.stack(known.map((shape) => shape.join(" × ")).join(" → "));
  return svg("svg", { viewBox: `0 0 ${Math.max(left, HEIGHT)} ${HEIGHT}`, role: "img", "aria-label": label }, ...drawn);
}

/**
 * Maps are drawn as high as they are; a list of numbers is a thin bar. Many are wider, but not as
 * much as they are more.
 *
 * @param {number[]} shape
 * @param {number} tallest
 */
function boxOf([many = 1, rows], tallest) {
  if (rows === undefined) return { width: 6, height: Math.min(HEIGHT, 6 + 6 * Math.log2(many)) };
  return { width: 4 + 5 * Math.log2(many), height: Math.max(4, (HEIGHT * rows) / tallest) };
}
