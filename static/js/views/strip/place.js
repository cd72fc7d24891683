/** Which part of the strip is in sight, and what stays where it is when it is drawn anew. */

import { prefersReducedMotion } from "../../lib/dom.js";
import { MARGIN } from "../../network/geometry.js";

/**
 * @typedef {import("../../network/geometry.js").Drawing} Drawing
 * @typedef {import("./column.js").Drawn} Drawn
 */

export class StripPlace {
  /**
   * @type {{ column: number, x: number } | null} What stays where it is while the reader zooms: how
   *   many columns from the left.
   */
  anchor = null;
  unit = 1; // pixels in a sixteenth of a rem
  #root;

  /** @param {HTMLElement} root that scrolls */
  constructor(root) {
    this.#root = root;
  }

  /**
   * Scroll so that a column is in the middle.
   *
   * @param {Drawn | undefined} drawn
   */
  bringIntoView(drawn) {
    if (!drawn) return;
    const { left, top, width, height } = drawn.column;
    const { clientWidth, clientHeight } = this.#root;
    this.#root.scrollTo({
      left: this.margin + (left + width / 2) * this.unit - clientWidth / 2,
      top: (top + height / 2) * this.unit - clientHeight / 2,
      behavior: prefersReducedMotion() ? "instant" : "smooth",
    });
  }

  /**
   * How many columns there are to the left of a place on the screen.
   *
   * @param {number} x in pixels from the left of the strip
   * @param {number} pitch
   */
  columnsUntil(x, pitch) {
    return ((this.#root.scrollLeft - this.margin + x) / this.unit - MARGIN) / pitch;
  }

  /**
   * From where to where columns are in sight, and some pixels beside it.
   *
   * @param {number} beside
   */
  sight(beside) {
    const from = (this.#root.scrollLeft - this.margin - beside) / this.unit;
    return { from, to: from + (this.#root.clientWidth + 2 * beside) / this.unit };
  }

  /** Pixels beside a network that is narrower than its room. */
  get margin() {
    const { firstElementChild } = this.#root;
    return firstElementChild instanceof HTMLElement ? firstElementChild.offsetLeft : 0;
  }

  /**
   * What is to stay in its place on the screen: the place that the reader zooms at, or else the
   * current layer.
   *
   * @param {string} layer
   * @param {Drawn | undefined} drawn its column
   */
  hold(layer, drawn) {
    if (this.anchor) return { ...this.anchor, layer: "" };
    const { left = 0, width = 0 } = drawn?.column ?? {};
    return { column: 0, x: (left + width / 2) * this.unit - this.#root.scrollLeft, layer };
  }

  /**
   * @param {{ column: number, x: number }} held
   * @param {Drawn | undefined} drawn the held layer's column
   * @param {number} pitch
   */
  release({ column, x }, drawn, pitch) {
    const { left, width } = drawn?.column ?? { left: MARGIN + column * pitch, width: 0 };
    this.#root.scrollLeft = (left + width / 2) * this.unit - x;
    this.anchor = null;
  }
}
