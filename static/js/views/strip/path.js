/**
 * The strongest path on the strip: columns show the maps that it goes through, a line connects its
 * values.
 */

import { svg } from "../../lib/dom.js";
import { typicalMaps } from "../../model/graph.js";
import { CELLS } from "../../network/geometry.js";
import { placeOf } from "../../model/terms.js";

/**
 * @typedef {import("../../state/types.js").PathStep} PathStep
 * @typedef {import("./column.js").Drawn} Drawn
 */

/**
 * Which maps stand for each layer: the typical ones, and any that the strongest path goes through.
 *
 * @param {import("../../state/types.js").Model} model
 * @param {import("../../state/types.js").Analysis} analysis
 * @param {PathStep[] | null} followed
 */
export function shownMaps(model, analysis, followed) {
  const typical = typicalMaps(model, analysis.layers, CELLS);
  for (const step of followed ?? []) {
    const shown = typical.get(step.layer) ?? [];
    const channel = step.index.channel ?? null;
    if (channel !== null && !shown.includes(channel)) typical.set(step.layer, [...shown.slice(0, -1), channel]);
  }
  return typical;
}

/**
 * The line through the columns, with a dot for each number.
 *
 * @param {PathStep[]} steps
 * @param {string} current layer, whose dot is larger
 * @param {(layer: string) => Drawn | undefined} drawnOf
 */
export function pathShapes(steps, current, drawnOf) {
  const points = steps.flatMap((step) => {
    const drawn = drawnOf(step.layer);
    return (drawn && pointOf(step, drawn)) ?? [];
  });
  const line = points.map(({ x, y }, i) => `${i ? "L" : "M"}${x} ${y}`).join("");
  return [svg("path", { d: line }), ...points.map(({ x, y, name }) => svg("circle", { cx: x, cy: y, r: name === current ? 4 : 2.5 }))];
}

/**
 * Where a number lies on the strip. In a lane, or from far away, its map may be one of those that
 * are not shown: then it is in the middle of what is.
 *
 * @param {PathStep} step
 * @param {Drawn} drawn
 */
function pointOf(step, { column, channels }) {
  const [first = 0, y, x] = placeOf(step);
  const shown = column.cells[y === undefined ? 0 : channels.indexOf(first)];
  const [cell] = column.cells;
  if (!cell) return null;
  if (!shown) return { name: step.layer, x: cell.x + cell.width / 2, y: column.centre };
  const [size = 1, height = size, width = 1] = column.layer.shape;
  const [down, across] = y === undefined ? [first, 0] : [y, x ?? 0];
  return { name: step.layer, x: shown.x + ((across + 0.5) / width) * shown.width, y: shown.y + ((down + 0.5) / height) * shown.height };
}
