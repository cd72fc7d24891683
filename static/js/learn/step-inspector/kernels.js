/**
 * The weights of a filter, their gradient, or what a step does to them: one filter at a time, the
 * one that moved most first.
 */

import { h, setAttribute } from "../../lib/dom.js";
import { decimals } from "../../i18n/format.js";
import { NumberCheck } from "../../views/shared/number-check.js";
import { t } from "../../i18n/index.js";
import { kernelsOf, mapsBefore } from "./planes.js";
import { Heatmap } from "./heatmap.js";
import { parameterWords } from "./view-model.js";

/**
 * @typedef {import("./view-model.js").StepViewModel} StepViewModel
 * @typedef {import("../types.js").StepLayer} StepLayer
 * @typedef {import("../types.js").StepParameter} StepParameter
 * @typedef {"before" | "gradient" | "step" | "after"} Of
 */

const words = t.learn.stepInspector.kernels;

export class Kernels {
  #parameters = h("div", { class: "step-choices", role: "group", "aria-label": words.parameter });
  #number = h("input", { type: "number", min: 0, step: 1, "aria-label": words.filter });
  #check = new NumberCheck(this.#number);
  #of = h("span", { class: "muted" });
  #filters = h("div", { class: "step-choices" }, h("label", {}, words.filter, " ", this.#number), this.#of, this.#check.note);
  #moved = h("div", { class: "step-choices", role: "group", "aria-label": words.largestUpdates });
  #heatmaps = h("div", { class: "step-kernels" });
  /** @type {Heatmap[]} */
  #shown = [];
  #asked = "";

  /**
   * @param {StepViewModel} viewModel
   * @param {Of[]} kinds which arrays of a parameter are shown, beside each other
   * @param {"gradient" | "update"} opens what is written out of a clicked weight
   */
  constructor(viewModel, kinds, opens) {
    this.viewModel = viewModel;
    this.kinds = kinds;
    this.opens = opens;
    this.#number.addEventListener("change", () => {
      if (this.#check.mark()) viewModel.view.set({ filter: this.#number.valueAsNumber });
    });
    this.element = h("div", { class: "step-weights" }, this.#parameters, this.#filters, this.#moved, this.#heatmaps);
  }

  /**
   * Show the chosen parameter and filter of the chosen layer; hidden where there are no weights.
   */
  async show() {
    const { layer } = this.viewModel;
    const parameter = this.#parameter();
    this.element.hidden = !layer || !parameter;
    if (!layer || !parameter) return;
    this.#showChoices(layer, parameter);
    const { filter } = this.viewModel.view.state;
    const key = JSON.stringify([this.viewModel.stepTrace?.id, layer.name, parameter.name, filter, this.viewModel.theme]);
    this.#asked = key;
    const arrays = await this.viewModel.attempt(() =>
      Promise.all(this.kinds.map((of) => this.viewModel.parameters(layer.name, parameter.name, of))),
    );
    if (!arrays || this.#asked !== key) return;
    const maps = mapsBefore(this.viewModel, layer);
    this.#shown = arrays.map((tensor, i) => {
      const of = this.kinds[i] ?? "before";
      const symbol = words.symbols[of](parameterWords(parameter.name).letter);
      return new Heatmap({
        what: symbol,
        planes: kernelsOf({ ...tensor, name: symbol }, filter, maps),
        theme: this.viewModel.theme,
        signed: true,
        hint: i === 0,
        open: (index) => this.viewModel.open({ kind: this.opens, layer: layer.name, parameter: parameter.name, index }),
      });
    });
    this.#heatmaps.replaceChildren(
      ...this.#shown.map(({ element }, i) => h("div", {}, h("h4", {}, words.titles[this.kinds[i] ?? "before"]), element)),
    );
    this.#openFirst(layer, parameter, arrays[this.kinds.indexOf("gradient")]?.data ?? arrays[0]?.data ?? new Float32Array());
    this.mark();
  }

  mark() {
    const { opened } = this.viewModel.view.state;
    const isHere = opened?.kind === this.opens && "index" in opened && opened.layer === this.viewModel.layer?.name
      && opened.parameter === this.#parameter()?.name;
    for (const heatmap of this.#shown) heatmap.mark(isHere ? opened.index : null);
  }

  #parameter() {
    const { layer } = this.viewModel;
    return layer?.parameters.find(({ name }) => name === this.viewModel.view.state.parameter) ?? layer?.parameters[0] ?? null;
  }

  /**
   * Nothing of this layer is written out yet: the weight with the largest gradient is.
   *
   * @param {StepLayer} layer
   * @param {StepParameter} parameter
   * @param {Float32Array} data
   */
  #openFirst({ name }, { name: parameter, shape }, data) {
    const { opened, filter } = this.viewModel.view.state;
    const isHere = opened?.kind === this.opens && "index" in opened && opened.layer === name && opened.parameter === parameter;
    if (isHere && (shape.length === 1 || opened.index[0] === filter)) return;
    const size = shape.slice(1).reduce((all, n) => all * n, 1);
    const from = shape.length === 1 ? 0 : filter * size;
    const to = shape.length === 1 ? data.length : from + size;
    let best = from;
    for (let i = from; i < to; i++) if (Math.abs(data[i] ?? 0) > Math.abs(data[best] ?? 0)) best = i;
    this.viewModel.open({ kind: this.opens, layer: name, parameter, index: indexOf(best, shape) });
  }

  /**
   * @param {StepLayer} layer
   * @param {StepParameter} chosen
   */
  #showChoices(layer, chosen) {
    const { filter } = this.viewModel.view.state;
    const hadFocus = this.element.contains(document.activeElement) ? document.activeElement?.textContent : null;
    const choice = (/** @type {string} */ text, /** @type {boolean} */ on, /** @type {() => void} */ click) => {
      const button = h("button", { type: "button", class: "toggle", on: { click } }, text);
      setAttribute(button, "aria-pressed", String(on));
      return button;
    };
    this.#parameters.replaceChildren(
      ...layer.parameters.map(({ name, shape }) =>
        choice(`${parameterWords(name).name} ${shape.join("\u202f×\u202f")}`, name === chosen.name, () => this.viewModel.view.set({ parameter: name })),
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
      h("span", { class: "muted" }, words.largestUpdates),
      ...chosen.largest_updates.slice(0, 5).map(({ filter: n, relative }) =>
        choice(`${n} · ${decimals(100 * relative, 2)}\u00a0%`, n === filter, () => this.viewModel.view.set({ filter: n })),
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
