/** Kinds of layers that look alike from far away. */

/** @typedef {"input" | "weights" | "norm" | "switch" | "pool" | "join" | "move" | "answer"} Family */

/** @type {Record<string, Family>} */
const FAMILIES = {
  input: "input",
  softmax: "answer", log_softmax: "answer", arg_max: "answer", top_k: "answer",
  ...family("weights", "conv", "conv_transpose", "dense", "matmul", "conv_integer", "matmul_integer"),
  ...family("norm", "batch_norm", "instance_norm", "group_norm", "layer_norm", "lrn"),
  ...family("switch", "relu", "leaky_relu", "prelu", "sigmoid", "hard_sigmoid", "hard_swish", "mish", "elu", "gelu", "erf", "softplus"),
  ...family("switch", "tanh", "clip", "selu", "celu", "softsign", "thresholded_relu", "shrink"),
  ...family("pool", "max_pool", "average_pool", "lp_pool", "global_average_pool", "global_max_pool"),
  ...family("pool", "reduce_mean", "reduce_sum", "reduce_max", "reduce_min", "reduce_prod", "cum_sum"),
  ...family("join", "add", "sub", "mul", "div", "pow", "min", "max", "concat", "quantized_add", "mod", "compare", "where"),
};

/**
 * @param {Family} name
 * @param {...string} ops
 */
function family(name, ...ops) {
  return Object.fromEntries(ops.map((op) => [op, name]));
}

/**
 * @param {string} op
 * @returns {Family} "move" for those that only hand numbers on
 */
export function familyOf(op) {
  return FAMILIES[op] ?? "move";
}
