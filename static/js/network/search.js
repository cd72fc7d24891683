/** Which layers a few letters mean. */

import { opTitle } from "../model/layer-text.js";

/** @typedef {import("../state/types.js").Layer} Layer */

/**
 * Layers with every word in their name, in the file's name of the step, or in what they do.
 *
 * @param {Layer[]} layers
 * @param {string} query words apart by spaces
 * @returns {Layer[]} in order of computation; all of them if nothing is asked for
 */
export function findLayers(layers, query) {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return layers.filter((layer) => {
    const text = [layer.name, layer.label ?? "", layer.op, opTitle(layer)].join(" ").toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}
