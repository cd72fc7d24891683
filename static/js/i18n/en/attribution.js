/** Attribution. */

export const attribution = {
  title: "Why this class?",
  titleOfValue: "Why this value?",
  warning:
    "Which pixels the output depends on. These maps show what the network is sensitive to, not what is true, " +
    "and each of them asks a different question.",
  method: "Method",
  target: "Target class",
  output: "Output",
  unit: "Which value (empty: the largest)",
  axes: { unit: "unit", map: "map", y: "y", x: "x", box: "box", value: "value" },
  /** @type {(axis: string, at: number) => string} */
  coordinate: (axis, at) => `${axis} ${at}`,
  baselines: {
    black: "black",
    white: "white",
    grey: (/** @type {number} */ level) => `grey (${level} of 255)`,
    /** @type {(red: number, green: number, blue: number) => string} */
    mixed: (red, green, blue) => `the colour with red ${red}, green ${green} and blue ${blue} of 255`,
  },
  from: "Layer",
  options: "Options",
  option: {
    steps: "Steps",
    samples: "Samples (noisy copies)",
    noise: "Noise σ, as a fraction of the range",
    window: "Window size, pixels",
    stride: "Stride, pixels",
  },
  best: (/** @type {string} */ label, /** @type {string} */ share) => `top prediction: ${label}, ${share}`,
  choice: (/** @type {string} */ label, /** @type {string} */ share) => `${label}, ${share}`,
  usual: "the last suitable layer",
  /** @type {(name: string, height: number, width: number) => string} */
  layer: (name, height, width) => `${name}, ${height} × ${width}`,
  compute: "Compute",
  slow: "It runs the network many times; that takes a moment and can be cancelled.",
  asking: "The network is at work",
  progress: (/** @type {string} */ done, /** @type {string} */ total) => `${done} of ${total} runs`,
  took: (/** @type {string} */ ms) => `Computed in ${ms} ms.`,
  cancel: "Cancel",
  again: "Try again",
  reset: "Back to the usual class and layer",
  figures: { target: "Target class", number: "Value", score: "Its value", logit: "Logit", probability: "Probability", sum: "Sum over all pixels", layer: "Layer" },
  nothing: "It is zero everywhere: by this method, no pixel speaks for the class.",
  /**
   * @type {(figures: { low: string, high: string, y: number, x: number, tenth: string, against:
   *   string | null }) => string}
   */
  inWords: ({ low, high, y, x, tenth, against }) =>
    `From ${low} to ${high}, the largest at y ${y} · x ${x}. The strongest tenth of the pixels holds ${tenth} of it all` +
    (against === null ? "." : `; ${against} speaks against the class.`),
  /** @type {(sum: string, whole: string, off: string) => string} */
  completeness: (sum, whole, off) =>
    `Completeness: it adds up to ${sum} of ${whole} (the output minus that of the baseline, an empty image): ${off}\u00a0% off. More steps bring it closer.`,
  test: "Deletion and insertion test",
  testLead: "Does the output really depend on these pixels? Remove them and see.",
  tested: "Deletion and insertion test",
  /** @type {(area: string, random: string) => string} */
  deletion: (area, random) => `Deletion: strongest pixels removed first; area under the curve ${area}, in a random order (dashed) ${random}`,
  /** @type {(area: string, random: string) => string} */
  insertion: (area, random) =>
    `Insertion: strongest pixels put into the blurred photo first; area under the curve ${area}, in a random order (dashed) ${random}`,
  ofPixels: "of the pixels",
  /** @type {(first: string, last: string) => string} */
  from0to100: (first, last) => `the probability goes from ${first} to ${last}`,
  howToRead:
    "If the attribution is right about what matters, the left curve falls at once (small area) and the right one " +
    "rises at once (large area), sooner than in a random order.",
  picture: (/** @type {string} */ words) => `The attribution over the image. ${words} Arrow keys move from pixel to pixel.`,
  noPicture: "The input of the network. Nothing is computed yet.",
  heading: (/** @type {string} */ label) => `What speaks for “${label}”`,
  /** @type {(unit: string, output: string) => string} */
  headingOf: (unit, output) => (unit ? `What raises ${unit} of “${output}”` : `What raises the maximum of “${output}”`),
  /** @type {(unit: string, output: string) => string} */
  numberOf: (unit, output) => `${unit} of ${output}`,
  at: (/** @type {string} */ method, /** @type {string} */ layer) => `${method}, layer ${layer}`,
  opacity: "Opacity",
  positive: "positive attributions only",
  compare: "Compare the quick methods",
  allQuick: "all quick methods, each on its own scale",
  one: "Back to one method",
  against: (/** @type {string} */ low) => `${low} against`,
  for: (/** @type {string} */ high) => `for ${high}`,
  methods: {
    saliency: {
      title: "Saliency",
      asks: "If a pixel changed a little, how much would the output change?",
      blind: "It does not show the sign, and it misses what many pixels do together.",
    },
    input_x_gradient: {
      title: "Input × gradient",
      asks: "How much does each pixel contribute to the output, if the network were linear from here to zero?",
      blind: (/** @type {string} */ zero) => `Networks are not linear, and a pixel that the preprocessing makes zero counts as nothing: here ${zero}.`,
    },
    guided_backprop: {
      title: "Guided backpropagation",
      asks: "What is the gradient with respect to each pixel, if only its positive part passes each ReLU?",
      blind: "It draws handsome edges that hardly depend on the class: it shows what is in the photo rather than why.",
    },
    grad_cam: {
      title: "Grad-CAM",
      asks: "Which positions of a layer's maps speak for the class, each map weighted by its mean gradient?",
      blind: "It is as coarse as the layer, and leaves out what speaks against.",
    },
    grad_cam_plus_plus: {
      title: "Grad-CAM++",
      asks: "The same, but positions where a map's gradient is positive weigh more, so that several objects can count.",
      blind: "It is as coarse as the layer, and its weights rest on an approximation.",
    },
    integrated_gradients: {
      title: "Integrated gradients",
      asks: "On the way from an empty image to this one, how much of the rise of the output is due to each pixel?",
      blind: (/** @type {string} */ zero) => `It depends on the baseline, what counts as empty: here ${zero}, which the preprocessing makes zero.`,
    },
    smooth_grad: {
      title: "SmoothGrad",
      asks: "What stays of the saliency when it is averaged over copies of the photo with a little noise?",
      blind: "It does not show the sign, and how much noise is right is a matter of taste.",
    },
    occlusion: {
      title: "Occlusion",
      asks: "How far does the output fall when a window of the photo is covered?",
      blind: "What shows in two places is missed, as covering one leaves the other; and a covered patch is an unusual input itself.",
    },
  },
};
