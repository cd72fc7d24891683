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
    insertion: (/** @type {string} */ area) => `Strongest pixels put into the blurred photo first: area ${area}`,
    ofPixels: "of the pixels",
    /** @type {(first: string, last: string) => string} */
    from0to100: (first, last) => `the share goes from ${first} to ${last}`,
    howToRead:
      "If the map is right about what matters, the left curve falls at once (small area) and the right one rises at once (large area).",
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
  whatif: {
    title: "What if?",
    show: "Show",
    original: "original",
    changed: "changed",
    difference: "difference",
    sideBySide: "side by side",
    yourPhoto: "your photo",
    openedByLink: "a photo opened by its link",
    points: (/** @type {number} */ share) => `${share < 0 ? "−" : "+"}${Math.abs(share * 100).toFixed(1)} points`,
    noSample: (/** @type {string} */ id) => ({ title: "There is no such sample", detail: `No sample is called “${id}”. Choose another photo.` }),
    noPhoto: {
      title: "The photo itself is not here",
      detail: "The server keeps no photo, so one that was opened by its link cannot be shown to another network. Choose the photo again.",
    },
    again: "Try again",
    besideLayer: (/** @type {string} */ layer, /** @type {string} */ network) => `${layer} beside, in ${network},`,
    stage: {
      difference: (/** @type {string} */ layer) => `What changed in the maps of ${layer}`,
      beside: (/** @type {string} */ layer) => `${layer}, before and after`,
      changed: (/** @type {string} */ map, /** @type {string} */ share) => `${map} · changed by ${share}`,
      tile: (/** @type {string} */ map, /** @type {string} */ share, /** @type {string} */ most) =>
        `${map}, changed by ${share}, at most by ${most}`,
      sheet: (/** @type {string} */ what, /** @type {string} */ side, /** @type {string} */ low, /** @type {string} */ high,
        /** @type {string} */ mean) => `${what}, ${side}: from ${low} to ${high}, mean ${mean}`,
      reading: (/** @type {string} */ one, /** @type {string} */ other) => `${one} → ${other}`,
    },
    scores: {
      title: "What it says",
      apart: "points",
      row: (/** @type {string} */ name, /** @type {string} */ before, /** @type {string} */ after, /** @type {string} */ points) =>
        `${name}: ${before} before, ${after} after, ${points}`,
    },
    photo: {
      title: "The photo",
      right: "Shift right",
      down: "Shift down",
      rotate: "Rotate",
      blur: "Blur",
      pixels: (/** @type {number} */ n) => `${String(n).replace("-", "−")} px`,
      degrees: (/** @type {number} */ n) => `${String(n).replace("-", "−")}°`,
    },
    brush: {
      title: "Cover a part",
      hint: "Draw on what the network saw. With the keyboard: arrows move the brush, Space covers, Backspace uncovers.",
      label: (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ covered) =>
        `What the network saw, to be covered in parts. The brush is at x ${x}, y ${y}; ${covered} % is covered.`,
      size: "Brush",
      clear: "Uncover all",
    },
    network: {
      title: "The network",
      none: (/** @type {string} */ layer) => `${layer} has no weights of its own, so there is nothing to switch off or to edit in it.`,
      before: (/** @type {string} */ layer) => `Go to ${layer}, the layer before it that has some`,
      elsewhere: "The layer on the stage is not one of the network that is changed.",
      filter: (/** @type {string} */ what, /** @type {string} */ layer) => `${what} of ${layer}`,
      off: "Switch off",
      scale: "Strength",
      times: (/** @type {number} */ n) => `× ${n.toFixed(2)}`,
      edit: "Edit its weights",
      channel: "Weights on",
      input: "Weight on number",
      weight: (/** @type {number} */ y, /** @type {number} */ x) => `Weight at row ${y}, column ${x}`,
      single: "Weight",
      reset: "As trained",
      unit: (/** @type {number} */ n) => `number ${n}`,
      hint: "Choose another map on the stage to change that one.",
    },
    list: {
      title: "What is changed",
      nothing: "Nothing yet.",
      undo: (/** @type {string} */ what) => `Undo: ${what}`,
      undoAll: "Undo all",
      resting: "Not in force while two photos or two networks are compared.",
      unknown: (/** @type {string} */ what) => `${what}: this network has no such layer or filter, so it is left out`,
      shift: (/** @type {number} */ right, /** @type {number} */ down) =>
        `photo shifted ${[
          right && `${Math.abs(right)} px to the ${right > 0 ? "right" : "left"}`,
          down && `${Math.abs(down)} px ${down > 0 ? "down" : "up"}`,
        ].filter(Boolean).join(" and ")}`,
      rotate: (/** @type {number} */ degrees) => `photo rotated by ${Math.abs(degrees)}° ${degrees > 0 ? "clockwise" : "anticlockwise"}`,
      blur: (/** @type {number} */ sigma) => `photo blurred by ${sigma} px`,
      cover: (/** @type {number} */ pixels) => `${pixels} pixels covered`,
      off: (/** @type {string} */ filter, /** @type {string} */ layer) => `${filter} of ${layer} switched off`,
      scale: (/** @type {string} */ filter, /** @type {string} */ layer, /** @type {number} */ scale) =>
        `${filter} of ${layer} × ${scale}`,
      weight: (/** @type {string} */ filter, /** @type {string} */ layer, /** @type {string} */ place, /** @type {string} */ weight) =>
        `${filter} of ${layer}: weight ${place} set to ${weight}`,
    },
    beside: {
      title: "Compare with",
      nothing: "the changes above",
      photos: "Another photo",
      networks: "Another network",
      brought: "the photo that was brought",
      choose: "Choose a photo to compare with",
    },
    chart: {
      title: "How far the change reaches",
      label: "Difference of each layer, as a share of what it was",
      bar: (/** @type {string} */ layer, /** @type {string} */ share) => `${layer}: ${share} different`,
      nothing: "As long as nothing is changed, every layer is as it was.",
      networks: "Two networks have different layers, so there is no difference layer by layer; set them side by side on the stage.",
      zero: "was all zero",
      photos: "The other photo",
      change: "The change",
      shift: (/** @type {number} */ pixels) => `A shift by ${pixels} px`,
      story: (/** @type {string} */ what, /** @type {string} */ layer, /** @type {string} */ share) => `${what} changes ${layer} by ${share}`,
      unchanged: (/** @type {string} */ what) => `${what} changes nothing in any layer`,
      left: (/** @type {string} */ pool, /** @type {string} */ share) => `after ${pool} ${share} is left`,
      answer: (/** @type {string} */ name, /** @type {string} */ points) => `the answer “${name}” moves by ${points} points`,
      pools: "What each pooling lets through",
      survives: (/** @type {string} */ before, /** @type {string} */ after, /** @type {string} */ share) =>
        `${before} → ${after}: ${share} survives`,
      same: "nothing to let through",
    },
  },
};

/** @typedef {typeof say} Say */
