/** How a value is computed. */

import { some } from "./plural.js";

export const explain = {
  bias: "bias",
  together: "sum",
  outside: (/** @type {string} */ place) => `${place}, outside`,
  outsideTheMap: "outside the map",
  others: (/** @type {number} */ n) => `${n} others`,
  showAll: (/** @type {number} */ n) => `Show all ${n}`,
  showLargest: "Show the largest only",
  and: " and ",
  /** The formula as a picture, beside an opened map. */
  card: {
    name: { max: "max", mean: "mean" },
    max: "The largest stays",
    mean: "Their mean",
    copy: "Passed on unchanged",
  },
  window: {
    formula: (/** @type {number} */ windows) => ` = ${some(windows, "window")} × kernel `,
    show: "Show these values",
    product: "value × weight = product",
    countedAsZero: "padding: counted as 0",
    edge: "padding 0",
  },
  dense: {
    formula: (/** @type {number} */ pieces) => ` = ${some(pieces, "input")} × weight `,
    /** @type {(label: string | null, pro: string, contra: string) => string} */
    balance: (label, pro, contra) => `For${label === null ? "" : ` “${label}”`}: ${pro}. Against: ${contra}.`,
    where: (/** @type {string | null} */ label) => `Where on the photo the contributions${label ? ` to ${label}` : ""} lie`,
    /** @type {(where: string, maps: number, height: number, width: number) => string} */
    caption: (where, maps, height, width) =>
      `${where}: all ${maps} maps laid on top of each other, ${height} × ${width} positions. Orange speaks for, blue against.`,
  },
  pooling: {
    largest: (/** @type {number} */ n) => ` = maximum of ${n}`,
    mean: (/** @type {number} */ n) => ` = mean of ${n}`,
    more: (/** @type {number} */ n) => `and ${n} more`,
    maximum: "Maximum: ",
    allEqual: "All of them are equal; the first one counts.",
    discarded: (/** @type {number} */ n) => `The other ${n} are discarded.`,
    /** @type {(sum: string, weight: string, cells: number) => string} */
    sum: (sum, weight, cells) => `Sum ${sum} × ${weight} (1 ÷ ${cells}) = `,
  },
  elementwise: {
    constant: "A constant: it is computed from no other value.",
    copy: "A copy of ",
    sum: (/** @type {number} */ n) => ` = sum of ${n}`,
    from: "From ",
    xIs: "x is ",
    /** @type {(formula: string) => string} */
    pixel: (formula) => `The pixel: ${formula}.`,
    /**
     * @type {(figures: { mean: string, variance: string, epsilon: string, gamma: string, beta:
     *   string }) => string}
     */
    norm: ({ mean, variance, epsilon, gamma, beta }) => `(x − mean ${mean}) ÷ √(variance ${variance} + ${epsilon}) × ${gamma} ${beta}.`,
  },
  curve: {
    at: (/** @type {string} */ name) => ` = ${name} at x = `,
    xIs: " x is ",
    on: "Positive: the switch is on, the value passes unchanged.",
    off: "Not positive: switched off.",
    passes: "Positive: it passes unchanged.",
    turnedDown: (/** @type {string} */ to) => `Negative: turned down to ${to}.`,
    within: "Within the limits: it passes unchanged.",
    beyond: "Beyond a limit: held there.",
    label: (/** @type {string} */ x, /** @type {string} */ y) => `The curve, at ${x} it is ${y}`,
  },
  softmax: {
    highest: (/** @type {string} */ score) => `The logit ${score} is the highest, so it counts as e⁰ = 1. `,
    /** @type {(score: string, gap: string, highest: string) => string} */
    below: (score, gap, highest) => `The logit ${score} lies ${gap} below the highest, ${highest}. `,
    rule: "e to that power, divided by the sum of all of them, is the probability.",
    columns: ["logit", "e^(logit − highest)", "probability"],
  },
};
