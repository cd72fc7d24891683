/** Where the page scrolls, the stage may be a screen below what is pressed to change it. */

import { getElement, prefersReducedMotion } from "../../lib/dom.js";

/**
 * Bring the strip and the stage below it into sight, if the name of the current layer is not, or
 * only just.
 */
export function bringStageIntoSight() {
  if (!matchMedia("(width < 68rem)").matches) return; // there all is on one screen
  const title = getElement("#layer-title", HTMLElement).getBoundingClientRect();
  const covered = getElement(".bar", HTMLElement).getBoundingClientRect().bottom;
  if (title.top > covered && title.bottom < (innerHeight * 2) / 3) return;
  getElement("#strip", HTMLElement).scrollIntoView({ block: "start", behavior: prefersReducedMotion() ? "instant" : "smooth" });
}
