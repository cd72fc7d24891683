/** The veil over what the sliding window has not reached yet. */

import { h, placeBox } from "../../lib/dom.js";

export class Veil {
  #rest = h("span", { class: "veil", hidden: true }); // of the row that the window is in
  #below = h("span", { class: "veil", hidden: true });
  elements = [this.#rest, this.#below];

  /**
   * @param {number[]} shape of the layer
   * @param {import("../../state/types.js").State["animation"]} animation
   */
  mark([, height = 1, width = 1], animation) {
    const [y, x] = animation ? [Math.floor(animation.reached / width), animation.reached % width] : [0, 0];
    const isRow = animation && x < width - 1;
    placeBox(this.#rest, isRow ? { left: (x + 1) / width, top: y / height, width: 1 - (x + 1) / width, height: 1 / height } : null);
    const isBelow = animation && y < height - 1;
    placeBox(this.#below, isBelow ? { left: 0, top: (y + 1) / height, width: 1, height: 1 - (y + 1) / height } : null);
  }
}
