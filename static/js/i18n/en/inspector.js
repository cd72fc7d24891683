/** The value under the cursor, and where it comes from. */

export const inspector = {
  title: "Inspector",
  tabs: "What the inspector shows",
  layer: "Layer",
  whatif: "What if?",
  attribution: "Why this class?",
  attributionOfValue: "Why this value?",
  end: "end",
  start: "beginning",
  shape: "Shape",
  layout: "Axes",
  axes: { N: "batch", C: "channels", H: "height", W: "width", L: "length" },
  notPerPicture: "no batch axis",
  inputs: "Input",
  thePhoto: "the photo",
  parameters: "Parameters",
  multiplyAdds: "Multiply-adds",
  receptiveField: "Receptive field",
  min: "minimum",
  max: "maximum",
  mean: "mean",
  zeros: "zeros",
  silentMaps: "silent maps",
  silent: (/** @type {number} */ maps) => (maps === 1 ? "One map is silent on this photo" : `${maps} maps are silent on this photo`),
  silentOnly: "They are zero everywhere, here. Whether a filter never fires, only many photos can tell.",
  map: (/** @type {number} */ channel) => `Open map ${channel}`,
  /** An op's settings, by the API's names; one that is not here is shown by that name. */
  settings: {
    kernel: "Kernel",
    stride: "Stride",
    padding: "Padding",
    dilation: "Dilation",
    groups: "Groups",
    alpha: "Alpha",
    low: "Low",
    high: "High",
    rate: "Rate",
    epsilon: "Epsilon",
    value: "Value",
    shape: "Shape",
  },
  explanation: "How this value is computed",
};

export const effectiveReceptiveField = {
  button: "Effective receptive field",
  nothing: "The gradient is zero for every pixel: every path to this value is switched off, or it depends on none.",
  /**
   * @type {(figures: { height: number, width: number, middle: string, strongest: string, y: number,
   *   x: number }) => string}
   */
  words: ({ height, width, middle, strongest, y, x }) =>
    `The receptive field is ${height} × ${width} pixels, but not all of it matters alike: ${middle} of the influence lies in its middle quarter. ` +
    `The strongest pixel is y ${y} · x ${x}: a change of 1 there changes the value by ${strongest} at most.`,
};

export const strongestPath = {
  tools: "From this value to the photo",
  button: "Strongest path to the photo",
  fromHere: "Strongest path from here",
  title: "The strongest path",
  lead: "Of all terms that a value is computed from, the largest; then the same there, back to the photo.",
  contribution: "Its contribution to the value above",
  next: "Next step back",
  close: "Close the path",
  unit: (/** @type {number} */ unit) => `unit ${unit}`,
  found: (/** @type {number} */ steps) => `The strongest path has ${steps} steps.`,
};
