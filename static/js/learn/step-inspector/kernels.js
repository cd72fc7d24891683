/** The weights of a filter, their gradient, or what a step does to them: one filter at a time, the one that moved most first. */

import { h, setAttribute } from "../../lib/dom.js";
import { decimals } from "../../i18n/format.js";
import { NumberCheck } from "../../views/shared/number-check.js";
import { say } from "../../i18n/index.js";
import { kernelsOf, mapsBefore } from "./planes.js";
import { Sheet } from "./heatmap.js";

/**
 * @typedef {import("./view-model.js").Bench} Bench
 * @typedef {import("../types.js").GlassLayer} GlassLayer
 * @typedef {import("../types.js").GlassParameter} GlassParameter
 * @typedef {"before" | "gradient" | "step" | "after"} Of
 */

const words = say.learn.glass.kernels;

export class Kernels {
  #parameters = h("div", { class: "glass-choices", role: "group", "aria-label": words.parameter });
  #number = h("input", { type: "number", min: 0, step: 1, "aria-label": words.filter });
  #check = new NumberCheck(this.#number);
  #of = h("span", { class: "quiet" });
  #filters = h("div", { class: "glass-choices" }, h("label", {}, words.filter, " ", this.#number), this.#of, this.#check.note);
  #moved = h("div", { class: "glass-choices", role: "group", "aria-label": words.moved });
  #sheets = h("div", { class: "glass-kernels" });
  /** @type {Sheet[]} */
  #shown = [];
  #asked = "";

  /**
   * @param {Bench} bench
   * @param {Of[]} kinds which arrays of a parameter are shown, beside each other
   * @param {"gradient" | "update"} opens what is written out of a clicked weight
   */
  constructor(bench, kinds, opens) {
    this.bench = bench;
    this.kinds = kinds;
    this.opens = opens;
    this.#number.addEventListener("change", () => {
      if (this.#check.mark()) bench.view.set({ filter: this.#number.valueAsNumber });
    });
    this.element = h("div", { class: "glass-weights" }, this.#parameters, this.#filters, this.#moved, this.#sheets);
  }

  /** Show the chosen parameter and filter of the chosen layer; hidden where there are no weights. */
  async show() {
    const { layer } = this.bench;
    const parameter = this.#parameter();
    this.element.hidden = !layer || !parameter;
    if (!layer || !parameter) return;
    this.#showChoices(layer, parameter);
    const { filter } = this.bench.view.state;
    const key = JSON.stringify([this.bench.glass?.id, layer.name, parameter.name, filter, this.bench.theme]);
    this.#asked = key;
    const arrays = await this.bench.attempt(() =>
      Promise.all(this.kinds.map((of) => this.bench.parameters(layer.name, parameter.name, of))),
    );
    if (!arrays || this.#asked !== key) return;
    const maps = mapsBefore(this.bench, layer);
    this.#shown = arrays.map((tensor, i) => {
      const of = this.kinds[i] ?? "before";
      const symbol = words.symbols[of](parameter.name === "weight" ? "W" : parameter.name);
      return new Sheet({
        what: symbol,
        planes: kernelsOf({ ...tensor, name: symbol }, filter, maps),
        theme: this.bench.theme,
        signed: true,
        hint: i === 0,
        open: (index) => this.bench.open({ kind: this.opens, layer: layer.name, parameter: parameter.name, index }),
      });
    });
    this.#sheets.replaceChildren(
      ...this.#shown.map(({ element }, i) => h("div", {}, h("h4", {}, words.titles[this.kinds[i] ?? "before"]), element)),
    );
    this.#openFirst(layer, parameter, arrays[this.kinds.indexOf("gradient")]?.data ?? arrays[0]?.data ?? new Float32Array());
    this.mark();
  }

  mark() {
    const { opened } = this.bench.view.state;
    const isHere = opened?.kind === this.opens && "index" in opened && opened.layer === this.bench.layer?.name
      && opened.parameter === this.#parameter()?.name;
    for (const sheet of this.#shown) sheet.mark(isHere ? opened.index : null);
  }

  #parameter() {
    const { layer } = this.bench;
    return layer?.parameters.find(({ name }) => name === this.bench.view.state.parameter) ?? layer?.parameters[0] ?? null;
  }

  /**
   * Nothing of this layer is written out yet: the weight with the largest gradient is.
   *
   * @param {GlassLayer} layer
   * @param {GlassParameter} parameter
   * @param {Float32Array} data
   */
  #openFirst({ name }, { name: parameter, shape }, data) {
    const { opened, filter } = this.bench.view.state;
    const isHere = opened?.kind === this.opens && "index" in opened && opened.layer === name && opened.parameter === parameter;
    if (isHere && (shape.length === 1 || opened.index[0] === filter)) return;
    const size = shape.slice(1).reduce((all, n) => all * n, 1);
    const from = shape.length === 1 ? 0 : filter * size;
    const to = shape.length === 1 ? data.length : from + size;
    let best = from;
    for (let i = from; i < to; i++) if (Math.abs(data[i] ?? 0) > Math.abs(data[best] ?? 0)) best = i;
    this.bench.open({ kind: this.opens, layer: name, parameter, index: indexOf(best, shape) });
  }

  /**
   * @param {GlassLayer} layer
   * @param {GlassParameter} chosen
   */
  #showChoices(layer, chosen) {
    const { filter } = this.bench.view.state;
    const hadFocus = this.element.contains(document.activeElement) ? document.activeElement?.textContent : null;
    const choice = (/** @type {string} */ text, /** @type {boolean} */ on, /** @type {() => void} */ click) => {
      const button = h("button", { type: "button", class: "toggle", on: { click } }, text);
      setAttribute(button, "aria-pressed", String(on));
      return button;
    };
    this.#parameters.replaceChildren(
      ...layer.parameters.map(({ name, shape }) =>
        choice(`${name} ${shape.join("\u202f×\u202f")}`, name === chosen.name, () => this.bench.view.set({ parameter: name })),
      ),
    );
    const count = chosen.shape[0] ?? 1;
    const one = chosen.shape.length === 1;
    this.#filters.hidden = one;
    this.#number.max = String(count - 1);
    this.#number.value = String(filter);
    this.#check.mark();
    this.#of.textContent = words.of(count);
    this.#moved.hidden = one;
    this.#moved.replaceChildren(
      h("span", { class: "quiet" }, words.moved),
      ...chosen.largest_updates.slice(0, 5).map(({ filter: n, relative }) =>
        choice(`${n} · ${decimals(100 * relative, 2)}\u00a0%`, n === filter, () => this.bench.view.set({ filter: n })),
      ),
    );
    if (!hadFocus) return;
    const again = [...this.element.querySelectorAll("button")].find((button) => button.textContent === hadFocus);
    again?.focus({ preventScroll: true });
  }
}

/**
 * The indices along each axis of a position in C order.
 *
 * @param {number} at
 * @param {number[]} shape
 */
function indexOf(at, shape) {
  const index = [];
  for (const size of [...shape].reverse()) {
    index.unshift(at % size);
    at = Math.floor(at / size);
  }
  return index;
}
