/**
 * The colour scale with its numbers, a needle at the value under the cursor, and the choice of what
 * shares a scale.
 */

import { getElement, h } from "../../lib/dom.js";
import { number } from "../../i18n/format.js";
import { paint } from "../../render/raster.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").Range} Range
 * @typedef {import("../../state/types.js").ScaleMode} ScaleMode
 */

/** @type {ScaleMode[]} */
const MODES = ["map", "layer", "network"];

export class Legend {
  #colours = h("canvas", { width: 256, height: 1, "aria-hidden": "true" });
  #needle = h("span", { class: "needle", hidden: true });
  #low = h("span", { class: "tick" });
  #zero = h("span", { class: "tick middle" });
  #high = h("span", { class: "tick" });
  #flat = h("p", { class: "flat", role: "status", hidden: true });
  #ramp = h(
    "div",
    { class: "ramp" },
    h("span", { class: "ramp-colours" }, this.#colours, this.#needle),
    h("span", { class: "ticks" }, this.#low, this.#zero, this.#high),
  );
  #choice;
  #drawn = "";

  /** @param {import("../../state/types.js").App} app */
  constructor(app) {
    this.app = app;
    this.#choice = h(
      "fieldset",
      { class: "scales" },
      h("legend", {}, t.legend.title),
      ...MODES.map((mode) => this.#option(mode)),
    );
    getElement("#legend", HTMLElement).replaceChildren(
      this.#ramp,
      this.#flat,
      this.#choice,
    );
    app.store.watch(["scale"], ({ scale }) => this.#choose(scale));
    this.#choose(app.store.state.scale);
  }

  /**
   * @param {Range} range
   * @param {number | null} value
   * @param {boolean} hasChoice whether the reader can choose what shares a scale
   * @param {string | null} flat what the colours cannot show
   */
  show(range, value, hasChoice, flat) {
    const { low, high, signed } = range;
    const { theme } = this.app.store.state;
    const key = JSON.stringify([low, high, theme]);
    if (key !== this.#drawn) {
      this.#drawn = key;
      paint(this.#colours, Array.from({ length: 256 }, (_, i) => low + ((high - low) * i) / 255), 256, range, theme);
      this.#low.textContent = number(low, high);
      this.#zero.textContent = signed ? "0" : number((low + high) / 2, high);
      this.#high.textContent = number(high);
    }
    this.#ramp.hidden = high <= low; // a scale without two ends is none
    this.#flat.hidden = flat === null;
    if (this.#flat.textContent !== (flat ?? "")) this.#flat.textContent = flat ?? "";
    this.#needle.hidden = value === null || high <= low;
    const at = Math.max(0, Math.min(1, ((value ?? 0) - low) / (high - low)));
    this.#needle.style.left = `${at * 100}%`;
    this.#choice.hidden = !hasChoice;
  }

  /** @param {ScaleMode} mode */
  #option(mode) {
    const choose = () => this.app.store.set({ scale: mode });
    return h(
      "label",
      {},
      h("input", { type: "radio", name: "scale", value: mode, class: "visually-hidden", on: { change: choose } }),
      h("span", {}, t.legend[mode]),
    );
  }

  /** @param {ScaleMode} scale */
  #choose(scale) {
    for (const input of this.#choice.querySelectorAll("input")) input.checked = input.value === scale;
  }
}
