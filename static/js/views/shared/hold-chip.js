/**
 * The chip beside a number that says that it is held, and lets go of it; by touch, it holds, too.
 */

import { h, isTouchScreen } from "../../lib/dom.js";
import { t } from "../../i18n/index.js";

export class HoldChip {
  element;

  /** @param {() => void} toggle hold the number, or let go of it */
  constructor(toggle) {
    this.element = h("button", { type: "button", class: "hold-chip", hidden: true, on: { click: toggle } });
  }

  /**
   * @param {boolean} isShown whether there is a number
   * @param {boolean} isHeld
   */
  show(isShown, isHeld) {
    this.element.hidden = !isShown || (!isHeld && !isTouchScreen()); // with a mouse, the way to the chip leads over other numbers
    this.element.classList.toggle("held", isHeld);
    this.element.textContent = isHeld ? (isTouchScreen() ? t.hold.heldByTouch : t.hold.held) : t.hold.offer;
  }
}
