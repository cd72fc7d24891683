/** The filters of the first convolution, in the colours that they look for. */

import { h } from "../../lib/dom.js";
import { rough } from "../../i18n/format.js";
import { extremes, rangeOf } from "../../model/colour-range.js";
import { paint } from "../../render/raster.js";
import { t } from "../../i18n/index.js";

/** @typedef {import("../../state/types.js").Weights} Weights */

const words = t.learn.run.live;

/**
 * @param {Weights} weights
 * @param {"light" | "dark"} theme
 */
export function filterTiles({ name, parameters }, theme) {
  /** @type {number[][][][]} [filter][channel][row][column] */
  const all = parameters.weight;
  const reach = all.flat(3).reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) || 1;
  const tiles = all.map((filter, n) => {
    const { min, max } = extremes(filter.flat(2));
    const label = `${words.filter(n)}: ${rough(min)} … ${rough(max)}`;
    const canvas = h("canvas", { role: "img", "aria-label": label, title: label });
    if (filter.length === 3) paintColours(canvas, filter, reach);
    else paint(canvas, (filter[0] ?? []).flat(), filter[0]?.[0]?.length ?? 1, rangeOf(-reach, reach), theme);
    return canvas;
  });
  const title = all[0]?.length === 3 ? words.filters(name) : `${words.filters(name)} · ${words.gray}`;
  return h("div", { class: "live-filters" }, h("h3", {}, title), h("div", { class: "filter-tiles" }, ...tiles));
}

/**
 * Red, green and blue are the weights on the picture's three channels; grey is nothing.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number[][][]} filter
 * @param {number} reach the largest weight of the layer, so that filters can be compared
 */
function paintColours(canvas, filter, reach) {
  const height = filter[0]?.length ?? 1;
  const width = filter[0]?.[0]?.length ?? 1;
  [canvas.width, canvas.height] = [width, height];
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < 3; channel++) {
      const weight = filter[channel]?.[Math.floor(i / width)]?.[i % width] ?? 0;
      image.data[4 * i + channel] = Math.round(127.5 * (1 + weight / reach));
    }
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}
