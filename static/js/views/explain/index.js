/**
 * Which way of showing the arithmetic fits an explanation. Chosen by the rule and the terms that
 * the API gives.
 */

import { blockSums } from "./pooling.js";
import { choiceSums, copySums, joinedSums, scaleSums, sumSums } from "./elementwise.js";
import { functionSums } from "./function.js";
import { jurySums } from "./dense.js";
import { shareSums } from "./softmax.js";
import { windowSums } from "./conv.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Explanation} Explanation
 *
 * @typedef {(app: App, explanation: Explanation) => Node[]} Sums
 */

/** @type {Record<string, Sums>} */
const BY_RULE = {
  max: blockSums,
  mean: blockSums,
  function: functionSums,
  softmax: shareSums,
  scale: scaleSums,
  product: joinedSums,
  quotient: joinedSums,
  power: joinedSums,
  remainder: joinedSums,
  comparison: joinedSums,
  sum: sumSums,
  copy: copySums,
  constant: copySums,
};

/**
 * @param {App} app
 * @param {Explanation} explanation
 * @returns {Node[]}
 */
export function arithmetic(app, explanation) {
  if (explanation.op === "min" || explanation.op === "max") return choiceSums(app, explanation); // of two operands, not of a block
  if (explanation.rule === "weighted_sum") return explanation.index.unit === undefined || explanation.index.unit === null ? windowSums(app, explanation) : jurySums(app, explanation);
  return (BY_RULE[explanation.rule] ?? sumSums)(app, explanation);
}
