/** The frame of the page: toolbar, dialogs, tour, keys. */

import { byPointer } from "../by-pointer.js";

/** @type {string} */
export const language = "Language";

/** @type {string} */
export const close = "Close";

/** @type {string} */
export const cancel = "Cancel";

export const deletion = {
  yes: "Delete",
  yesNamed: (/** @type {string} */ name) => `Yes, delete ${name}`,
  no: "Keep",
  going: "Deleting …",
  done: (/** @type {string} */ name) => `${name} is deleted.`,
};

export const sharing = {
  share: "Share",
  shareNamed: (/** @type {string} */ name) => `Share ${name}`,
  shared: "Shared",
  sharedNamed: (/** @type {string} */ name) => `Shared: ${name}`,
  address: (/** @type {string} */ name) => `Link to ${name}`,
  whoever: "Whoever has the link can look at it, and change nothing.",
  copied: "The link is copied.",
  copy: "Copy",
  stop: "Stop sharing",
  stopped: (/** @type {string} */ name) => `${name} is no longer shared.`,
  done: "Done",
  lentRun: "This run is shared with you: you can look at everything, and only its owner can change it.",
  lentSecond: (/** @type {string} */ name) => `«${name}» is shared with you, to be looked at: the buttons are for your own run alone.`,
  lentSetup: "Only to be looked at: this is how the shared run was begun.",
  ownRun: "Begin a run of your own",
  lentNetwork: "This network is shared with you: you can look at it and try photos on it, and only its owner can change it.",
};

export const login = {
  say: "This server is closed. Its token opens it in this browser.",
  token: "Token",
  wrong: "This is not the token. Ask whoever runs the server.",
  wait: "Too many wrong tokens. Wait a minute, then try again.",
  open: "Log in",
};

export const workspace = {
  title: "Your workspace",
  say: "What you bring and make here belongs to this browser. Nobody else sees it, unless you share a link.",
  models: "Networks",
  datasets: "Data sets",
  trainings: "Trainings",
  delete: "Delete everything of mine",
  sure: "Networks, data sets, trainings, analyses and links go for good, also while a training runs.",
  yes: "Delete all",
  deleted: "Everything is deleted.",
  join: "Use the shell's workspace here",
  key: "The key that “convscope workspace” prints",
  wrong: "This is not a workspace's key.",
  open: "Open",
  back: "Back to Convscope",
};

export const toolbar = {
  network: "Network",
  /** @type {(network: string, other: string) => string} */
  compared: (network, other) => `${network} ↔ ${other}`,
  step: "Step through the layers",
  back: "Previous layer",
  forward: "Next layer",
  layer: "Layer",
  nowhere: "–",
  position: (/** @type {number} */ at, /** @type {number} */ count) => `${at} of ${count}`,
  play: "Play",
  playLabel: "Play through the layers",
  page: "Pages",
  api: "API",
  learn: "Train",
  microscope: "Microscope",
  theme: "Dark theme",
  help: "Keys, glossary and help",
};

export const menu = {
  title: "Menu",
  open: "Open the menu",
};

export const status = {
  ready: "Getting ready",
  opening: "Opening the photo",
  reading: "Reading the photo",
  loading: "Loading the network",
  looking: "The network is running",
  sending: (/** @type {string} */ sent, /** @type {string} */ total) => `Sending ${sent} of ${total}`,
  seconds: (/** @type {string} */ text, /** @type {string} */ seconds) => `${text} · ${seconds} s`,
};

export const save = {
  offer: "Save",
  title: "Save",
  picture: "An image (PNG) of",
  panels: { stage: "the maps", inspector: "the inspector", photo: "the photo", seen: "the network's input", strip: "all layers" },
  numbers: (/** @type {string} */ layer) => `The values of ${layer}`,
  program: "A program that computes this layer",
  same: "It asks the server for the numbers and paints the same pixels as this page; for another photo, too.",
  script: "Python script",
  notebook: "Jupyter notebook",
};

export const hold = {
  offer: "Hold",
  held: "held · Esc to release",
  heldByTouch: "held · tap to release",
  isHeld: "held",
};

export const help = {
  keys: "By keyboard",
  touch: "By touch",
  tapMap: /** @type {[string, string]} */ (["tap a map", "open it"]),
  tapValue: /** @type {[string, string]} */ (["tap a value", "show how it is computed"]),
  longPress: /** @type {[string, string]} */ (["long press", "hold the value; the next tap, or another value, lets go"]),
  drag: /** @type {[string, string]} */ (["drag over an open map", "go from value to value"]),
  swipe: /** @type {[string, string]} */ (["swipe sideways", "previous layer, next layer"]),
  mouse: "With the mouse",
  point: /** @type {[string, string]} */ (["point", "show the value under the pointer"]),
  clickMap: /** @type {[string, string]} */ (["click a map", "open it"]),
  clickValue: /** @type {[string, string]} */ (["click a value", "hold it, in other layers, too; the next click, Esc or another value lets go"]),
  singleKeys: "Shortcuts of a single character",
  singleKeysOff: "Without them, letters, digits and signs do nothing. Arrow keys, Enter, Esc and Space stay.",
  pageUp: "Page ↑",
  pageDown: "Page ↓",
  home: "Home",
  end: "End",
  space: "Space",
  layers: "previous layer, next layer",
  maps: "previous map, next map",
  order: "sort the maps: by channel, mean, maximum, standard deviation",
  enter: "open the map; once more: go into it, and the arrow keys move from value to value; once more: hold the value",
  escape: "let go of a value that is held; else one level back",
  another: "another map while inside one",
  ends: "the first layer, the last layer",
  walk: "play through the layers, or stop",
  slide: "slide the window over the open map, or pause; one value back, one value on",
  search: "find a layer by name or operation",
  zoom: "all layers: zoom in, zoom out, the whole network",
  fold: "collapse the blocks that repeat, or expand them",
  field: "effective receptive field: how strongly each pixel matters to the value; or stop",
  trail: "the strongest path from the value to the photo; again: one step back along it",
  flip: "the other side of a comparison: original or changed",
  control: "Ctrl",
  undo: "take back the latest change of “What if?”",
  theme: "light or dark",
  list: "this list",
  reading: "How to read the maps",
  read:
    "Each pixel is one activation. Where activations can be negative, blue is below zero and orange above; zero has the colour of the page. " +
    "Where they cannot, dark violet is zero and yellow the maximum.",
};

export const tour = {
  offer: "Take the tour",
  decline: "No, thank you",
  close: "End the tour",
  back: "Back",
  next: "Next",
  done: "Done",
  count: (/** @type {number} */ at, /** @type {number} */ of) => `${at} of ${of}`,
  stops: {
    photo: {
      title: "Your photo",
      text: byPointer(
        "The network gets only the bright part, made small. Choose another photo below, or drop one anywhere on the page.",
        "The network gets only the bright part, made small. Choose another photo below, or take one.",
      ),
    },
    strip: {
      title: "The whole network",
      text: byPointer(
        "Every layer in order, from the input to the output. Each column shows a few of its activation maps; click one to go there.",
        "Every layer in order, from the input to the output. Each column shows a few of its activation maps; tap one to go there.",
      ),
    },
    maps: {
      title: "The activations of one layer",
      text: byPointer(
        "Each image is an activation map of one channel: one value for each position, drawn as a colour. Point at any of them to read it, click one to open it.",
        "Each image is an activation map of one channel: one value for each position, drawn as a colour. Tap one to open it.",
      ),
    },
    number: {
      title: "One map, opened",
      text: byPointer(
        "Beside it is its input. Move over the map: the window shows which values one value is computed from, and the photo shows its receptive field. A click holds the value, the next one lets go.",
        "With it is its input. Tap the map, or drag over it: the window shows which values one value is computed from, and the photo shows its receptive field. A long press holds the value.",
      ),
    },
    sums: {
      title: "How a value is computed",
      text: "The whole arithmetic of the value that is shown. It adds up, and you can check it.",
    },
    tabs: {
      title: "Questions to ask",
      text: "What if the photo or the network were different? Why this class? Change something and see what follows.",
    },
    answer: {
      title: "The prediction",
      text: byPointer(
        "What the network takes the photo for, and with which probability. One click away: its classes and its accuracy.",
        "What the network takes the photo for, and with which probability. One tap away: its classes and its accuracy.",
      ),
    },
    more: {
      title: "And now at your own pace",
      text: "Below the page, an article tells how a network sees and how it learns, on your photo. Under “Train” you can watch one learn. The keys, the glossary and this tour are in the help, at the top right.",
    },
  },
};

export const glossary = {
  title: "Glossary",
  open: "Open the glossary",
  key: "the glossary",
  search: "Find a term",
  none: "No such term.",
  see: "See it →",
  seeTerm: (/** @type {string} */ term) => `See it: ${term}`,
};

export const apiReference = {
  title: "API reference",
  document: "OpenAPI document",
  lead: "A photo goes in, every layer of a convolutional network comes out: activation maps, pooled outputs, scores, and where each number came from. Open a call and send it from here, or copy its example.",
  errors: "Errors",
  shape:
    "Every error is a problem document, application/problem+json (RFC 9457): a stable type, a title, the status, a detail for people, and where there is one, the limit that was met, the actual value and what both count.",
  table: "Table of errors",
  meaning: "meaning",
  unread: (/** @type {string} */ reason) => `The OpenAPI document could not be read: ${reason}`,
};
