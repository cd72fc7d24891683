/** Each kind of layer: title, sentence, what it did. */

import { plain } from "./plain-ops.js";
import { some, whole } from "./plural.js";

/** @param {number} fewer a share of the places */
const shrinkage = (fewer) => (fewer > 0 ? `so the maps get ${Math.round(fewer * 100)}\u00a0% smaller` : "and the maps keep their size");

export const ops = {
  titles: {
    input: "Input",
    conv: "Convolution",
    relu: "ReLU",
    leaky_relu: "Leaky ReLU",
    sigmoid: "Sigmoid",
    tanh: "Tanh",
    clip: "Clip",
    softmax: "Softmax",
    max_pool: "Max pooling",
    average_pool: "Average pooling",
    global_average_pool: "Global average pooling",
    batch_norm: "Batch normalisation",
    dropout: "Dropout",
    dense: "Fully connected",
    flatten: "Flatten",
    reshape: "Reshape",
    pad: "Padding",
    concat: "Concatenation",
    add: "Addition",
    mul: "Multiplication",
    identity: "Identity",
    conv_transpose: "Transposed convolution",
    prelu: "PReLU",
    hard_sigmoid: "Hard sigmoid",
    hard_swish: "Hard swish",
    mish: "Mish",
    elu: "ELU",
    gelu: "GELU",
    erf: "Error function",
    softplus: "Softplus",
    abs: "Absolute value",
    neg: "Negation",
    exp: "Exponential",
    log: "Logarithm",
    sqrt: "Square root",
    reciprocal: "Reciprocal",
    log_softmax: "Log softmax",
    lp_pool: "Lp pooling",
    global_max_pool: "Global max pooling",
    instance_norm: "Instance normalisation",
    group_norm: "Group normalisation",
    layer_norm: "Layer normalisation",
    lrn: "Local response normalisation",
    transpose: "Transpose",
    slice: "Slice",
    gather: "Gather",
    expand: "Expand",
    depth_to_space: "DepthToSpace",
    space_to_depth: "SpaceToDepth",
    resize: "Resize",
    sub: "Subtraction",
    div: "Division",
    pow: "Power",
    min: "Minimum",
    max: "Maximum",
    matmul: "MatMul",
    reduce_mean: "ReduceMean",
    reduce_sum: "ReduceSum",
    reduce_max: "ReduceMax",
    arg_max: "ArgMax",
    quantize: "Quantisation",
    dequantize: "Dequantisation",
    conv_integer: "Integer convolution",
    matmul_integer: "Integer matrix product",
    requantize: "Requantisation",
    quantized_add: "Quantised addition",
    dynamic_scale: "Dynamic scale",
    dynamic_zero_point: "Dynamic zero point",
    dynamic_quantize: "Dynamic quantisation",
    floor: "Floor",
    ceil: "Ceiling",
    round: "Rounding",
    trunc: "Truncation",
    sign: "Sign",
    selu: "SELU",
    celu: "CELU",
    softsign: "Softsign",
    thresholded_relu: "Thresholded ReLU",
    shrink: "Shrink",
    trigonometric: "Trigonometric function",
    mod: "Mod",
    compare: "Comparison",
    where: "Where",
    top_k: "TopK",
    gather_elements: "GatherElements",
    cum_sum: "CumSum",
    reduce_min: "ReduceMin",
    reduce_prod: "ReduceProd",
    constant: "Constant",
  },
  unknown: (/** @type {string} */ title) => [`The operation “${title}”. Its values can be read here like all others.`],
  value: "value",
  /** @type {(channels: number, order: string | null, formula: string) => string[]} */
  input: (channels, order, formula) => [
    `The input of the network: the photo, cropped and resized, ${channels === 1 ? "one channel of brightness" : "one channel for each colour"}${order && channels > 1 ? `, in this order: ${order}` : ""}.`,
    formula === "value" ? "Each value is the pixel's value as it is in the image, from 0 to 255." : `Each value from 0 to 255 is normalised as in training: ${formula}.`,
  ],
  /**
   * `size` is the window's, null for a single place; `together` is how many of the `channels` maps one pattern looks at.
   *
   * @type {(told: { size: string | null, patterns: number, channels: number, together: number, input: string | null }) => string[]}
   */
  conv: ({ size, patterns, channels, together, input }) => {
    const over = together === channels ? `all ${some(channels, "map")} of ${input ?? "its input"} at once`
      : together === 1 ? "one map at a time"
      : `${some(together, "map")} at a time`;
    const lens = size === null
      ? "A detective who looks at one position at a time and compares all maps there"
      : `A detective with a small magnifying glass, the ${size} kernel, goes over ${over}`;
    return [
      `${lens}, once for each of ${some(patterns, "filter")}.`,
      "Where the pattern of a filter fits, its activation map gets a large positive value; where the opposite is found, a negative one; where there is nothing of the kind, one near 0.",
    ];
  },
  relu: (/** @type {string} */ off) => [
    "A light switch on every value: a positive one passes unchanged, a negative one is switched off to 0.",
    `Here ${off} of the activations are zero. Without a non-linear function between them, all layers together could do no more than a single one.`,
  ],
  leaky_relu: (/** @type {string} */ kept) => [
    "A dimmer on every value: a positive one passes unchanged, a negative one is turned down.",
    `A negative value keeps ${kept} of its size, so that the gradient does not become zero.`,
  ],
  sigmoid: () => [
    "Squeezes every value smoothly between 0 and 1, like a slow light switch.",
    "Far below zero it is as good as off, far above as good as on; there the gradient almost vanishes.",
  ],
  tanh: () => [
    "Squeezes every value smoothly between −1 and 1 and keeps its sign.",
    "Small values pass almost unchanged; large ones all end up near the same limit.",
  ],
  clip: (/** @type {string | null} */ low, /** @type {string | null} */ high) => [
    `A switch with a floor and a ceiling: values below ${low ?? "the lower limit"} are raised to it, values above ${high ?? "the upper limit"} are lowered to it.`,
    "What lies between passes unchanged.",
  ],
  softmax: (/** @type {number} */ scores) => [
    `Turns ${some(scores, "logit")} into probabilities that add up to 100\u00a0%: e to the power of each logit, divided by the sum of all.`,
    "The order stays the same. A lead of 1 between two logits makes the probability 2.7 times as large.",
  ],
  max_pool: (/** @type {string} */ block, /** @type {number} */ fewer) => [
    `The summariser, squinting: of each ${block} window only the maximum stays, ${shrinkage(fewer)}.`,
    "That a pattern was found is kept; where exactly is forgotten, so a photo shifted by a pixel looks almost the same from here on.",
  ],
  average_pool: (/** @type {string} */ block, /** @type {number} */ fewer) => [
    `The summariser, squinting: each ${block} window becomes its mean, ${shrinkage(fewer)}.`,
    "Fine detail is smoothed away; what holds for the whole window stays.",
  ],
  global_average_pool: () => [
    "The summariser in one word: each map becomes a single value, its mean.",
    "How much of a pattern there was is kept; where it was is forgotten.",
  ],
  batch_norm: () => [
    "A tuning knob on each map: its values are shifted and scaled to a common mean and standard deviation that training has found useful.",
    "The mean and variance that are taken out were measured in training, so here it is one multiplication and one addition.",
  ],
  dropout: (/** @type {string} */ rate) => [
    `Only active in training, where it sets ${rate} of the values to zero at random, so that the network relies on no single one.`,
    "Now everything passes unchanged.",
  ],
  /** @type {(evidence: number, outputs: number, areClasses: boolean) => string[]} */
  dense: (evidence, outputs, areClasses) => [
    `The jury: ${whole.format(evidence)} inputs are heard as evidence for each of ${outputs} ${areClasses ? "classes" : "units"}, and each is weighed differently for each.`,
    `Weight × input may speak for or against; the sum plus the bias is the ${areClasses ? "logit of the class" : "value of the unit"}.`,
  ],
  /** @type {(sides: string[], numbers: number) => string[]} */
  flatten: (sides, numbers) => [
    `Lays the maps out as one vector: map after map, row after row, ${sides.length > 1 ? `${sides.join("\u00a0×\u00a0")} = ` : ""}${some(numbers, "value")}.`,
    "Nothing is computed, and nothing is lost: each value still has its position on the photo.",
  ],
  reshape: (/** @type {string} */ shape) => [
    `Gives the same values another shape: ${shape}.`,
    "Nothing is computed; their order stays the same.",
  ],
  pad: (/** @type {string} */ value) => [
    `Puts a frame of ${value} around every map.`,
    "The layers behind it can then look beyond the edge.",
  ],
  concat: (/** @type {string[]} */ layers) => [
    `Stacks the maps of ${some(layers.length, "layer")} along the channels: ${layers.join(", ")}.`,
    "Nothing is computed; the next layer sees all of them together.",
  ],
  add: (/** @type {string[]} */ layers) => [
    `Adds ${layers.join(" and ")}, value by value.`,
    "Where one of them is a skip connection (shortcut), what the layers in between found is added to what was there before.",
  ],
  mul: (/** @type {string[]} */ layers) => [
    `Multiplies ${layers.join(" and ")}, value by value.`,
    "One of them turns the other up where it is large and down where it is small.",
  ],
  identity: () => ["Passes every value on unchanged.", "It is here because the network's file has it."],
  /** @type {(a: string, b: string) => string[]} */
  sub: (a, b) => [`Takes ${b} away from ${a}, value by value.`, "What both have in common disappears."],
  /** @type {(a: string, b: string) => string[]} */
  div: (a, b) => [`Divides ${a} by ${b}, value by value.`, "The second says how much of the first counts."],
  /** @type {(a: string, b: string) => string[]} */
  pow: (a, b) => [`Raises ${a} to the power of ${b}, value by value.`, "Differences between large values grow."],
  /** @type {(a: string, b: string) => string[]} */
  min: (a, b) => [`Keeps the smaller of ${a} and ${b}, value by value.`, "The result exceeds neither of the two."],
  /** @type {(a: string, b: string) => string[]} */
  max: (a, b) => [`Keeps the larger of ${a} and ${b}, value by value.`, "What either of the two has found stays."],
  plain,
  /** @type {Record<string, string>} One operand is a constant. */
  constants: {
    add: "Adds constants from the network's file.",
    mul: "Multiplies by constants from the network's file.",
    sub: "The difference to constants from the network's file.",
    div: "A division with constants from the network's file.",
    pow: "A power with constants from the network's file.",
    min: "The minimum with constants from the network's file: no value exceeds them.",
    max: "The maximum with constants from the network's file: no value falls below them.",
  },
  same: "They are the same for every photo.",
};
