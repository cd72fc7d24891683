/** A vector as bars, one a unit; to both sides of zero where there are negative ones. */

import { h, isTouchScreen, setAttribute } from "../../lib/dom.js";
import { number, probability, words } from "../../i18n/format.js";
import { unitLabels } from "../../model/graph.js";
import { swatch } from "../../render/palette.js";
import { layerRange } from "../../model/colour-range.js";
import { t } from "../../i18n/index.js";
import { classLanguage } from "../../i18n/names.js";
import { pointing } from "../shared/pointing.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Tensor} Tensor
 * @typedef {import("./stage.js").View} View
 *
 * @typedef {{ button: HTMLButtonElement, bar: HTMLElement, value: HTMLElement, unit: number }} Bar
 */

const IN_ORDER = 64; // more than this are sorted, the largest first
const FEW = 20; // so many are to be seen at once
const LOWEST = { few: 1.125, many: 1.5 }; // rem of a bar; many scroll, and a finger needs room

/** @implements {View} */
export class Bars {
  /** @type {Bar[]} */
  #bars;
  #list = h("ol", {});

  /**
   * @param {App} app
   * @param {Layer} layer
   */
  constructor(app, layer) {
    this.app = app;
    this.layer = layer;
    const { model } = app.store.state;
    const labels = model && unitLabels(model, layer);
    this.#bars = Array.from({ length: layer.shape[0] ?? 0 }, (_, unit) => this.#bar(unit, labels?.[unit]));
    this.#list.append(...this.#bars.map(({ button }) => h("li", {}, button)));
    this.element = h("div", { class: "bars", role: "group", "aria-label": t.stage.numbers(layer.name) }, this.#list);
  }

  /**
   * @param {number} _width
   * @param {number} height
   */
  fit(_width, height) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const lowest = this.#bars.length <= FEW && !isTouchScreen() ? LOWEST.few : LOWEST.many;
    const each = Math.max(lowest * rem, Math.min(2.5 * rem, height / this.#bars.length));
    this.element.style.setProperty("--bar-height", `${each}px`);
  }

  /** @param {Tensor} tensor */
  paint({ data }) {
    const { analysis, theme } = this.app.store.state;
    const result = analysis?.layers.find(({ name }) => name === this.layer.name);
    if (!result) return;
    const range = layerRange(result);
    const isShare = this.layer.op === "softmax";
    for (const { bar, value, unit, button } of this.#bars) {
      const x = data[unit] ?? 0;
      const from = share(Math.min(0, x), range);
      bar.style.setProperty("--from", `${from * 100}%`);
      bar.style.setProperty("--length", `${(share(Math.max(0, x), range) - from) * 100}%`);
      bar.style.setProperty("--colour", swatch(x, range, theme).background);
      value.textContent = isShare ? probability(x) : number(x, range.high);
      setAttribute(button, "aria-label", `${button.dataset.name}: ${value.textContent}`);
    }
    this.element.style.setProperty("--zero", `${share(0, range) * 100}%`);
    if (this.#bars.length > IN_ORDER) this.#sort(data);
  }

  mark() {
    const { tile } = this.app.store.state;
    for (const { button, unit } of this.#bars) {
      button.tabIndex = unit === tile ? 0 : -1;
      button.classList.toggle("current", unit === tile);
    }
  }

  focus() {
    this.#bars[this.app.store.state.tile]?.button.focus();
  }

  /**
   * @param {number} unit
   * @param {string | undefined} label
   * @returns {Bar}
   */
  #bar(unit, label) {
    const name = label === undefined ? `${unit}` : words(label);
    const bar = h("span", { class: "bar-fill" });
    const value = h("span", { class: "bar-value" });
    const button = h(
      "button",
      { type: "button", class: "bar-row", tabindex: -1, data: { name, unit: String(unit) }, on: pointing(this.app.navigation, () => [unit]) },
      h("span", { class: "bar-name", lang: label === undefined ? null : classLanguage() }, name),
      h("span", { class: "bar-track" }, bar),
      value,
    );
    return { button, bar, value, unit };
  }

  /** @param {Float32Array} data */
  #sort(data) {
    const sorted = [...this.#bars].sort((a, b) => (data[b.unit] ?? 0) - (data[a.unit] ?? 0));
    this.#list.replaceChildren(...sorted.map(({ button }) => h("li", {}, button)));
  }
}

/**
 * How far along the track a value lies.
 *
 * @param {number} x
 * @param {import("../../state/types.js").Range} range
 */
function share(x, { low, high }) {
  return high > low ? (x - low) / (high - low) : 0;
}
