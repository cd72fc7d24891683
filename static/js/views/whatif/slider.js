/** A slider with its value beside it. */

import { h, setAttribute } from "../../lib/dom.js";

let made = 0;

export class Slider {
  #input;
  #output;
  #write;

  /**
   * @param {object} what
   * @param {string} what.label
   * @param {number} what.least
   * @param {number} what.most
   * @param {number} what.step
   * @param {(value: number) => string} what.write
   * @param {(value: number) => void} what.onInput
   */
  constructor({ label, least, most, step, write, onInput }) {
    const id = `knob-${made++}`;
    this.#write = write;
    this.#input = h("input", { type: "range", id, min: least, max: most, step });
    this.#output = h("output", { for: id });
    this.#input.addEventListener("input", () => onInput(this.#input.valueAsNumber));
    this.element = h("div", { class: "knob" }, h("label", { for: id }, label), this.#input, this.#output);
  }

  /**
   * @param {number} position of the slider
   * @param {number} [value] what it stands for, where that is something else
   */
  show(position, value = position) {
    const text = this.#write(value);
    if (this.#input.valueAsNumber !== position) this.#input.valueAsNumber = position;
    this.#output.textContent = text;
    setAttribute(this.#input, "aria-valuetext", text);
  }
}
