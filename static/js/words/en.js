/** All that the page says, in English. Other languages have the same shape. */

export const say = {
  language: "Language",
  probe: {
    role: "place finder",
    label: "The photo as the network got it. Arrow keys point at a pixel and tell which numbers of the layer see it; Escape ends.",
    hint: "Point at a place of either picture, or tap it, to see which numbers see it.",
    pixel: (/** @type {number} */ y, /** @type {number} */ x) => `Pixel y ${y} · x ${x}:`,
    /** @type {(layer: string, down: number, across: number, height: number, width: number, maps: number) => string} */
    maps: (layer, down, across, height, width, maps) =>
      `${down} × ${across} of ${height} × ${width} places of ${layer} see it${maps > 1 ? ", on each map" : ""}.`,
    /** @type {(layer: string, some: string, all: string) => string} */
    units: (layer, some, all) => `${some} of ${all} numbers of ${layer} see it.`,
    all: (/** @type {string} */ layer, /** @type {string} */ all) => `all ${all} numbers of ${layer} see it.`,
    none: (/** @type {string} */ layer) => `no number of ${layer} sees it.`,
  },
  field: {
    button: "How strongly each pixel matters",
    nothing: "No pixel can change this number a little: on its way every path is switched off, or it depends on none.",
    /** @type {(figures: { height: number, width: number, middle: string, strongest: string, y: number, x: number }) => string} */
    words: ({ height, width, middle, strongest, y, x }) =>
      `The box is ${height} × ${width} pixels, but not all of it counts alike: ${middle} of the influence lies in its middle quarter. ` +
      `The strongest pixel is y ${y} · x ${x}: a change of 1 there changes the number by ${strongest} at most.`,
  },
  trail: {
    tools: "From this number to the photo",
    button: "Follow the strongest path to the photo",
    anew: "Follow the strongest path from here",
    title: "The strongest path",
    lead: "Of all terms that a number is made from, the largest; then the same there, back to the photo.",
    brought: "What it brought to the number above",
    next: "Next step back",
    close: "Close the path",
    unit: (/** @type {number} */ unit) => `number ${unit}`,
    found: (/** @type {number} */ steps) => `The strongest path has ${steps} steps.`,
  },
  why: {
    title: "Why this class?",
    warning:
      "Which pixels the score hangs on. These maps show what the network is sensitive to, not what is true, " +
      "and each of them asks a different question.",
    method: "Method",
    target: "Speaking for",
    from: "Seen from",
    options: "Options",
    option: {
      steps: "Steps",
      samples: "Noisy copies",
      noise: "Noise, as a share of the range",
      window: "Side of the cover, pixels",
      stride: "Step of the cover, pixels",
    },
    best: (/** @type {string} */ label, /** @type {string} */ share) => `its first guess: ${label}, ${share}`,
    choice: (/** @type {string} */ label, /** @type {string} */ share) => `${label}, ${share}`,
    usual: "the last layer with maps",
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
    figures: { target: "Class", score: "Its score", sum: "All pixels together", layer: "Seen from" },
    nothing: "It is zero everywhere: by this method, no pixel speaks for the class.",
    /** @type {(figures: { low: string, high: string, y: number, x: number, tenth: string, against: string | null }) => string} */
    inWords: ({ low, high, y, x, tenth, against }) =>
      `From ${low} to ${high}, the largest at y ${y} · x ${x}. The strongest tenth of the pixels holds ${tenth} of it all` +
      (against === null ? "." : `; ${against} speaks against the class.`),
    /** @type {(sum: string, whole: string, off: string) => string} */
    completeness: (sum, whole, off) =>
      `It adds up to ${sum} of ${whole} (the score minus that of an empty picture): ${off}\u00a0% off. More steps bring it closer.`,
    test: "Test this map",
    testLead: "Does the score really hang on these pixels? Take them away and see.",
    tested: "The map, put to the test",
    deletion: (/** @type {string} */ area) => `Strongest pixels taken away first: area ${area}`,
    insertion: (/** @type {string} */ area) => `Strongest pixels put back first: area ${area}`,
    ofPixels: "of the pixels",
    /** @type {(first: string, last: string) => string} */
    from0to100: (first, last) => `the share goes from ${first} to ${last}`,
    howToRead: "If the map is right about what matters, the left curve falls at once (small area) and the right one rises at once (large area).",
    picture: (/** @type {string} */ words) => `The attribution over the picture. ${words} Arrow keys move from pixel to pixel.`,
    noPicture: "The photo as the network saw it. Nothing is computed yet.",
    heading: (/** @type {string} */ label) => `What speaks for “${label}”`,
    at: (/** @type {string} */ method, /** @type {string} */ layer) => `${method}, seen from ${layer}`,
    strength: "Strength",
    positive: "only what speaks for it",
    compare: "Compare the quick methods",
    allQuick: "all quick methods, each on its own scale",
    one: "Back to one method",
    against: (/** @type {string} */ low) => `${low} against`,
    for: (/** @type {string} */ high) => `for ${high}`,
    methods: {
      saliency: {
        title: "Saliency",
        asks: "If a pixel changed a little, how much would the score change?",
        blind: "It cannot tell which way, and it misses what many pixels do together.",
      },
      input_x_gradient: {
        title: "Input × gradient",
        asks: "How much does each pixel bring to the score, if the network were a straight line from here to zero?",
        blind: "Networks are not straight lines, and a pixel of the mean colour counts as nothing.",
      },
      guided_backprop: {
        title: "Guided backpropagation",
        asks: "Which pixels are on the way to the score, counting only what speaks for it at every switch?",
        blind: "It draws handsome edges that hardly depend on the class: it shows what is in the photo rather than why.",
      },
      grad_cam: {
        title: "Grad-CAM",
        asks: "Which places of a layer's maps speak for the class, each map weighed by its mean slope?",
        blind: "It is as coarse as the layer, and leaves out what speaks against.",
      },
      grad_cam_plus_plus: {
        title: "Grad-CAM++",
        asks: "The same, but with the places where a map's slope is positive weighed more, so that several objects can count.",
        blind: "It is as coarse as the layer, and its weights rest on an approximation.",
      },
      integrated_gradients: {
        title: "Integrated gradients",
        asks: "On the way from an empty picture to this one, how much of the rise of the score is each pixel's?",
        blind: "It depends on what counts as empty: here the colour that the network takes for zero.",
      },
      smooth_grad: {
        title: "SmoothGrad",
        asks: "What stays of the saliency when it is averaged over copies of the photo with a little noise?",
        blind: "It cannot tell which way, and how much noise is right is a matter of taste.",
      },
      occlusion: {
        title: "Occlusion",
        asks: "How far does the score fall when a patch of the photo is covered?",
        blind: "What shows in two places hides here, as covering one leaves the other; and a cover is a strange thing to see, too.",
      },
    },
  },
};

/** @typedef {typeof say} Say */
