/** A map that is opened grows out of its tile; one that is closed returns to it. */

import { h, prefersReducedMotion } from "../../lib/dom.js";

/**
 * @typedef {{ canvas: HTMLCanvasElement, box: DOMRect }} Picture A map as it is painted, and where.
 */

const DURATION = 240; // milliseconds
const EASING = "cubic-bezier(0.2, 0, 0, 1)";

/**
 * @param {Picture} from where the map was
 * @param {Picture} to where it is now
 * @param {HTMLElement} view what has come with it, and appears meanwhile
 */
export function travel(from, to, view) {
  if (prefersReducedMotion() || !from.box.width || !to.box.width) return;
  const { left, top, width, height } = to.box;
  const style = { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` };
  const traveller = h("canvas", { class: "traveller", "aria-hidden": "true", width: from.canvas.width, height: from.canvas.height, style });
  traveller.getContext("2d")?.drawImage(from.canvas, 0, 0);
  document.body.append(traveller);
  const start = `translate(${from.box.left - left}px, ${from.box.top - top}px) scale(${from.box.width / width}, ${from.box.height / height})`;
  const motion = traveller.animate([{ transform: start }, { transform: "none" }], { duration: DURATION, easing: EASING });
  motion.finished.then(() => traveller.remove(), () => traveller.remove());
  view.animate([{ opacity: 0 }, { opacity: 1 }], { duration: DURATION, easing: "ease-in" });
}
