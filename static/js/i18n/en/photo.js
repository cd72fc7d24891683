/** The photo, the camera, drawing, and what the network is given. */

import { byPointer } from "../by-pointer.js";

export const photo = {
  onWhite: "Transparent parts are laid on white.",
  title: "Photo",
  none: "No photo yet",
  samples: "Samples",
  choose: "Choose a photo",
  orDrop: byPointer("drop or paste one", "one of your own"),
  drop: "Drop the photo or the network anywhere",
  /** @type {(title: string, width: number, height: number) => string} */
  label: (title, width, height) => `The photo: ${title}, ${width} × ${height} pixels`,
  notHere: "The server keeps no photo, so this link shows only the input of the network.",
  yours: "your photo",
  byLink: "a photo opened by its link",
  /**
   * What the browser did to a photo before it sent it; a line below the photo has room for about 35
   * letters, and there are two.
   */
  converted: {
    format: (/** @type {string} */ from, /** @type {string} */ to) => `Converted here from ${from} to ${to}.`,
    smaller: (/** @type {string} */ from, /** @type {string} */ to) => `Shrunk here from ${from} to ${to} pixels.`,
    anew: (/** @type {string} */ from, /** @type {string} */ to) => `Saved anew here: ${from} became ${to}.`,
  },
};

export const camera = {
  offer: "Take a photo",
  title: "Take a photo",
  live: "What the camera sees",
  still: "The photo that was taken",
  asking: "The browser asks whether this page may use the camera.",
  mirrored: "Shown as in a mirror; the photo is not mirrored.",
  taken: "The camera is off. This is the photo as the network will get it.",
  take: "Take it",
  goLive: "Live",
  use: "Use it",
  again: "Take another",
  name: "your photo",
  problems: {
    refused: { title: "The camera was refused", detail: "Allow it for this page in the browser's address bar, then try again." },
    none: { title: "No camera was found", detail: "Connect one, then try again; or close this and choose a photo." },
    inUse: { title: "The camera gives no picture", detail: "Perhaps another program uses it. Close that one, then try again." },
    insecure: { title: "The browser offers no camera here", detail: "It does so over https or on this very computer only. A photo can still be chosen." },
    hidden: { title: "The camera was switched off", detail: "That happens as soon as this page is out of sight." },
  },
};

export const live = {
  camera: "live picture",
  begins: "Live",
  rate: (/** @type {number} */ frames) => `Live, ${frames} ${frames === 1 ? "frame" : "frames"} a second`,
  waiting: "The server is busy; the next frame waits.",
  pause: "Pause",
  turn: "Other camera",
  stop: "Stop",
  begun: "Live: what you see runs through the network again and again. Pause keeps a frame as a photo, Escape ends it.",
  ended: "No longer live.",
  lost: { title: "The camera was taken away", detail: "It gives no more pictures. What was shown before is here again." },
};

export const draw = {
  offer: "Draw something",
  title: "Draw something",
  role: "drawing",
  label: "Drawing. Arrow keys move the pen, with Shift by little; Space puts it down and lifts it.",
  hint: "Keys: arrows move the pen, Space puts it down and lifts it, Ctrl Z takes back.",
  pen: { title: "Colour", names: ["black", "white, an eraser on white", "red", "orange", "yellow", "green", "blue", "brown"] },
  width: { title: "Pen", names: ["fine", "medium", "broad", "very broad"] },
  background: {
    title: "Background",
    names: ["black", "white", "red", "orange", "yellow", "green", "blue", "brown"].map((name) => `background ${name}`),
  },
  use: "Use it",
  live: "Live",
  undo: "Undo",
  clear: "Clear",
  name: "your drawing",
};

export const crop = {
  role: "movable frame",
  label: "The crop that the network gets of the photo. Arrow keys move it, with Shift by a pixel; plus and minus make it larger and smaller; Home brings it back to the middle.",
  hint: "Drag the frame to show the network another part",
  fixed: "The photo itself is not here, so the frame stays where it is",
  back: "Back to the middle",
  /** @type {(left: number, top: number, width: number, height: number) => string} */
  at: (left, top, width, height) => `${width} × ${height} pixels, ${left} from the left, ${top} from the top`,
};

export const networkInput = {
  title: "Input of the network",
  empty: "The network's input",
  label: (/** @type {number} */ width, /** @type {number} */ height) => `The photo as the network got it, ${width} × ${height} pixels`,
  /**
   * @type {(width: number, height: number, interpolation: string, how: "moved" | "center" |
   *   "squash" | "border") => string}
   */
  cut: (width, height, interpolation, how) =>
    `${width} × ${height} pixels, ${{ moved: "your crop", center: "centre crop", squash: "stretched to fit", border: "all of the photo, with borders" }[how]}, resized (${interpolation}). `,
  /** @type {(formula: string, order: string | null) => string} */
  colours: (formula, order) => `Then each value of 0 to 255 becomes ${formula}${order ? `, in this order: ${order}` : ""}.`,
};

export const probe = {
  role: "place finder",
  label: "The input of the network. Arrow keys point at a pixel and tell which values of the layer have it in their receptive field; Escape ends.",
  hint: byPointer("Point at a pixel to see which values have it in their receptive field.", "Tap a pixel to see which values have it in their receptive field."),
  pixel: (/** @type {number} */ y, /** @type {number} */ x) => `Pixel y ${y} · x ${x}:`,
  /**
   * @type {(layer: string, down: number, across: number, height: number, width: number, maps:
   *   number) => string}
   */
  maps: (layer, down, across, height, width, maps) =>
    `${down} × ${across} of ${height} × ${width} positions of ${layer} see it${maps > 1 ? ", on each map" : ""}.`,
  /** @type {(layer: string, some: string, all: string) => string} */
  units: (layer, some, all) => `${some} of ${all} units of ${layer} see it.`,
  all: (/** @type {string} */ layer, /** @type {string} */ all) => `all ${all} units of ${layer} see it.`,
  none: (/** @type {string} */ layer) => `no value of ${layer} sees it.`,
};
