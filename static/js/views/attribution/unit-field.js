/**
 * Which number of an output without classes is asked about: a field for each of its coordinates.
 * Empty ones mean the largest.
 */

import { h } from "../../lib/dom.js";
import { axesOf, coordinatesOf, indexOf } from "../../model/attribution-target.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../model/attribution-target.js").Axis} Axis
 * @typedef {import("../../state/types.js").Model} Model
 * @typedef {import("../../state/types.js").ModelOutput} ModelOutput
 */

export class UnitField {
  /** @type {Axis[]} */
  #axes = [];
  /** @type {HTMLInputElement[]} */
  #inputs = [];
  element = h("div", { class: "field unit-field", role: "group", "aria-label": t.attribution.unit, hidden: true });

  /** @param {(target: string | null) => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
  }

  /**
   * @param {Model} model
   * @param {ModelOutput | null} info null where a class is asked about
   */
  ask(model, info) {
    this.element.hidden = info === null;
    this.#axes = info ? axesOf(model, info) : [];
    this.#inputs = this.#axes.map(({ name, size }) =>
      h("input", { id: `attribution-${name}`, type: "number", min: 0, max: size - 1, step: 1, inputmode: "numeric", on: { change: () => this.#tell() } }),
    );
    this.element.replaceChildren(
      h("span", { class: "field-name" }, t.attribution.unit),
      h(
        "span",
        { class: "coordinates" },
        ...this.#axes.map(({ name }, i) => h("label", { for: `attribution-${name}` }, h("span", {}, t.attribution.axes[name]), this.#inputs[i])),
      ),
    );
  }

  /**
   * What is asked for; null for the largest.
   *
   * @param {number | null} index
   */
  show(index) {
    const at = index === null ? [] : coordinatesOf(this.#axes, index);
    this.#inputs.forEach((input, i) => {
      if (document.activeElement !== input) input.value = at[i] === undefined ? "" : String(at[i]);
    });
  }

  /**
   * Where the largest is, or what was asked about: it stands in the empty fields, and is meant by
   * those that are left empty.
   *
   * @param {number} index
   */
  suggest(index) {
    coordinatesOf(this.#axes, index).forEach((at, i) => this.#inputs[i]?.setAttribute("placeholder", String(at)));
  }

  #tell() {
    if (this.#inputs.every(({ value }) => value === "")) return this.onChange(null);
    const within = this.#inputs.map((input, i) => {
      const entered = Number(input.value === "" ? input.placeholder : input.value);
      return Math.max(0, Math.min((this.#axes[i]?.size ?? 1) - 1, Math.round(entered)));
    });
    return this.onChange(String(indexOf(this.#axes, within)));
  }
}
