/** What a layer does, in two sentences. Told by its op and its numbers, never by its name. */

import { count, percent, plain, shapeText } from "../i18n/format.js";
import { layerNamed } from "./graph.js";
import { formulaOf, orderOf } from "./preprocess.js";
import { t } from "../i18n/index.js";

/**
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("../state/types.js").LayerResult} LayerResult
 * @typedef {import("../state/types.js").Model} Model
 *
 * @typedef {{ layer: Layer, input: Layer | null, result: LayerResult, model: Model }} Told
 */

const { ops } = t;

/** @type {Record<string, (told: Told) => string[]>} */
const SENTENCES = {
  input: ({ layer, model: { preprocess } }) => ops.input(layer.shape[0] ?? 0, orderOf(layer), formulaOf(ops.value, preprocess)),
  conv: conv,
  relu: ({ result }) => ops.relu(percent(result.stats.zero_fraction)),
  leaky_relu: ({ layer }) => ops.leaky_relu(percent(Number(layer.attributes.alpha ?? 0))),
  sigmoid: ops.sigmoid,
  tanh: ops.tanh,
  clip: ({ layer: { attributes } }) => ops.clip(bound(attributes.low), bound(attributes.high)),
  softmax: ({ layer }) => ops.softmax(layer.shape[0] ?? 0),
  max_pool: (told) => ops.max_pool(pair(told.layer.attributes.kernel), fewer(told)),
  average_pool: (told) => ops.average_pool(pair(told.layer.attributes.kernel), fewer(told)),
  global_average_pool: ops.global_average_pool,
  batch_norm: ops.batch_norm,
  dropout: ({ layer }) => ops.dropout(percent(Number(layer.attributes.rate ?? 0))),
  dense: ({ layer, input, model }) => {
    const outputs = layer.shape[0] ?? 0;
    return ops.dense(input?.shape[0] ?? 0, outputs, model.labels?.length === outputs);
  },
  flatten: ({ layer, input }) => ops.flatten((input?.shape ?? []).map(count), layer.shape[0] ?? 0),
  reshape: ({ layer }) => ops.reshape(shapeText(layer.shape)),
  pad: ({ layer }) => ops.pad(plain(Number(layer.attributes.value ?? 0))),
  concat: ({ layer }) => ops.concat(layer.inputs),
  add: ({ layer }) => ops.add(layer.inputs),
  mul: ({ layer }) => ops.mul(layer.inputs),
  sub: ({ layer: { inputs: [a = "", b = ""] } }) => ops.sub(a, b),
  div: ({ layer: { inputs: [a = "", b = ""] } }) => ops.div(a, b),
  pow: ({ layer: { inputs: [a = "", b = ""] } }) => ops.pow(a, b),
  min: ({ layer: { inputs: [a = "", b = ""] } }) => ops.min(a, b),
  max: ({ layer: { inputs: [a = "", b = ""] } }) => ops.max(a, b),
  identity: ops.identity,
};

/**
 * What people call this kind of layer: the page's word in its language, where it has one, or the
 * op's own.
 *
 * @param {{ op: string, display_name: string }} layer
 */
export function opTitle({ op, display_name }) {
  return (Object.hasOwn(ops.titles, op) && ops.titles[op]) || display_name;
}

/**
 * What people call one of an op's settings.
 *
 * @param {string} name
 */
export function settingTitle(name) {
  return named(t.inspector.settings, name);
}

/**
 * @param {Model} model
 * @param {Layer} layer
 * @param {LayerResult} result
 * @returns {string[]}
 */
export function describe(model, layer, result) {
  const input = layerNamed(model, layer.inputs[0] ?? "");
  const constant = layer.inputs.length === 1 && ops.constants[layer.op];
  if (constant) return [constant, ops.same];
  const told = ops.plain[layer.op];
  if (told) return told;
  const tell = SENTENCES[layer.op];
  return tell ? tell({ model, layer, result, input }) : [ops.general[layer.family]?.(opTitle(layer), layer.formula) ?? opTitle(layer), ops.readable];
}

/**
 * The page's word for something that the API names; where it has none, the name itself.
 *
 * @param {Record<string, string>} words
 * @param {string} name
 */
function named(words, name) {
  return (Object.hasOwn(words, name) && words[name]) || name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
}

/** @param {Told} told */
function conv({ layer, input }) {
  const size = pair(layer.attributes.kernel);
  const channels = input?.shape[0] ?? 0;
  return ops.conv({
    size: size === "1\u00a0×\u00a01" ? null : size,
    patterns: layer.shape[0] ?? 0,
    channels,
    together: channels / Number(layer.attributes.groups ?? 1),
    input: input?.name ?? null,
  });
}

/**
 * Which share of the places of a map a pool does away with.
 *
 * @param {Told} told
 */
function fewer({ layer, input }) {
  const area = (/** @type {Layer | null} */ l) => (l?.shape[1] ?? 1) * (l?.shape[2] ?? 1);
  return 1 - area(layer) / area(input);
}

/**
 * @param {unknown} size [height, width]
 */
export function pair(size) {
  return Array.isArray(size) ? size.join("\u00a0×\u00a0") : typeof size === "number" ? plain(size) : String(size ?? "");
}

/** @param {unknown} limit */
function bound(limit) {
  return typeof limit === "number" && Number.isFinite(limit) ? plain(limit) : null;
}
