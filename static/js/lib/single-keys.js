/**
 * Shortcuts of a single character. Who speaks to the device, or hits keys by accident, can switch
 * them off (WCAG 2.1.4); keys without a character stay.
 */

import { storage } from "./storage.js";

const KEY = "single-keys";

export function singleKeysWork() {
  return storage.get(KEY) !== "off";
}

/** @param {boolean} work */
export function setSingleKeys(work) {
  storage.set(KEY, work ? "on" : "off");
}

/**
 * Whether a key is switched off.
 *
 * @param {string} key as `KeyboardEvent.key` names it
 */
export function isSwitchedOff(key) {
  return key.length === 1 && key !== " " && !singleKeysWork();
}
