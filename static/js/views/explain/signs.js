/** The signs that join two operands, by the rule of their explanation. */

import { layerNamed } from "../../model/graph.js";

/** @type {Record<string, string>} */
export const SIGNS = { product: "×", quotient: "÷", power: "^", remainder: "mod", sum: "+" };

/** @type {Record<string, string>} */
const RELATIONS = { equal: "=", not_equal: "≠", greater: ">", greater_or_equal: "≥", less: "<", less_or_equal: "≤" };

/**
 * The sign of a comparison; null for what is none.
 *
 * @param {import("../../state/types.js").App} app
 * @param {import("../../state/types.js").Explanation} explanation
 */
export function relationOf({ store }, { layer: name, rule }) {
  const layer = store.state.model && layerNamed(store.state.model, name);
  return rule === "comparison" ? (RELATIONS[String(layer?.attributes.relation)] ?? "?") : null;
}
