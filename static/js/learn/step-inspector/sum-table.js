/** A sum written out: its largest terms one by one, the others together, and what they add up to. */

import { h } from "../../lib/dom.js";
import { count } from "../../i18n/format.js";
import { say } from "../../i18n/index.js";
import { figure, precise } from "./figure.js";
import { Lit } from "./highlight.js";

/**
 * @typedef {import("./view-model.js").Bench} Bench
 * @typedef {import("./view-model.js").Opened} Opened
 * @typedef {import("./highlight.js").Light} Light
 *
 * @typedef {object} Line
 * @property {string} name
 * @property {number[]} factors
 * @property {number} product
 * @property {Light[]} lights
 * @property {Opened | null} opens what is written out when the line is chosen
 *
 * @typedef {object} Sum
 * @property {string[]} symbols what the factors are called
 * @property {Line[]} lines
 * @property {{ name: string, sum: number }[]} others
 * @property {number} value what they add up to
 */

const words = say.learn.glass.sum;

/**
 * @param {Bench} bench
 * @param {Sum} sum
 */
export function sumOf(bench, { symbols, lines, others, value }) {
  const lits = [new Lit(bench), new Lit(bench)];
  const rows = lines.map((line) => row(bench, line, () => light(lits, line)));
  const rest = others.map(({ name, sum }) =>
    h("li", { class: "glass-term rest" }, h("span", { class: "term-name" }, name), h("span", {}), product(sum)),
  );
  if (lines[0]) light(lits, lines[0]);
  return h(
    "div",
    { class: "glass-sum" },
    h(
      "p",
      { class: "glass-term head quiet", "aria-hidden": "true" },
      ...[words.number, symbols.join(" × "), words.product].map((title) => h("span", {}, title)),
    ),
    h("ol", { class: "glass-terms" }, ...rows, ...rest),
    h("p", { class: "glass-term total" }, h("span", { class: "term-name" }, say.sums.together), h("span", {}), product(value, "total")),
    h("div", { class: "glass-lits" }, ...lits.map(({ element }) => element)),
  );
}

/**
 * Those beyond the ones that are shown, as one entry.
 *
 * @param {number} all
 * @param {number} shown
 * @param {number} sum
 */
export function restOf(all, shown, sum) {
  return all > shown ? [{ name: words.others(count(all - shown)), sum }] : [];
}

/**
 * @param {Bench} bench
 * @param {Line} line
 * @param {() => void} show
 */
function row(bench, { name, factors, product: value, opens }, show) {
  const cells = [
    h("span", { class: "term-name" }, name),
    h("span", { class: "term-factors" }, ...factors.flatMap((factor, i) => [i ? " × " : "", figure(factor)])),
    product(value),
  ];
  const on = { pointerenter: show, focus: show };
  if (!opens) return h("li", {}, h("div", { class: "glass-term", on }, ...cells));
  const open = () => bench.open(opens);
  return h("li", {}, h("button", { type: "button", class: "glass-term", on: { ...on, click: open } }, ...cells));
}

/**
 * @param {number} value
 * @param {string} [kind]
 */
function product(value, kind = "product") {
  const sign = value < 0 ? "" : "+";
  return h("data", { class: `term-${kind}`, value: String(value), title: String(value) }, sign + precise(value));
}

/**
 * @param {Lit[]} lits
 * @param {Line} line
 */
function light(lits, { lights }) {
  lits.forEach((lit, i) => void lit.show(lights[i] ?? null));
}
