/**
 * What is wrong with a number that was entered, said beside its field: nothing is replaced behind a
 * reader's back.
 */

import { h, setAttribute } from "../../lib/dom.js";
import { plain } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";

let made = 0;

/** Watches one number field with its `min`, `max` and `step`. */
export class NumberCheck {
  /**
   * @type {string | null} Why less than `min` is impossible, where there is more to say than the
   *   range.
   */
  #why = null;
  /** @type {string | null} */
  #other = null;

  /**
   * @param {HTMLInputElement} input
   * @param {boolean} [mayBeEmpty] nothing entered is the usual value
   */
  constructor(input, mayBeEmpty = false) {
    this.input = input;
    this.mayBeEmpty = mayBeEmpty;
    this.note = h("p", { class: "fault", id: `fault-${made++}`, role: "status", hidden: true });
    input.addEventListener("input", () => this.mark());
  }

  /** What is wrong, in words; null for what can be used. */
  get fault() {
    const { input } = this;
    const { valid, rangeUnderflow, stepMismatch } = input.validity;
    if (valid && (input.value !== "" || this.mayBeEmpty)) return null;
    if (rangeUnderflow && this.#why) return this.#why;
    const range = rangeOf(input);
    if (input.value === "") return t.invalidNumber.empty(range); // or it is no number at all
    return (stepMismatch ? t.invalidNumber.fraction : t.invalidNumber.outside)(plain(input.valueAsNumber), range);
  }

  /** Show what is wrong, if anything; whether the number can be used. */
  mark() {
    const { fault } = this;
    this.note.hidden = fault === null;
    this.note.textContent = fault ?? "";
    setAttribute(this.input, "aria-invalid", fault !== null && "true");
    setAttribute(this.input, "aria-describedby", [fault && this.note.id, this.#other].filter(Boolean).join(" ") || null);
    return fault === null;
  }

  /**
   * @param {number} least from now on
   * @param {string | null} why
   */
  limit(least, why) {
    if (this.input.min === String(least) && this.#why === why) return;
    this.input.min = String(least);
    this.#why = why;
    if (this.input.value !== "") this.mark();
  }

  /** @param {string | null} id of what else describes the field */
  describe(id) {
    if (this.#other === id) return;
    this.#other = id;
    this.mark();
  }
}

/** @param {HTMLInputElement} input */
function rangeOf({ min, max, step }) {
  const [least, most] = [min, max].map((end) => plain(Number(end)));
  const { from, fromTo, whole, any } = t.invalidNumber;
  const kind = step === "any" ? any : whole;
  return max === "" ? from(kind, least ?? "") : fromTo(kind, least ?? "", most ?? "");
}
