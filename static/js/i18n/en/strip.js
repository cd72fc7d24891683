/** The strip of layers. */

export const strip = {
  title: "Layers",
  lists: "vectors",
  /**
   * @type {(name: string, kind: string, shape: string, parameters: string | null, multiplyAdds:
   *   string | null) => string}
   */
  column: (name, kind, shape, parameters, multiplyAdds) =>
    `${name}: ${kind}, ${shape}`
    + (parameters === null ? "" : `, ${parameters} parameters`) + (multiplyAdds === null ? "" : `, ${multiplyAdds} multiply-adds`),
  layers: (/** @type {number} */ count) => `${count} layers`,
  number: (/** @type {number} */ number) => `block ${number}`,
  block: (/** @type {string} */ name, /** @type {number} */ layers) => `${name}, a block of ${layers} layers`,
  collapse: (/** @type {string} */ name, /** @type {number} */ layers) => `Collapse the ${layers} layers of ${name}`,
  expand: (/** @type {string} */ name, /** @type {number} */ layers) => `Expand the ${layers} layers of ${name}`,
  foldAll: (/** @type {number} */ count) => `Collapse block × ${count}`,
  expandAll: (/** @type {number} */ count) => `Expand block × ${count}`,
  shown: (/** @type {number} */ some, /** @type {number} */ all) => `${some} of ${all} layers shown`,
  tools: "Navigate the network",
  search: "Find a layer",
  overview: {
    title: "Layer overview",
    layer: "Layer",
    zeros: "zeros",
    silent: "silent maps",
    of: (/** @type {string} */ some, /** @type {string} */ all) => `${some} of ${all}`,
    extremes: "minimum and maximum",
    deviation: "standard deviation",
    notNumbers: "NaN and infinity",
    nan: "NaN",
    inf: "infinite",
    logarithmic: "Minimum, maximum and deviation are drawn on a logarithmic scale: large values move closer together, so that small ones stay visible.",
  },
  answer: "To the output →",
  whole: "Whole network",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  find: "Layers",
  query: "name or operation, such as conv",
  found: (/** @type {number} */ count) => (count === 1 ? "1 layer found" : `${count} layers found`),
  all: (/** @type {number} */ count) => `${count} layers`,
  parameters: (/** @type {string} */ count) => `${count} parameters`,
  families: {
    input: "input", weights: "weights", norm: "normalisation", activation: "activation", pool: "pooling", merge: "merge", reshape: "reshape",
    output: "output", other: "other",
  },
};
