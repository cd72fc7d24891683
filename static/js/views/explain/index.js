/** Which way of showing the arithmetic fits an explanation. Chosen by the rule and the terms that the API gives. */

import { blockSums } from "./pooling.js";
import { choiceSums, copySums, joinedSums, scaleSums, sumSums } from "./elementwise.js";
import { layerNamed } from "../../model/graph.js";
import { functionSums } from "./function.js";
import { jurySums } from "./dense.js";
import { shareSums } from "./softmax.js";
import { windowSums } from "./conv.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Explanation} Explanation
 *
 * @typedef {(app: App, why: Explanation) => Node[]} Sums
 */

/** @type {Record<string, string>} */
const RELATIONS = { equal: "=", not_equal: "≠", greater: ">", greater_or_equal: "≥", less: "<", less_or_equal: "≤" };

/** @type {Sums} */
const comparison = (app, why) => {
  const layer = app.store.state.model && layerNamed(app.store.state.model, why.layer);
  return joinedSums(RELATIONS[String(layer?.attributes.relation)] ?? "?")(app, why);
};

/** @type {Record<string, Sums>} */
const BY_RULE = {
  max: blockSums,
  mean: blockSums,
  function: functionSums,
  softmax: shareSums,
  scale: scaleSums,
  product: joinedSums("×"),
  quotient: joinedSums("÷"),
  power: joinedSums("^"),
  remainder: joinedSums("mod"),
  comparison,
  sum: sumSums,
  copy: copySums,
  constant: copySums,
};

/**
 * @param {App} app
 * @param {Explanation} why
 * @returns {Node[]}
 */
export function arithmetic(app, why) {
  if (why.op === "min" || why.op === "max") return choiceSums(app, why); // of two operands, not of a block
  if (why.rule === "weighted_sum") return why.index.unit === undefined || why.index.unit === null ? windowSums(app, why) : jurySums(app, why);
  return (BY_RULE[why.rule] ?? sumSums)(app, why);
}
