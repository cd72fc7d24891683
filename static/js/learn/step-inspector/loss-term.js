/** What the loss makes of one class's score: its own term, and the blame that it hands back. */

import { h } from "../../lib/dom.js";
import { plain, words as plainWords } from "../../i18n/format.js";
import { say } from "../../i18n/index.js";
import { figure, precise } from "./figure.js";

/**
 * @typedef {import("./view-model.js").Bench} Bench
 * @typedef {import("../types.js").Glass} Glass
 * @typedef {import("../types.js").GlassClass} GlassClass
 */

const words = say.learn.glass.opened;

/**
 * @param {Bench} bench
 * @param {number} unit
 * @returns {Node[]}
 */
export function lossOf(bench, unit) {
  const { glass } = bench;
  const one = glass?.loss.classes[unit];
  if (!glass || !one) return [];
  return [
    h("h3", { tabindex: -1 }, `∂L/∂ ${words.score(plainWords(one.label))}`),
    h("p", { class: "formula" }, "dZ = ", figure(one.gradient)),
    h("p", {}, isSquared(glass) ? words.squared : words.crossEntropy),
    h(
      "p",
      { class: "glass-worked" },
      isSquared(glass)
        ? `2 × (${precise(one.score)} − ${precise(one.target)}) / (${plain(glass.batch_size)} × ${plain(glass.loss.classes.length)})`
        : `(${precise(one.probability)} − ${precise(one.target)}) / ${plain(glass.batch_size)}`,
      " = ",
      figure(one.gradient),
    ),
    h("p", {}, one.gradient < 0 ? words.up(plainWords(one.label)) : words.down(plainWords(one.label))),
  ];
}

/**
 * How a class's term of the loss is worked out, in numbers.
 *
 * @param {Glass} glass
 * @param {GlassClass} one
 */
export function termOf(glass, one) {
  const { score, probability: share, target } = one;
  const classes = glass.loss.classes.length;
  if (isSquared(glass)) return `(${precise(score)} − ${precise(target)})² / ${plain(classes)}`;
  return target ? `−${precise(target)} × ln ${precise(share)}` : "0";
}

/** @param {Glass} glass */
export function isSquared({ loss }) {
  return loss.name === "mean_squared_error";
}
