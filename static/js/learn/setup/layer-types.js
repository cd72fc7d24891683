/** The kinds of layers that a network is put together from, and networks to begin with. */

/**
 * @typedef {import("../types.js").LayerSpec} LayerSpec
 * @typedef {LayerSpec["kind"]} Kind
 * @typedef {"filters" | "kernel" | "stride" | "padding" | "units" | "rate"} Option
 */

/** @type {Record<Kind, LayerSpec>} What a new layer of each kind begins as. */
export const FRESH = {
  conv: { kind: "conv", filters: 16, kernel: 3, stride: 1, padding: 1 },
  batchnorm: { kind: "batchnorm" },
  relu: { kind: "relu" },
  sigmoid: { kind: "sigmoid" },
  tanh: { kind: "tanh" },
  maxpool: { kind: "maxpool", kernel: 2, stride: 2 },
  avgpool: { kind: "avgpool", kernel: 2, stride: 2 },
  dropout: { kind: "dropout", rate: 0.25 },
  dense: { kind: "dense", units: 32 },
};

/**
 * @type {Record<Option, { least: number, step: number }>} How far too far is, the server's plan
 *   says with its reason.
 */
export const OPTIONS = {
  filters: { least: 1, step: 1 },
  kernel: { least: 1, step: 1 },
  stride: { least: 1, step: 1 },
  padding: { least: 0, step: 1 },
  units: { least: 1, step: 1 },
  rate: { least: 0, step: 0.05 },
};

const NEEDS_MAPS = new Set(["conv", "maxpool", "avgpool"]);

/**
 * The numbers of a layer, by name.
 *
 * @param {LayerSpec} layer
 * @returns {[Option, number][]}
 */
export function optionsOf(layer) {
  const { kind: _, ...options } = layer;
  return /** @type {[Option, number][]} */ (Object.entries(options));
}

/**
 * Where a new layer goes: to the end, but before the first dense layer if it slides over maps.
 *
 * @param {LayerSpec[]} layers
 * @param {Kind} kind
 */
export function placeFor(layers, kind) {
  const dense = layers.findIndex((layer) => layer.kind === "dense");
  return NEEDS_MAPS.has(kind) && dense >= 0 ? dense : layers.length;
}

/**
 * @param {number} filters
 * @param {Kind} activation
 * @param {number} [kernel]
 * @returns {LayerSpec[]} a convolution that keeps the maps' size, and what bends its answers
 */
function conv(filters, activation, kernel = 3) {
  return [{ kind: "conv", filters, kernel, stride: 1, padding: (kernel - 1) / 2 }, FRESH[activation]];
}

/**
 * @param {number} filters
 * @returns {LayerSpec[]}
 */
function normed(filters) {
  return [{ kind: "conv", filters, kernel: 3, stride: 1, padding: 1 }, FRESH.batchnorm, FRESH.relu];
}

/**
 * @param {number} units
 * @param {Kind} activation
 * @returns {LayerSpec[]}
 */
function dense(units, activation) {
  return [{ kind: "dense", units }, FRESH[activation]];
}

/** @type {Record<"tiny" | "small" | "lenet" | "vgg" | "sigmoid", LayerSpec[]>} */
export const PRESETS = {
  tiny: [...conv(6, "relu", 5), { kind: "maxpool", kernel: 4, stride: 4 }],
  small: [...conv(8, "relu"), FRESH.maxpool, ...conv(16, "relu"), FRESH.maxpool, ...conv(32, "relu"), FRESH.maxpool],
  lenet: [
    ...conv(6, "tanh", 5), FRESH.avgpool,
    { kind: "conv", filters: 16, kernel: 5, stride: 1, padding: 0 }, FRESH.tanh, FRESH.avgpool,
    ...dense(120, "tanh"), ...dense(84, "tanh"),
  ],
  vgg: [
    ...normed(16), ...normed(16), FRESH.maxpool,
    ...normed(32), ...normed(32), FRESH.maxpool,
    ...dense(64, "relu"), FRESH.dropout,
  ],
  sigmoid: [
    ...conv(8, "sigmoid"), ...conv(8, "sigmoid"), FRESH.maxpool,
    ...conv(16, "sigmoid"), ...conv(16, "sigmoid"), FRESH.maxpool,
    ...dense(32, "sigmoid"),
  ],
};
