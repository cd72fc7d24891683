/** Words about what a hand does: a mouse points, clicks and drops; a finger taps. */

import { isTouchScreen } from "../lib/dom.js";

/**
 * @param {string} mouse
 * @param {string} touch
 */
export const byPointer = (mouse, touch) => (isTouchScreen() ? touch : mouse);
