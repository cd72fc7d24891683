/**
 * A short vector on both sides: for each number a bar before, a bar after, and how far they are
 * apart.
 */

import { h, setAttribute } from "../../lib/dom.js";
import { number, points, probability, signed, words } from "../../i18n/format.js";
import { unitLabels } from "../../model/graph.js";
import { extremes, rangeOf } from "../../model/colour-range.js";
import { t } from "../../i18n/index.js";
import { classLanguage } from "../../i18n/names.js";
import { pointing } from "../shared/pointing.js";
import { peekBoth, readBoth, readValues, whenBoth } from "./tensors.js";
import { sideNames } from "./switch.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Range} Range
 * @typedef {import("../layer/stage.js").View} View
 *
 * @typedef {{ button: HTMLButtonElement, reference: HTMLElement, candidate: HTMLElement, texts:
 *   HTMLElement[], unit: number }} Row
 */

/** @implements {View} */
export class CompareRows {
  /** @type {Row[]} */
  #rows;
  #head = h("p", { class: "compare-row compare-head muted", "aria-hidden": "true" });

  /**
   * @param {App} app
   * @param {Layer} layer
   * @param {() => void} repaint called when numbers that are waited for are here
   */
  constructor(app, layer, repaint) {
    this.app = app;
    this.layer = layer;
    this.repaint = repaint;
    const labels = app.store.state.model && unitLabels(app.store.state.model, layer);
    this.#rows = Array.from({ length: layer.shape[0] ?? 0 }, (_, unit) => this.#row(unit, labels?.[unit]));
    this.element = h(
      "div",
      { class: "bars compare-rows", role: "group", "aria-label": t.whatif.stage.beside(layer.name) },
      this.#head,
      h("ol", {}, ...this.#rows.map(({ button }) => h("li", {}, button))),
    );
  }

  /**
   * @param {number} _width
   * @param {number} height
   */
  fit(_width, height) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const each = Math.max(1.5 * rem, Math.min(2.5 * rem, height / (this.#rows.length + 1)));
    this.element.style.setProperty("--bar-height", `${each}px`);
  }

  paint() {
    const both = peekBoth(this.app.store.state.pair, this.layer);
    if (!both) {
      void whenBoth(this.app, this.layer, this.repaint);
      return;
    }
    const [a, b] = [extremes(both.reference.data), extremes(both.candidate.data)];
    const range = rangeOf(Math.min(0, a.min, b.min), Math.max(a.max, b.max));
    const names = sideNames(this.app.store.state);
    const isShare = this.layer.op === "softmax";
    const write = (/** @type {number} */ x) => (isShare ? probability(x) : number(x, range.high));
    for (const { button, reference, candidate, texts, unit } of this.#rows) {
      const values = readBoth(both, [unit]);
      stretch(reference, values.reference, range);
      stretch(candidate, values.candidate, range);
      const apart = isShare ? t.whatif.points(points(values.difference)) : signed(values.difference, range.high);
      const written = [write(values.reference), write(values.candidate), apart];
      texts.forEach((text, i) => (text.textContent = written[i] ?? ""));
      const told = `${names.reference} ${written[0]}, ${names.candidate} ${written[1]}, ${t.whatif.difference} ${written[2]}`;
      setAttribute(button, "aria-label", `${button.dataset.name}: ${told}`);
    }
    this.element.style.setProperty("--zero", `${along(0, range) * 100}%`);
    const titles = ["", "", names.reference, names.candidate, t.whatif.difference];
    this.#head.replaceChildren(...titles.map((title) => h("span", {}, title)));
    this.mark();
  }

  mark() {
    const { tile } = this.app.store.state;
    for (const { button, unit } of this.#rows) {
      button.tabIndex = unit === tile ? 0 : -1;
      button.classList.toggle("current", unit === tile);
    }
  }

  focus() {
    this.#rows[this.app.store.state.tile]?.button.focus();
  }

  reading() {
    const { pair, cursor } = this.app.store.state;
    const both = peekBoth(pair, this.layer);
    return both && cursor ? readValues(both, cursor) : null;
  }

  /**
   * @param {number} unit
   * @param {string | undefined} label
   * @returns {Row}
   */
  #row(unit, label) {
    const name = label === undefined ? `${unit}` : words(label);
    const reference = h("span", { class: "compare-bar" });
    const candidate = h("span", { class: "compare-bar then" });
    const texts = Array.from({ length: 3 }, () => h("span", { class: "bar-value" }));
    const button = h(
      "button",
      {
        type: "button",
        class: "bar-row compare-row",
        tabindex: -1,
        data: { name, unit: String(unit) },
        on: pointing(this.app.navigation, () => [unit]),
      },
      h("span", { class: "bar-name", lang: label === undefined ? null : classLanguage() }, name),
      h("span", { class: "bar-track" }, reference, candidate),
      ...texts,
    );
    return { button, reference, candidate, texts, unit };
  }
}

/**
 * @param {HTMLElement} bar
 * @param {number} value
 * @param {Range} range
 */
function stretch(bar, value, range) {
  const from = along(Math.min(0, value), range);
  bar.style.setProperty("--from", `${from * 100}%`);
  bar.style.setProperty("--length", `${(along(Math.max(0, value), range) - from) * 100}%`);
}

/**
 * How far along the track a value lies.
 *
 * @param {number} x
 * @param {Range} range
 */
function along(x, { low, high }) {
  return high > low ? (x - low) / (high - low) : 0;
}
