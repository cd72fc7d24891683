/**
 * Labelled fields: a number, a choice, a learning rate. Each shows what it is told and tells what
 * is entered.
 */

import { h, setAttribute } from "../../lib/dom.js";
import { NumberCheck } from "../../views/shared/number-check.js";

let made = 0;

/** @returns {string} an id that nothing else has */
function newId() {
  return `field-${made++}`;
}

export class NumberField {
  #check;
  /**
   * @type {number | null} The number in use, which the field may differ from while it cannot be
   *   used.
   */
  #used = null;

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
    this.#check = new NumberCheck(this.input);
    this.input.addEventListener("input", () => {
      if (this.#check.fault) return;
      this.#used = this.input.valueAsNumber;
      onValue(this.#used);
    });
    this.note = this.#check.note;
    this.element = h("div", { class: "field" }, h("label", { for: id }, label), this.input, this.note);
  }

  /** @param {number} value */
  show(value) {
    if (this.#used === value) return; // what was entered stays, also where it cannot be used
    this.#used = value;
    this.input.value = String(value);
    this.#check.mark();
  }

  /**
   * @param {number} least from now on
   * @param {string | null} why less is impossible
   */
  limit(least, why) {
    this.#check.limit(least, why);
  }

  /** @param {string | null} id of what else describes the field */
  describe(id) {
    this.#check.describe(id);
  }
}

/**
 * The first number within `root` that cannot be used, with what is wrong with it; null where all
 * can.
 *
 * @param {HTMLElement} root
 */
export function firstFault(root) {
  const input = root.querySelector("input[aria-invalid='true']");
  if (!(input instanceof HTMLInputElement)) return null;
  const note = document.getElementById(input.getAttribute("aria-describedby")?.split(" ")[0] ?? "");
  return { input, label: input.labels?.[0]?.textContent ?? "", text: note?.textContent ?? "" };
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
    this.#field = new NumberField({ label, least: 1e-8, most: 10, step: "any", onValue });
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
