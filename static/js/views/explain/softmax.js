/**
 * A softmax's number: scores → exponentials → shares, as bars that belong together; and what a
 * temperature would change.
 */

import { h, setAttribute } from "../../lib/dom.js";
import { number, percent, probability, words } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { exact, formula, reach } from "./components.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Explanation} Explanation
 * @typedef {import("../../state/types.js").Term} Term
 *
 * @typedef {{ element: HTMLTableRowElement, term: Term, name: string, atTemperature: HTMLElement,
 *   bar: HTMLElement }} Row
 */

const SHOWN = 20; // classes before the rest is counted together
const REACH = 100; // steps of the temperature's slider to each side of 1

/**
 * The what-if's temperature; it outlives the number under the cursor, and nothing else knows of it.
 */
const whatIf = { temperature: 1 };

/**
 * @param {App} app
 * @param {Explanation} explanation
 * @returns {Node[]}
 */
export function shareSums(app, explanation) {
  const { maximum = 0, denominator = 1 } = explanation.details;
  const own = explanation.terms.find((term) => isOwn(explanation, term));
  if (!own) return [formula(exact(explanation.value, 1))];
  const lead = h("div", { class: "share-lead" });
  const tell = (/** @type {Term} */ term) => lead.replaceChildren(...inWords(term, maximum, denominator, explanation.op === "log_softmax"));
  const rows = rowsOf(app, explanation, own);
  const table = h(
    "table",
    { class: "shares-table" },
    h("thead", {}, h("tr", {}, h("td", {}), ...t.explain.softmax.columns.map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...rows.map(({ element }) => element), rest(explanation, rows)),
    h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, t.explain.together), h("td", {}), h("td", {}, exact(denominator, 1)), h("td", {}, percent(1)))),
  );
  const point = (/** @type {Row} */ row) => {
    tell(row.term);
    for (const { element } of rows) element.classList.toggle("pointed", element === row.element && row.term !== own);
  };
  for (const row of rows) {
    row.element.addEventListener("pointerenter", () => point(row));
    row.element.addEventListener("focus", () => point(row));
  }
  table.addEventListener("pointerleave", () => {
    tell(own);
    for (const { element } of rows) element.classList.remove("pointed");
  });
  tell(own);
  return [lead, table, temperature(explanation, rows)];
}

/**
 * The formula with one class's numbers in it.
 *
 * @param {Term} term
 * @param {number} maximum
 * @param {number} denominator
 * @param {boolean} isLog whether it is the logarithm of the probability
 */
function inWords({ value, weight }, maximum, denominator, isLog) {
  const { highest, below, rule } = t.explain.softmax;
  const probability = (weight ?? 0) / denominator;
  const quotient = [exact(weight ?? 0, 1), " ÷ ", exact(denominator, 1)];
  return [
    isLog ? formula(exact(Math.log(probability)), " = ln(", ...quotient, ")") : formula(exact(probability, 1), " = ", ...quotient),
    h("p", {}, value === maximum ? highest(number(maximum, 1)) : below(number(value, 1), number(maximum - value, 1), number(maximum, 1)), rule),
  ];
}

/**
 * @param {App} app
 * @param {Explanation} explanation
 * @param {Term} own
 * @returns {Row[]}
 */
function rowsOf({ store }, explanation, own) {
  const { denominator = 1 } = explanation.details;
  const { model } = store.state;
  const labels = model?.labels?.length === explanation.terms.length ? model.labels : null;
  const most = reach(explanation.terms.map(({ value }) => value));
  const sorted = [...explanation.terms.entries()].sort(([, a], [, b]) => b.value - a.value);
  return sorted
    .filter(([, term], i) => i < SHOWN || term === own)
    .map(([i, term]) => {
      const name = words(labels?.[i] ?? String(i));
      const power = term.weight ?? 0;
      const atTemperature = h("span", { class: "at-temperature" });
      const bar = h("span", { class: "share-at-temperature" });
      const element = h(
        "tr",
        { class: term === own ? "own" : "", tabindex: 0 },
        h("th", { scope: "row" }, name),
        h("td", {}, track(term.value / most, term.value < 0), number(term.value, 1)),
        h("td", {}, track(power), h("data", { class: "power", value: String(power) }, number(power, 1))),
        h("td", {}, h("span", { class: "share-track" }, fill(power / denominator), bar), probability(power / denominator), atTemperature),
      );
      return { element, term, name, atTemperature, bar };
    });
}

/**
 * The classes that are not shown, together, so that the exponentials still add up.
 *
 * @param {Explanation} explanation
 * @param {Row[]} rows
 */
function rest({ terms, details }, rows) {
  const hidden = terms.filter((term) => !rows.some((row) => row.term === term));
  if (!hidden.length) return null;
  const power = hidden.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, t.explain.others(hidden.length)),
    h("td", {}),
    h("td", {}, h("data", { class: "power", value: String(power) }, number(power, 1))),
    h("td", {}, probability(power / (details.denominator ?? 1))),
  );
}

/**
 * @param {number} share
 * @param {boolean} [isBelow] whether it is of something below zero
 */
function track(share, isBelow = false) {
  return h("span", { class: isBelow ? "share-track below" : "share-track" }, fill(Math.abs(share)));
}

/** @param {number} share */
function fill(share) {
  return h("span", { class: "share-fill", style: { width: `${share * 100}%` } });
}

/**
 * @param {Explanation} explanation
 * @param {Row[]} rows
 */
function temperature({ terms, details }, rows) {
  const { maximum = 0 } = details;
  const value = h("output", {});
  const slider = h("input", { type: "range", min: -REACH, max: REACH, value: Math.log10(whatIf.temperature) * REACH, "aria-label": t.mapDetail.terms.temperature });
  const reset = h("button", { type: "button", class: "text" }, t.mapDetail.terms.temperatureReset);
  const box = h(
    "div",
    { class: "what-if", role: "group", "aria-label": t.mapDetail.terms.temperature },
    h("p", {}, t.mapDetail.terms.temperatureWhatIf),
    h("p", { class: "what-if-row" }, h("span", {}, t.mapDetail.terms.temperature), slider, value, reset),
  );
  const show = () => {
    const temperature = whatIf.temperature;
    const isSame = temperature === 1;
    const sum = terms.reduce((total, term) => total + Math.exp((term.value - maximum) / temperature), 0);
    value.textContent = number(temperature, 10);
    setAttribute(slider, "aria-valuetext", number(temperature, 10));
    reset.hidden = isSame;
    box.classList.toggle("on", !isSame);
    for (const { term, atTemperature, bar } of rows) {
      const share = Math.exp((term.value - maximum) / temperature) / sum;
      atTemperature.textContent = isSame ? "" : t.mapDetail.terms.instead(probability(share));
      atTemperature.dataset.share = String(share);
      bar.hidden = isSame;
      bar.style.width = `${share * 100}%`;
    }
  };
  slider.addEventListener("input", () => {
    whatIf.temperature = 10 ** (Number(slider.value) / REACH);
    show();
  });
  reset.addEventListener("click", () => {
    whatIf.temperature = 1;
    slider.value = "0";
    slider.focus();
    show();
  });
  show();
  return box;
}

/**
 * @param {Explanation} explanation
 * @param {Term} term
 */
export function isOwn({ index }, { unit, channel, y, x }) {
  return index.unit != null ? unit === index.unit : channel === index.channel && y === index.y && x === index.x;
}
