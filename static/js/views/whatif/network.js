/**
 * What can be done to the network: a filter of the current layer switched off or turned up, its
 * weights edited.
 */

import { keyOf } from "../../state/changes.js";
import { originalOf } from "../../state/compared-analyses.js";
import { h, setAttribute } from "../../lib/dom.js";
import { hasMaps, layerNamed, mapName, unitLabels } from "../../model/graph.js";
import { fixed, words } from "../../i18n/format.js";
import { Kernel } from "./kernel.js";
import { t } from "../../i18n/index.js";
import { Slider } from "./slider.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Model} Model
 */

/** @param {App} app */
export function networkSection(app) {
  const section = new NetworkSection(app);
  app.store.watch(["tab", "analysis", "layer", "tile", "changes", "pair"], ({ tab }) => tab === "whatif" && section.show());
  return section.element;
}

class NetworkSection {
  #name = h("p", { class: "whatif-what" });
  #off = h("button", { type: "button", class: "toggle" }, t.whatif.network.off);
  #strength;
  #kernel;
  #controls;
  #otherwise = h("div", {});

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.#off.addEventListener("click", () => this.#scale(this.#strengthNow() === 0 ? 1 : 0));
    this.#strength = new Slider({
      label: t.whatif.network.scale,
      least: 0,
      most: 3,
      step: 0.05,
      write: (n) => t.whatif.network.times(fixed(n, 2)),
      onInput: (scale) => this.#scale(scale),
    });
    this.#kernel = new Kernel(app);
    this.#controls = h(
      "div",
      {},
      h("div", { class: "whatif-filter" }, this.#name, this.#off),
      this.#strength.element,
      this.#kernel.element,
      h("p", { class: "muted small" }, t.whatif.network.hint),
    );
    this.element = h(
      "section",
      { class: "whatif-part", "aria-labelledby": "whatif-network" },
      h("h3", { id: "whatif-network" }, t.whatif.network.title),
      this.#controls,
      this.#otherwise,
    );
  }

  show() {
    const { layer: name } = this.app.store.state;
    const { model } = originalOf(this.app.store.state);
    const layer = model && layerNamed(model, name);
    const has = layer ? layer.parameters > 0 : false;
    this.#controls.hidden = !has;
    this.#otherwise.hidden = has;
    if (!model || !layer) this.#otherwise.replaceChildren(h("p", { class: "muted" }, t.whatif.network.elsewhere));
    else if (!has) this.#otherwise.replaceChildren(...this.#wayBack(model, layer));
    else this.#showFilter(model, layer);
  }

  /**
   * @param {Model} model
   * @param {Layer} layer
   */
  #showFilter(model, layer) {
    const { tile } = this.app.store.state;
    const strength = this.#strengthNow();
    this.#name.textContent = t.whatif.network.filter(filterName(model, layer, tile), layer.name);
    setAttribute(this.#off, "aria-pressed", String(strength === 0));
    this.#strength.show(strength);
    this.#kernel.show(model, layer, tile);
  }

  #strengthNow() {
    const { layer, tile, changes } = this.app.store.state;
    const key = keyOf({ kind: "scale", layer, filter: tile, scale: 1 });
    const change = changes.find((change) => keyOf(change) === key);
    return change?.kind === "scale" ? change.scale : 1;
  }

  /** @param {number} scale */
  #scale(scale) {
    const { layer, tile } = this.app.store.state;
    this.app.comparison.change({ kind: "scale", layer, filter: tile, scale });
  }

  /**
   * Where nothing can be edited: the nearest layer before that has weights.
   *
   * @param {Model} model
   * @param {Layer} layer
   */
  #wayBack(model, layer) {
    const text = h("p", { class: "muted" }, t.whatif.network.none(layer.name));
    const before = weightsBefore(model, layer);
    if (!before) return [text];
    const go = () => this.app.navigation.goTo(before.name);
    return [text, h("button", { type: "button", class: "text", on: { click: go } }, t.whatif.network.before(before.name))];
  }
}

/**
 * What one of a layer's filters is called: by the map that it makes, or the class that it speaks
 * for.
 *
 * @param {Model} model
 * @param {Layer} layer
 * @param {number} filter
 */
export function filterName(model, layer, filter) {
  if (hasMaps(layer)) return mapName(layer, filter);
  const label = unitLabels(model, layer)?.[filter];
  return label === undefined ? t.whatif.network.unit(filter) : words(label);
}

/**
 * @param {Model} model
 * @param {Layer} layer
 * @returns {Layer | null}
 */
function weightsBefore(model, layer) {
  const found = new Set(layer.inputs);
  for (const name of found) {
    const before = layerNamed(model, name);
    if (before && before.parameters > 0) return before;
    for (const input of before?.inputs ?? []) found.add(input);
  }
  return model.layers.find(({ parameters }) => parameters > 0) ?? null;
}
