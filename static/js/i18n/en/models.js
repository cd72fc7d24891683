/** Uploading a model, and ways to prepare its photos. */

import { some } from "./plural.js";

export const models = {
  offer: "Upload a network…",
  title: "Upload a network",
  lead: "An ONNX file with a network that takes an image, or weights that were saved here (.safetensors). PyTorch, TensorFlow and Keras write ONNX. Where its weights are in files beside it (.onnx.data), choose or drop them together.",
  choose: "Choose a file",
  another: "Another file",
  reading: "The server reads it",
  submit: "Open",
  submitAgain: "Open again",
  name: "Name",
  size: "Input size",
  height: "Height in pixels",
  width: "Width in pixels",
  pixels: "pixels, height × width",
  fixedSize: (/** @type {string} */ size) => `${size} pixels, as the file says`,
  fixedSide: { height: "the file fixes the height", width: "the file fixes the width" },
  photo: (/** @type {string} */ name) => `${name} becomes the photo, once the network is read.`,
  /** @type {(size: string, time: string | null, id: string) => string} */
  sameName: (size, time, id) => `${size} pixels, ${time ? `opened at ${time}` : `number …${id}`}`,
  normalisation: "Normalisation",
  presets: {
    "": "The file's own, or what the network shows, or ImageNet's",
    imagenet: "ImageNet: mean and standard deviation of each channel",
    unit: "0 … 1",
    symmetric: "−1 … 1",
    raw: "0 … 255",
    caffe: "Caffe: BGR (blue, green, red), 0 … 255",
    custom: "My own values",
  },
  mean: "Mean",
  std: "Standard deviation",
  scale: "Pixel range",
  scales: { "": "0 … 1 (÷ 255 first)", 1: "0 … 255" },
  formula: "(pixel − mean) ÷ standard deviation; one value, or one for each channel in the network's order.",
  channels: "Channels",
  channelChoices: { "": "Red, green, blue, or as the preset says", rgb: "Red, green, blue", bgr: "Blue, green, red", rgba: "Red, green, blue and opacity", list: "A list" },
  channelList: "Value of each channel",
  channelHint: "r, g and b are colours, a is 255 everywhere, a number from 0 to 255 stays the same.",
  cropMode: "Photos of another shape",
  cropModes: { "": "Cut out the middle", squash: "Stretch", border: "Add borders" },
  constant: (/** @type {string} */ name) => `Input “${name}” is always`,
  labels: "Class names",
  labelChoices: { "": "The file's own, or numbers", imagenet: "ImageNet's 1,000 names", file: "A text file, one name a line" },
  chooseLabels: "Choose a text file",
  noFile: "or drop one",
  data: {
    list: "Weights in other files",
    alone: { title: "These are a network's weights alone", detail: "They belong to an .onnx file, which says what is done with them. Choose that file, or drop it here: both are then sent together." },
    add: (/** @type {number} */ n) => (n === 1 ? "Add the missing file" : `Add the ${n} missing files`),
    called: (/** @type {string} */ file, /** @type {string} */ size) => `${size}, from ${file}`,
    remove: "Leave out",
    removeNamed: (/** @type {string} */ name) => `Leave ${name} out`,
  },
  notANetwork: { title: "This does not look like a network", detail: "Its name ends in neither .onnx nor .safetensors. It can be sent all the same." },
  list: "Uploaded networks",
  /** @type {(parameters: string, size: string, hours: number) => string} */
  figures: (parameters, size, hours) => `${parameters} parameters · ${size} · kept for ${hours < 1 ? "less than an hour" : some(hours, "hour")}, longer if it is used`,
  shown: "on the page",
  open: "Open",
  openNamed: (/** @type {string} */ title) => `Open ${title}`,
  change: "Change",
  changeNamed: (/** @type {string} */ title) => `Change how ${title} is read`,
  remove: "Delete",
  removeNamed: (/** @type {string} */ title) => `Delete ${title}`,
  stays: "The file goes to this server only and stays in its memory; nothing is written to disk.",
  problem: {
    op: "Operation",
    node: "Node",
    supported: (/** @type {number} */ n) => `The ${n} operations that can be run`,
    nothingLost: "The photo and the network on the page are as they were.",
    remedies: {
      "model-too-large": "Half-precision weights, a smaller input or a smaller variant of the network may fit.",
    },
    mismatch: "One field does not fit this file",
    inputsNeeded: (/** @type {string[]} */ names) =>
      `Besides the photo, the network takes ${names.map((name) => `“${name}”`).join(", ")}. Enter below the number that ${names.length === 1 ? "this input" : "each of these inputs"} always has; with one number for each cell, write them with commas.`,
    channelsNeeded: (/** @type {number} */ n) => `The network takes ${n} channels; a photo has 1 or 3. Choose below, at “Channels”, what each of them is given.`,
    /** @type {(height: number | null, width: number | null) => string} */
    sizeOf: (height, width) => {
      if (height !== null && width !== null) return `The file fixes the size of its input: ${height} × ${width} pixels, height × width.`;
      if (height !== null) return `The file fixes the height of its input, ${height} pixels; the width is open. Enter below the width of the images it was trained on.`;
      if (width !== null) return `The file fixes the width of its input, ${width} pixels; the height is open. Enter below the height of the images it was trained on.`;
      return "The file leaves the size of its input open. Enter below the height and width of the images it was trained on.";
    },
  },
};

export const preprocessing = {
  open: "Other preprocessing",
  assumed: "The preprocessing is assumed: compare",
  title: "Preprocessing of the photo",
  wait: "The network runs on the photo with each preprocessing.",
  sources: {
    file: "The network's file states its preprocessing.",
    graph: "The network itself shows which values it takes: by the type of its input, or by its first operations.",
    chosen: "The preprocessing was chosen when the network was uploaded.",
    assumed: "The network's file does not state its preprocessing, so the usual one is assumed. The right one gives confident and correct predictions on photos of what it was trained on.",
  },
  preprocessing: "Preprocessing",
  answer: "Prediction",
  custom: "Custom",
  /** @type {(n: string, best: string | null) => string} */
  boxes: (n, best) => (best === null ? "no box with a confidence of 5 % or more" : `${n} ${n === "1" ? "box" : "boxes"}, best confidence ${best}`),
  taking: "The network is prepared this way.",
  now: "as it is now",
  take: "Apply",
  takeNamed: (/** @type {string} */ name) => `Apply this preprocessing: ${name}`,
};
