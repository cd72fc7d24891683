/** What can be done to the photo: shift, rotate, blur and cover it. */

import { kindOf } from "../../state/changes.js";
import { h } from "../../lib/dom.js";
import { plain } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { brushFold } from "./brush.js";
import { Slider } from "./slider.js";

/**
 * @typedef {import("../../state/types.js").App} App
 */

const FURTHEST = 8; // pixels of the network's input
// Fine near zero, coarse where a degree more or less is not seen.
const DEGREES = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 45, 60, 75, 90, 105, 120, 135, 150, 165, 180];

/**
 * @param {App} app
 * @returns {HTMLElement}
 */
export function photoSection(app) {
  const { store, comparison } = app;
  const { pixels, degrees, ...names } = t.whatif.photo;
  const shift = () => kindOf(store.state.changes, "shift") ?? { kind: "shift", right: 0, down: 0 };
  const length = { least: -FURTHEST, most: FURTHEST, step: 1, write: (/** @type {number} */ n) => pixels(plain(n)) };
  const right = new Slider({ ...length, label: names.right, onInput: (right) => comparison.change({ ...shift(), right }) });
  const down = new Slider({ ...length, label: names.down, onInput: (down) => comparison.change({ ...shift(), down }) });
  const rotate = new Slider({
    label: names.rotate,
    least: 1 - DEGREES.length,
    most: DEGREES.length - 1,
    step: 1,
    write: (n) => degrees(plain(n)),
    onInput: (at) => comparison.change({ kind: "rotate", degrees: Math.sign(at) * (DEGREES[Math.abs(at)] ?? 0) }),
  });
  const blur = new Slider({
    label: names.blur,
    least: 0,
    most: 8,
    step: 0.25,
    write: (n) => pixels(plain(n)),
    onInput: (sigma) => comparison.change({ kind: "blur", sigma }),
  });
  const show = () => {
    const { changes } = store.state;
    const turned = kindOf(changes, "rotate")?.degrees ?? 0;
    right.show(shift().right);
    down.show(shift().down);
    rotate.show(positionOf(turned), turned);
    blur.show(kindOf(changes, "blur")?.sigma ?? 0);
  };
  store.watch(["changes"], show);
  show();
  return h(
    "section",
    { class: "whatif-part", "aria-labelledby": "whatif-photo" },
    h("h3", { id: "whatif-photo" }, names.title),
    ...[right, down, rotate, blur].map(({ element }) => element),
    brushFold(app),
  );
}

/**
 * Where an angle, from a link it may be any, is nearest on the slider.
 *
 * @param {number} degrees
 */
function positionOf(degrees) {
  const size = Math.abs(degrees);
  const at = DEGREES.reduce((best, each, i) => (Math.abs(each - size) < Math.abs((DEGREES[best] ?? 0) - size) ? i : best), 0);
  return Math.sign(degrees) * at || 0;
}
