/** Labelled fields: a number, a choice, a learning rate. Each shows what it is told and tells what is entered. */

import { h, setAttribute } from "../../dom.js";

let made = 0;

/** @returns {string} an id that nothing else has */
function newId() {
  return `field-${made++}`;
}

export class NumberField {
  /**
   * @param {object} what
   * @param {string} what.label
   * @param {number} what.least
   * @param {number} [what.most]
   * @param {number | "any"} [what.step]
   * @param {(value: number) => void} what.onValue told of what can be used only
   */
  constructor({ label, least, most, step = 1, onValue }) {
    const id = newId();
    this.input = h("input", { type: "number", id, min: least, max: most, step, inputmode: step === 1 ? "numeric" : "decimal" });
    this.input.addEventListener("input", () => {
      const isRight = this.input.validity.valid && this.input.value !== "";
      setAttribute(this.input, "aria-invalid", !isRight && "true");
      if (isRight) onValue(this.input.valueAsNumber);
    });
    this.element = h("div", { class: "field" }, h("label", { for: id }, label), this.input);
  }

  /** @param {number} value */
  show(value) {
    if (this.input.valueAsNumber === value) return;
    if (document.activeElement === this.input && this.input.matches(":invalid")) return; // a number half written
    this.input.value = String(value);
    setAttribute(this.input, "aria-invalid", null);
  }
}

export class ChoiceField {
  /**
   * @param {object} what
   * @param {string} what.label
   * @param {Record<string, string>} what.names value → what it is called
   * @param {(value: string) => void} what.onChoice
   */
  constructor({ label, names, onChoice }) {
    const id = newId();
    const options = Object.entries(names).map(([value, name]) => h("option", { value }, name));
    this.select = h("select", { id, on: { change: () => onChoice(this.select.value) } }, ...options);
    this.element = h("div", { class: "field" }, h("label", { for: id }, label), this.select);
  }

  /** @param {string} value */
  show(value) {
    this.select.value = value;
  }
}

/** A number over several powers of ten: a slider for the size, a field for the exact value. */
export class PowerField {
  #slider;
  #field;

  /**
   * @param {object} what
   * @param {string} what.label
   * @param {string} what.sliderLabel
   * @param {number} what.least the power of ten on the left
   * @param {number} what.most the power of ten on the right
   * @param {(value: number) => void} what.onValue
   */
  constructor({ label, sliderLabel, least, most, onValue }) {
    this.#field = new NumberField({ label, least: 1e-8, most: 1e3, step: "any", onValue });
    this.#slider = h("input", { type: "range", min: least, max: most, step: 0.05, "aria-label": sliderLabel });
    this.#slider.addEventListener("input", () => onValue(Number((10 ** this.#slider.valueAsNumber).toPrecision(2))));
    this.element = h("div", { class: "power" }, this.#field.element, this.#slider);
  }

  /** @param {number} value */
  show(value) {
    this.#field.show(value);
    if (document.activeElement !== this.#slider) this.#slider.value = String(Math.log10(value));
    setAttribute(this.#slider, "aria-valuetext", this.#field.input.value);
  }
}
