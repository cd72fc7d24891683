/**
 * The network, layer by layer: what each is, what it gives, what it costs, and why one is
 * impossible.
 */

import { announce, h, setAttribute } from "../../lib/dom.js";
import { count, large } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { ChoiceField, NumberField } from "./fields.js";
import { FRESH, OPTIONS, optionsOf, placeFor, PRESETS } from "./layer-types.js";
import { drawStack } from "./network-stack.js";

/**
 * @typedef {import("../types.js").LayerSpec} LayerSpec
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../types.js").LearnState} LearnState
 * @typedef {import("../types.js").Planned} Planned
 * @typedef {import("./layer-types.js").Kind} Kind
 */

const words = t.learn.setup.network;
const OWN = "own"; // what the choice of presets says when the network is none of them

/** A row of the list: a layer that can be changed (`index`), or one that is added by itself. */
class Row {
  #says = h("span", { class: "layer-shape" });
  #cost = h("span", { class: "layer-cost" });
  #problem = h("p", { class: "layer-problem", hidden: true });
  /** @type {Map<string, NumberField>} */
  #fields = new Map();

  /**
   * @param {LayerSpec["kind"] | "flatten" | "scores" | "softmax"} kind
   * @param {Node[]} buttons
   * @param {NumberField[]} fields
   * @param {string[]} options the fields' names, which is how they find their column
   */
  constructor(kind, buttons, fields, options) {
    fields.forEach((field, i) => {
      const option = options[i] ?? "";
      field.element.dataset.option = option;
      this.#fields.set(option, field);
    });
    const isAdded = buttons.length === 0;
    this.element = h(
      "li",
      { class: isAdded ? "layer added" : "layer", title: isAdded && words.added },
      h("span", { class: "layer-kind" }, words.kinds[kind]),
      this.#says,
      h("div", { class: "layer-ways" }, ...buttons),
      this.#cost,
      fields.length > 0 && h("div", { class: "layer-numbers" }, ...fields.map(({ element }) => element)),
      ...fields.map(({ note }) => note),
      this.#problem,
    );
  }

  /**
   * @param {LayerSpec | null} layer
   * @param {Planned | undefined} planned
   */
  show(layer, planned) {
    if (layer) for (const [option, value] of optionsOf(layer)) this.#fields.get(option)?.show(value);
    const { shape = null, parameters = null, problem = null } = planned ?? {};
    this.#says.textContent = shape?.join(" × ") ?? "";
    this.#cost.textContent = parameters ? count(parameters) : "";
    setAttribute(this.#cost, "title", parameters ? words.parameters(count(parameters)) : null);
    this.element.classList.toggle("impossible", problem !== null);
    this.element.classList.toggle("behind", planned !== undefined && shape === null && problem === null);
    this.#problem.hidden = problem === null;
    this.#problem.textContent = problem ?? "";
    this.#fields.forEach((field) => field.describe(problem && this.#problemId()));
  }

  #problemId() {
    this.#problem.id ||= `layer-problem-${Row.#made++}`;
    return this.#problem.id;
  }

  static #made = 0;
}

export class NetworkEditor {
  #list = h("ol", { class: "layers", "aria-label": words.list });
  #total = h("p", { class: "total", role: "status" });
  #stack = h("div", { class: "stack" });
  /** @type {Row[]} */
  #rows = [];
  #kinds = "";

  /** @param {LearnStore} store */
  constructor(store) {
    this.store = store;
    this.preset = new ChoiceField({
      label: words.preset,
      names: { ...words.presets, [OWN]: words.own },
      onChoice: (name) => name !== OWN && this.#change(PRESETS[/** @type {keyof typeof PRESETS} */ (name)]),
    });
    const add = new ChoiceField({ label: words.newLayer, names: kindNames(), onChoice: () => {} });
    const button = h("button", { type: "button", class: "text", on: { click: () => this.#add(/** @type {Kind} */ (add.select.value)) } }, words.add);
    this.element = h(
      "div",
      { class: "network" },
      this.preset.element,
      this.#stack,
      h("p", { class: "layers-head", "aria-hidden": "true" }, ...words.columns.map((column) => h("span", {}, column))),
      this.#list,
      h("div", { class: "adding" }, add.element, button),
      this.#total,
    );
    store.watch(["config", "plan"], (state) => this.#show(state));
    this.#show(store.state);
  }

  get #layers() {
    return this.store.state.config.layers ?? [];
  }

  /** @param {Readonly<LearnState>} state */
  #show({ config, plan }) {
    const layers = config.layers ?? [];
    const sketch = JSON.stringify(layers);
    this.preset.show(Object.entries(PRESETS).find(([, preset]) => JSON.stringify(preset) === sketch)?.[0] ?? OWN);
    const entries = entriesOf(layers);
    const kinds = entries.map(({ kind }) => kind).join();
    if (kinds !== this.#kinds) this.#rebuild(entries, kinds);
    const planned = plan?.layers.length === entries.length ? plan.layers : []; // an older plan's rows are others
    entries.forEach(({ index }, i) => this.#rows[i]?.show(index === null ? null : (layers[index] ?? null), planned[i]));
    this.#stack.replaceChildren(drawStack(plan?.input ?? null, planned));
    this.#total.textContent = totalOf(config, plan);
  }

  /**
   * @param {ReturnType<typeof entriesOf>} entries
   * @param {string} kinds
   */
  #rebuild(entries, kinds) {
    this.#kinds = kinds;
    this.#rows = entries.map(({ kind, index }) => (index === null ? new Row(kind, [], [], []) : this.#makeRow(kind, index)));
    this.#list.replaceChildren(...this.#rows.map(({ element }) => element));
  }

  /**
   * @param {ReturnType<typeof entriesOf>[number]["kind"]} kind
   * @param {number} index
   */
  #makeRow(kind, index) {
    const options = optionsOf(/** @type {LayerSpec} */ (this.#layers[index]));
    const fields = options.map(
      ([option]) =>
        new NumberField({
          label: words.options[option],
          ...OPTIONS[option],
          onValue: (value) => this.#change(this.#layers.map((layer, i) => (i === index ? { ...layer, [option]: value } : layer))),
        }),
    );
    const row = new Row(kind, this.#ways(kind, index), fields, options.map(([option]) => option));
    row.element.dataset.index = String(index);
    row.element.addEventListener("keydown", (event) => {
      const step = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : undefined;
      if (!step) return;
      event.preventDefault();
      this.#move(index, step);
    });
    return row;
  }

  /**
   * @param {ReturnType<typeof entriesOf>[number]["kind"]} kind
   * @param {number} index
   */
  #ways(kind, index) {
    const name = words.nth(words.kinds[kind], index + 1);
    /**
     * @type {(way: string, label: string, sign: string, disabled: boolean, click: () => void) =>
     *   HTMLElement}
     */
    const button = (way, label, sign, disabled, click) =>
      h("button", { type: "button", class: "icon", data: { way }, "aria-label": label, title: label, disabled, on: { click } }, sign);
    return [
      button("up", words.up(name), "↑", index === 0, () => this.#move(index, -1)),
      button("down", words.down(name), "↓", index === this.#layers.length - 1, () => this.#move(index, 1)),
      button("remove", words.remove(name), "×", false, () => this.#remove(index)),
    ];
  }

  /** @param {LayerSpec[]} layers */
  #change(layers) {
    const { architecture: _, ...config } = this.store.state.config;
    this.store.set({ config: { ...config, layers } });
  }

  /** @param {Kind} kind */
  #add(kind) {
    const layers = [...this.#layers];
    const at = placeFor(layers, kind);
    layers.splice(at, 0, FRESH[kind]);
    this.#change(layers);
    this.#focus(at, "input, [data-way=remove]");
    announce(words.wasAdded(words.kinds[kind], at + 1));
  }

  /** @param {number} index */
  #remove(index) {
    const kind = this.#layers[index]?.kind;
    this.#change(this.#layers.filter((_, i) => i !== index));
    this.#focus(Math.min(index, this.#layers.length - 1), "[data-way=remove]");
    if (kind) announce(words.wasRemoved(words.kinds[kind]));
  }

  /**
   * @param {number} index
   * @param {number} step
   */
  #move(index, step) {
    const layers = [...this.#layers];
    const [layer] = layers.splice(index, 1);
    if (!layer || index + step < 0 || index + step > layers.length) return;
    layers.splice(index + step, 0, layer);
    this.#kinds = ""; // two neighbours of one kind change places, too, and the focus goes along
    this.#change(layers);
    this.#focus(index + step, step < 0 ? "[data-way=up]:enabled, [data-way=down]" : "[data-way=down]:enabled, [data-way=up]");
    announce(words.wasMoved(words.kinds[layer.kind], index + step + 1));
  }

  /**
   * @param {number} index
   * @param {string} selector
   */
  #focus(index, selector) {
    const target = this.#list.querySelector(`[data-index="${index}"]`)?.querySelector(selector);
    if (target instanceof HTMLElement) target.focus();
    else this.preset.select.focus(); // the last layer is gone
  }
}

/**
 * All layers with those that are added by themselves, as the server plans them.
 *
 * @param {LayerSpec[]} layers
 */
function entriesOf(layers) {
  /** @type {{ kind: Kind | "flatten" | "scores" | "softmax", index: number | null }[]} */
  const entries = layers.map(({ kind }, index) => ({ kind, index }));
  const dense = layers.findIndex(({ kind }) => kind === "dense");
  entries.splice(dense < 0 ? layers.length : dense, 0, { kind: "flatten", index: null });
  entries.push({ kind: "scores", index: null }, { kind: "softmax", index: null });
  return entries;
}

/**
 * @param {import("../types.js").TrainingConfig} config
 * @param {import("../types.js").Plan | null} plan
 */
function totalOf({ layers }, plan) {
  if (!layers) return words.everyday;
  if (plan?.problem) return words.impossible;
  if (plan?.parameters == null || plan.multiply_adds === null) return "";
  return words.total(large(plan.parameters), large(plan.multiply_adds));
}

/** @returns {Record<string, string>} */
function kindNames() {
  return Object.fromEntries(Object.keys(FRESH).map((kind) => [kind, words.kinds[/** @type {Kind} */ (kind)]]));
}
