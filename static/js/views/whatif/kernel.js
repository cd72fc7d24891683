/** A filter's weights on one of its inputs, as numbers that can be edited. */

import { fetchWeights } from "../../api/client.js";
import { isAbort, ProblemError } from "../../api/http.js";
import { keyOf } from "../../state/changes.js";
import { h, setAttribute } from "../../lib/dom.js";
import { layerNamed, mapName } from "../../model/graph.js";
import { swatch } from "../../render/palette.js";
import { rangeOf } from "../../model/colour-range.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Model} Model
 *
 * @typedef {{ y: number | null, x: number | null }} Spot Where in the window; null for a weight on
 *   a whole number.
 */

const MOST_INPUTS = 4096; // a longer list of inputs is not offered as a choice

export class Kernel {
  #abort = new AbortController();
  #channel = h("select", { id: "kernel-channel" });
  #grid = h("div", { class: "kernel-grid" });
  #reset = h("button", { type: "button", class: "text", hidden: true }, t.whatif.network.reset);
  #label = h("label", { for: "kernel-channel" });
  /** @type {{ model: Model, layer: Layer, filter: number } | null} */
  #shown = null;
  /** @type {any[]} The filter's weights as trained, by input: a window of rows, or one number. */
  #weights = [];

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.#channel.addEventListener("change", () => this.#list());
    this.#reset.addEventListener("click", () => this.#asTrained());
    this.element = h(
      "details",
      { class: "fold kernel-edit" },
      h("summary", {}, t.whatif.network.edit),
      h("p", { class: "field" }, this.#label, this.#channel),
      this.#grid,
      this.#reset,
    );
    this.element.addEventListener("toggle", () => void this.#fetch());
    app.store.watch(["theme"], () => this.#list());
  }

  /**
   * @param {Model} model
   * @param {Layer} layer
   * @param {number} filter
   */
  show(model, layer, filter) {
    this.element.hidden = !layer.weighted; // others have one weight a map: its strength
    const { model: before, layer: same, filter: at } = this.#shown ?? {};
    const isNew = before !== model || same !== layer || at !== filter;
    this.#shown = { model, layer, filter };
    if (isNew) void this.#fetch();
    else this.#list();
  }

  async #fetch() {
    if (!this.#shown || !this.element.open || this.element.hidden) return;
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const { model, layer, filter } = this.#shown;
    try {
      const { parameters } = await fetchWeights(model.id, layer.name, [filter], signal);
      if (signal.aborted) return;
      this.#weights = parameters.weight[0];
      this.#listChannels(model, layer, filter);
      this.#list();
    } catch (error) {
      if (isAbort(error)) return;
      if (!(error instanceof ProblemError)) throw error;
      this.app.store.set({ problem: error.problem });
    }
  }

  /**
   * The inputs that the filter looks at: of a grouped convolution those of its group.
   *
   * @param {Model} model
   * @param {Layer} layer
   * @param {number} filter
   */
  #listChannels(model, layer, filter) {
    const chosen = this.#channel.value;
    const input = layerNamed(model, layer.inputs[0] ?? "");
    const groups = Number(layer.attributes.groups ?? 1);
    const first = Math.floor((filter * groups) / (layer.shape[0] ?? 1)) * this.#weights.length;
    const isMaps = layer.op === "conv";
    this.#label.textContent = isMaps ? t.whatif.network.channel : t.whatif.network.input;
    const names = this.#weights.slice(0, MOST_INPUTS).map((_, i) => (isMaps && input ? mapName(input, first + i) : String(i)));
    this.#channel.replaceChildren(...names.map((name, i) => h("option", { value: String(i) }, name)));
    if (Number(chosen) < names.length && chosen !== "") this.#channel.value = chosen;
  }

  /** The numbers, edited or as trained; those that have the focus are left alone. */
  #list() {
    const slice = this.#weights[Number(this.#channel.value)];
    if (!this.#shown || slice === undefined) return;
    const rows = Array.isArray(slice) ? slice : [[slice]];
    /** @type {number[]} */
    const all = rows.flat();
    const range = rangeOf(-Math.max(...all.map(Math.abs)), Math.max(...all.map(Math.abs)), true);
    const columns = rows[0]?.length ?? 1;
    this.#grid.style.setProperty("--columns", String(columns));
    while (this.#grid.childElementCount > all.length) this.#grid.lastElementChild?.remove();
    while (this.#grid.childElementCount < all.length) this.#grid.append(this.#input(this.#grid.childElementCount));
    [...this.#grid.querySelectorAll("input")].forEach((input, i) => {
      const spot = this.#spot(i);
      const trained = all[i] ?? 0;
      const edited = this.#edited(spot);
      const value = edited ?? trained;
      if (input !== document.activeElement) input.value = short(value);
      const { background, text } = swatch(value, range, this.app.store.state.theme);
      input.style.background = background;
      input.style.color = text;
      input.classList.toggle("edited", edited !== null);
      const isSingle = spot.y === null || spot.x === null;
      setAttribute(input, "aria-label", isSingle ? t.whatif.network.single : t.whatif.network.weight(spot.y ?? 0, spot.x ?? 0));
    });
    this.#reset.hidden = !all.some((_, i) => this.#edited(this.#spot(i)) !== null);
  }

  /** @param {number} at */
  #input(at) {
    const input = h("input", { type: "number", step: "any", inputmode: "decimal" });
    input.addEventListener("input", () => {
      if (Number.isFinite(input.valueAsNumber)) this.#change(this.#spot(at), input.valueAsNumber);
    });
    input.addEventListener("blur", () => this.#list());
    return input;
  }

  /**
   * @param {number} at
   * @returns {Spot}
   */
  #spot(at) {
    const slice = this.#weights[Number(this.#channel.value)];
    if (!Array.isArray(slice)) return { y: null, x: null };
    const columns = slice[0]?.length ?? 1;
    return { y: Math.floor(at / columns), x: at % columns };
  }

  /**
   * @param {Spot} spot
   * @param {number} weight
   * @returns {Extract<import("../../state/types.js").Change, { kind: "weight" }>}
   */
  #changeOf(spot, weight) {
    const { layer, filter } = this.#shown ?? { layer: { name: "" }, filter: 0 };
    return { kind: "weight", layer: layer.name, filter, channel: Number(this.#channel.value), ...spot, weight };
  }

  /** @param {Spot} spot */
  #edited(spot) {
    const key = keyOf(this.#changeOf(spot, 0));
    const change = this.app.store.state.changes.find((change) => keyOf(change) === key);
    return change?.kind === "weight" ? change.weight : null;
  }

  /**
   * @param {Spot} spot
   * @param {number} weight
   */
  #change(spot, weight) {
    this.app.comparison.change(this.#changeOf(spot, weight));
  }

  /** Take back the edits of this window. */
  #asTrained() {
    const count = this.#grid.childElementCount;
    const keys = new Set(Array.from({ length: count }, (_, i) => keyOf(this.#changeOf(this.#spot(i), 0))));
    for (const change of this.app.store.state.changes) if (keys.has(keyOf(change))) this.app.comparison.remove(change);
  }
}

/**
 * As a number input takes it: a plain minus, four figures.
 *
 * @param {number} value
 */
function short(value) {
  return String(Number(value.toPrecision(4)));
}
