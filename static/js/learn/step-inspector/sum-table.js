/**
 * A sum written out: its largest terms one by one, the others together, and what they add up to.
 */

import { h } from "../../lib/dom.js";
import { count } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { figure, precise } from "./figure.js";
import { Highlight } from "./highlight.js";

/**
 * @typedef {import("./view-model.js").StepViewModel} StepViewModel
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

const words = t.learn.stepInspector.sum;

/**
 * @param {StepViewModel} viewModel
 * @param {Sum} sum
 */
export function sumOf(viewModel, { symbols, lines, others, value }) {
  const highlights = [new Highlight(viewModel), new Highlight(viewModel)];
  const rows = lines.map((line) => row(viewModel, line, () => light(highlights, line)));
  const rest = others.map(({ name, sum }) =>
    h("li", { class: "step-term rest" }, h("span", { class: "term-name" }, name), h("span", {}), product(sum)),
  );
  if (lines[0]) light(highlights, lines[0]);
  return h(
    "div",
    { class: "step-sum" },
    h(
      "p",
      { class: "step-term head muted", "aria-hidden": "true" },
      ...[words.number, symbols.join(" × "), words.product].map((title) => h("span", {}, title)),
    ),
    h("ol", { class: "step-terms" }, ...rows, ...rest),
    h("p", { class: "step-term total" }, h("span", { class: "term-name" }, t.explain.together), h("span", {}), product(value, "total")),
    h("div", { class: "step-highlights" }, ...highlights.map(({ element }) => element)),
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
 * @param {StepViewModel} viewModel
 * @param {Line} line
 * @param {() => void} show
 */
function row(viewModel, { name, factors, product: value, opens }, show) {
  const cells = [
    h("span", { class: "term-name" }, name),
    h("span", { class: "term-factors" }, ...factors.flatMap((factor, i) => [i ? " × " : "", figure(factor)])),
    product(value),
  ];
  const on = { pointerenter: show, focus: show };
  if (!opens) return h("li", {}, h("div", { class: "step-term", on }, ...cells));
  const open = () => viewModel.open(opens);
  return h("li", {}, h("button", { type: "button", class: "step-term", on: { ...on, click: open } }, ...cells));
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
 * @param {Highlight[]} highlights
 * @param {Line} line
 */
function light(highlights, { lights }) {
  highlights.forEach((highlight, i) => void highlight.show(lights[i] ?? null));
}
