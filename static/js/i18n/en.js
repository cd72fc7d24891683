/**
 * All that the page says, in English. Another language is a file of the same shape: what is a function here is one there,
 * so that each can put its words in its own order. Numbers that arrive as text are already written the language's way.
 */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/**
 * @param {number} n
 * @param {string} one
 * @param {string} [more]
 */
const some = (n, one, more = `${one}s`) => `${whole.format(n)} ${n === 1 ? one : more}`;

/** @param {number} fewer a share of the places */
const shrinkage = (fewer) => (fewer > 0 ? `so the maps get ${Math.round(fewer * 100)}\u00a0% smaller` : "and the maps keep their size");

export const say = {
  language: "Language",
  close: "Close",
  cancel: "Cancel",

  fault: {
    whole: "a whole number",
    any: "a number",
    /** @type {(kind: string, least: string) => string} */
    from: (kind, least) => `Enter ${kind} of ${least} or more.`,
    /** @type {(kind: string, least: string, most: string) => string} */
    fromTo: (kind, least, most) => `Enter ${kind} from ${least} to ${most}.`,
    empty: (/** @type {string} */ range) => range,
    /** @type {(value: string, range: string) => string} */
    outside: (value, range) => `${value} is out of range. ${range}`,
    /** @type {(value: string, range: string) => string} */
    fraction: (value, range) => `${value} is not whole. ${range}`,
  },
  numbers: {
    decimal: ".",
    separator: ", ",
    notANumber: "not a number",
    million: (/** @type {string} */ n) => `${n} million`,
    billion: (/** @type {string} */ n) => `${n} billion`,
    maps: (/** @type {number} */ n) => some(n, "map"),
    numbers: (/** @type {number} */ n) => some(n, "value"),
    colours: { red: "red", green: "green", blue: "blue" },
    constant: (/** @type {string} */ value) => `${value} everywhere`,
    map: (/** @type {number} */ channel) => `map ${channel}`,
    number: (/** @type {number} */ unit) => `unit ${unit}`,
    of: (/** @type {string} */ name, /** @type {number} */ count) => `${name} of ${count}`,
    /** @type {(low: string, high: string, mean: string) => string} */
    span: (low, high, mean) => `from ${low} to ${high}, mean ${mean}`,
  },

  toolbar: {
    network: "Network",
    step: "Step through the layers",
    back: "Previous layer",
    forward: "Next layer",
    nowhere: "Layer –",
    position: (/** @type {number} */ at, /** @type {number} */ count) => `Layer ${at} of ${count}`,
    walk: "Play",
    walkLabel: "Play through the layers",
    page: "Page",
    api: "API",
    learn: "Train",
    microscope: "Microscope",
    theme: "Dark theme",
    help: "Keys, glossary and help",
  },

  photo: {
    title: "Photo",
    none: "No photo yet",
    samples: "Samples",
    choose: "Choose a photo",
    orDrop: "drop or paste one",
    drop: "Drop the photo or the network anywhere",
    /** @type {(title: string, width: number, height: number) => string} */
    label: (title, width, height) => `The photo: ${title}, ${width} × ${height} pixels`,
    notHere: "The server keeps no photo, so this link shows only the input of the network.",
    yours: "your photo",
    byLink: "a photo opened by its link",
    /** What the browser did to a photo before it sent it; a line below the photo has room for about 35 letters. */
    converted: {
      format: (/** @type {string} */ from, /** @type {string} */ to) => `Converted here from ${from} to ${to}.`,
      smaller: (/** @type {string} */ size) => `Shrunk here to ${size} pixels.`,
      anew: (/** @type {string} */ limit) => `Saved anew here, below ${limit}.`,
    },
  },

  own: {
    offer: "Upload a network…",
    title: "Upload a network",
    lead: "An ONNX file with a network that takes an image, or weights that were saved here (.safetensors). PyTorch, TensorFlow and Keras write ONNX. Where its weights are in files beside it (.onnx.data), choose or drop them together.",
    choose: "Choose a file",
    another: "Another file",
    reading: "The server reads it",
    look: "Open",
    lookAgain: "Open again",
    name: "Name",
    size: "Input size",
    height: "Height in pixels",
    width: "Width in pixels",
    pixels: "pixels, height × width",
    fixedSize: (/** @type {string} */ size) => `${size} pixels, as the file says`,
    fixedSide: { height: "the file fixes the height", width: "the file fixes the width" },
    normalisation: "Normalisation",
    presets: {
      "": "The file's own, or what the network shows, or ImageNet's",
      imagenet: "ImageNet: mean and standard deviation of each channel",
      unit: "0 … 1",
      symmetric: "−1 … 1",
      raw: "0 … 255",
      caffe: "Caffe: BGR (blue, green, red), 0 … 255",
      own: "My own values",
    },
    mean: "Mean",
    std: "Standard deviation",
    scale: "Pixel range",
    scales: { "": "0 … 1 (÷ 255 first)", 1: "0 … 255" },
    formula: "(pixel − mean) ÷ standard deviation; one value, or one for each channel in the network's order.",
    channels: "Channels",
    channelChoices: { "": "Red, green, blue, or as the preset says", rgb: "Red, green, blue", bgr: "Blue, green, red", rgba: "Red, green, blue and opacity", own: "A list" },
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
      ways: {
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
  },

  ways: {
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
    way: "Preprocessing",
    answer: "Prediction",
    ofItsOwn: "Custom",
    noClasses: "no classes",
    now: "as it is now",
    take: "Apply",
    takeNamed: (/** @type {string} */ name) => `Apply this preprocessing: ${name}`,
  },

  camera: {
    offer: "Take a photo",
    title: "Take a photo",
    live: "What the camera sees",
    still: "The photo that was taken",
    asking: "The browser asks whether this page may use the camera.",
    mirrored: "Shown as in a mirror; the photo is not mirrored.",
    taken: "The camera is off. This is the photo as the network will get it.",
    take: "Take it",
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
  },

  draw: {
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
    undo: "Undo",
    clear: "Clear",
    name: "your drawing",
  },

  crop: {
    role: "movable frame",
    label: "The crop that the network gets of the photo. Arrow keys move it, with Shift by a pixel; plus and minus make it larger and smaller; Home brings it back to the middle.",
    hint: "Drag the frame to show the network another part",
    fixed: "The photo itself is not here, so the frame stays where it is",
    back: "Back to the middle",
    /** @type {(left: number, top: number, width: number, height: number) => string} */
    at: (left, top, width, height) => `${width} × ${height} pixels, ${left} from the left, ${top} from the top`,
  },

  save: {
    offer: "Save",
    title: "Save",
    picture: "An image (PNG) of",
    panels: { stage: "the maps", inspector: "the inspector", photo: "the photo", seen: "the network's input", strip: "all layers" },
    numbers: (/** @type {string} */ layer) => `The values of ${layer}`,
    program: "A program that computes this layer",
    same: "It asks the server for the numbers and paints the same pixels as this page; for another photo, too.",
    script: "Python script",
    notebook: "Jupyter notebook",
  },

  seen: {
    title: "Input of the network",
    empty: "The network's input",
    label: (/** @type {number} */ width, /** @type {number} */ height) => `The photo as the network got it, ${width} × ${height} pixels`,
    /** @type {(width: number, height: number, interpolation: string, how: "moved" | "center" | "squash" | "border") => string} */
    cut: (width, height, interpolation, how) =>
      `${width} × ${height} pixels, ${{ moved: "cut where you put it", center: "cut from the middle", squash: "stretched to fit", border: "all of the photo, with borders" }[how]}, resized (${interpolation}). `,
    /** @type {(formula: string, order: string | null) => string} */
    colours: (formula, order) => `Then each value of 0 to 255 becomes ${formula}${order ? `, in this order: ${order}` : ""}.`,
  },

  answer: {
    title: "Prediction",
    unsure: (/** @type {number} */ classes) =>
      `It is not sure. It can only choose among the ${some(classes, "class", "classes")} that it knows.`,
    classes: "Classes and accuracy",
    allNumbers: "All values: ",
    knows: (/** @type {string} */ network) => `${network}: classes and accuracy`,
    taught: (/** @type {number} */ classes) =>
      `It chooses among ${some(classes, "class", "classes")} and takes everything for one of them, also what is none of them. `,
    /** @type {(tested: string, accuracy: string) => string} */
    right: (tested, accuracy) => `Accuracy ${accuracy} on ${tested} images that it was not trained on: how often its first class is the right one.`,
    list: "Classes",
    unnamed: (/** @type {number} */ i) => `class ${i}`,
  },

  prediction: {
    /** @type {(name: string, kind: string) => string} */
    output: (name, kind) => `${name}: ${kind}`,
    outputs: (/** @type {number} */ n) => `One of ${n} outputs`,
    kinds: {
      classes: "classes", binary: "yes or no", multilabel: "multi-label", numbers: "values", boxes: "bounding boxes", map: "segmentation map",
      image: "image", tokens: "token sequence", unknown: "values of unknown meaning",
    },
    derived: "The file does not say what its outputs mean; this is derived from the network.",
    yes: "yes",
    no: "no",
    /** @type {(no: string, noShare: string, yes: string, yesShare: string) => string} */
    between: (no, noShare, yes, yesShare) => `Between ${no}, ${noShare}, and ${yes}, ${yesShare}`,
    /** @type {(logit: string, isPositive: boolean, label: string) => string} */
    logit: (logit, isPositive, label) => `One value decides, the logit: ${logit}. ${isPositive ? "Above" : "Below"} 0 it speaks for ${label}.`,
    /** @type {(yes: number, of: number) => string} */
    several: (yes, of) => `${yes} of ${of} are likelier than not (50 %, the decision threshold). They do not exclude each other, and need not add up to 100 %.`,
    tells: (/** @type {number} */ n) => `It answers yes or no to each of ${some(n, "class", "classes")}; any number of them may be true at once. `,
    numbers: "Values with their signs, around zero. What they measure is not said in the file.",
    /** @type {(rest: string, layer: string) => string} */
    more: (rest, layer) => `And ${rest} more in the layer ${layer}. What they measure is not said in the file.`,
    unknown: "What these values mean is not said in the file.",
    stats: { min: "Minimum", max: "Maximum", mean: "Mean", std: "Standard deviation" },
    toNumbers: "Show the values",
    sequence: "The best symbol of each position",
    /** @type {(at: number, name: string, score: string) => string} */
    symbol: (at, name, score) => `Position ${at}: ${name}${score && `, ${score}`}`,
    /** @type {(length: number, symbols: number) => string} */
    tokens: (length, symbols) => `The best of ${symbols} symbols at each of ${length} positions. Which one means nothing (the blank) is not said in the file.`,
    integers: (/** @type {number} */ length) => `${some(length, "whole number")} in a row, as the network gives them.`,
    choices: "The classes it tells apart",
    threshold: "Confidence threshold",
    /** @type {(shown: number, all: number) => string} */
    found: (shown, all) => (all ? `${shown} of ${some(all, "box", "boxes")} drawn on the photo` : "No box has a confidence of 5 % or more."),
    below: (/** @type {string} */ best) => `No box is above the threshold; the best has ${best}.`,
    noLayout: "Its boxes are in no layout that is known here. The values are in the layers of its outputs.",
    readAs: (/** @type {string} */ format) => `Read as ${format}. Of boxes of one class that overlap, only the best is shown (non-maximum suppression); the network's values stay as they are.`,
    /** @type {(...edges: string[]) => string} */
    corners: (left, top, right, bottom) => `x ${left} to ${right}, y ${top} to ${bottom} on the photo`,
    large: "Enlarge",
    show: "Show",
    largest: "argmax at each position",
    /** @type {(name: string, width: number, height: number) => string} */
    mapLabel: (name, width, height) => `Map ${name}, ${width} × ${height}`,
    /** @type {(name: string, width: number, height: number) => string} */
    pictureLabel: (name, width, height) => `Image ${name}, ${width} × ${height}`,
    /** @type {(least: string, most: string) => string} */
    from: (least, most) => `From ${least} to ${most}.`,
    area: "Fraction of the image that each class covers.",
    otherClasses: (/** @type {string} */ n) => `And ${n} more that cover less.`,
    strength: "Opacity of the map",
    over: "Over the photo ",
    /** @type {(width: number, height: number) => string} */
    beside: (width, height) => `The output, ${width} × ${height}`,
    before: "Before: the network's input",
    /** @type {(width: number, height: number) => string} */
    after: (width, height) => `After: the output, ${width} × ${height}`,
    /** @type {(black: string, white: string) => string} */
    range: (black, white) => `${black} is drawn as black, ${white} as white.`,
    /** @type {(black: string, white: string) => string} */
    stretched: (black, white) => `Its values have no usual range: the minimum, ${black}, is drawn as black, the maximum, ${white}, as white.`,
    strip: "output",
  },

  work: {
    ready: "Getting ready",
    opening: "Opening the photo",
    reading: "Reading the photo",
    loading: "Loading the network",
    looking: "The network is running",
    sending: (/** @type {string} */ sent, /** @type {string} */ total) => `Sending ${sent} of ${total}`,
    seconds: (/** @type {string} */ text, /** @type {string} */ seconds) => `${text} · ${seconds} s`,
  },

  problems: {
    again: "Try again",
    another: "Choose another photo",
    sample: "Take a sample",
    usual: (/** @type {string} */ title) => `Go on with “${title}”`,
    dismiss: "Dismiss",
    limit: (/** @type {string} */ limit, /** @type {string} */ actual) => `The limit is ${limit}; this was ${actual}.`,
    toLearnFrom: {
      title: "Training images go to another page",
      detail: "A network is trained on a folder or a ZIP file of images. Open the training page and drop it there; here, drop one photo.",
    },
    learn: "Open the training page",
    onlyALink: {
      title: "That was a link to a picture",
      detail: "This page asks no other host for anything. Save the picture first, then drop the file.",
    },
    noModel: { title: "No network is loaded yet", detail: "Wait a moment, or load the page again." },
    noAnswer: {
      title: "The server does not answer",
      detail: "It may have been stopped, or the connection is gone. Nothing on this page is lost; try again.",
    },
    status: (/** @type {number} */ status) => `The server answered ${status}`,
    /** The server's own, by the last part of their type. */
    titles: {
      "no-image": "There is no picture in the request",
      "not-an-image": "This is not a picture that can be read",
      "image-damaged": "The picture is damaged",
      "image-too-large": "The picture file is too large",
      "image-too-many-pixels": "The picture has too many pixels",
      "unknown-model": "There is no such model",
      "model-invalid": "This is not a model that can be read",
      "model-unsupported": "The model uses what cannot be run here",
      "model-too-large": "The model is too large",
      "model-input-size-needed": "The model's input needs a size",
      "model-option-needed": "This model needs one more thing",
      "model-fixed": "This model cannot be deleted",
      "unknown-analysis": "This analysis is no longer in the server's memory",
      "unknown-layer": "There is no such layer",
      "invalid-request": "The request is not valid",
      "bad-upload": "The upload cannot be read",
      "upload-too-slow": "The upload took too long",
      busy: "The server is busy",
      "time-limit": "The work took too long",
      "not-ready": "The server is not ready yet",
      "internal-error": "Something went wrong on the server",
    },
  },

  strip: {
    title: "Layers",
    lists: "vectors",
    /** @type {(name: string, kind: string, shape: string, parameters: string | null, multiplyAdds: string | null) => string} */
    column: (name, kind, shape, parameters, multiplyAdds) =>
      `${name}: ${kind}, ${shape}`
      + (parameters === null ? "" : `, ${parameters} parameters`) + (multiplyAdds === null ? "" : `, ${multiplyAdds} multiply-adds`),
    layers: (/** @type {number} */ count) => `${count} layers`,
    number: (/** @type {number} */ number) => `block ${number}`,
    block: (/** @type {string} */ name, /** @type {number} */ layers) => `${name}, a block of ${layers} layers`,
    fold: (/** @type {string} */ name, /** @type {number} */ layers) => `Collapse the ${layers} layers of ${name}`,
    unfold: (/** @type {string} */ name, /** @type {number} */ layers) => `Expand the ${layers} layers of ${name}`,
    foldAll: (/** @type {number} */ count) => `Collapse block × ${count}`,
    unfoldAll: (/** @type {number} */ count) => `Expand block × ${count}`,
    shown: (/** @type {number} */ some, /** @type {number} */ all) => `${some} of ${all} layers shown`,
    tools: "Navigate the network",
    search: "Find a layer",
    whole: "Whole network",
    nearer: "Zoom in",
    further: "Zoom out",
    find: "Layers",
    query: "name or operation, such as conv",
    found: (/** @type {number} */ count) => (count === 1 ? "1 layer found" : `${count} layers found`),
    all: (/** @type {number} */ count) => `${count} layers`,
    parameters: (/** @type {string} */ count) => `${count} parameters`,
    families: {
      input: "input", weights: "weights", norm: "normalisation", switch: "activation", pool: "pooling", join: "merge", move: "reshape",
      answer: "output",
    },
  },

  stage: {
    empty: "The maps of each layer appear here as soon as there is a photo.",
    mapBefore: "Previous map",
    nextMap: "Next map",
    allMaps: "all maps",
    order: "Sorted by",
    orders: { number: "channel", mean: "mean", max: "maximum", spread: "standard deviation" },
    ordersTitle: "Mean, maximum and standard deviation over the positions of a map",
    /** @type {(own: string, shown: string) => string} */
    ownShape: (own, shown) => `${own}, shown as ${shown}`,
    maps: (/** @type {string} */ layer) => `Activations of ${layer}`,
    numbers: (/** @type {string} */ layer) => `Values of ${layer}`,
    zero: (/** @type {string} */ name) => `${name}, zero everywhere`,
    heatmap: "heatmap",
    /** @type {(layer: string, map: string, figures: string) => string} */
    open: (layer, map, figures) => `${layer}, ${map}, ${figures}. Arrow keys move from value to value.`,
    /** @type {(layer: string, count: number, figures: string) => string} */
    cells: (layer, count, figures) => `${layer}: ${count} values, ${figures}`,
    goTo: (/** @type {string} */ name) => `Go to ${name}`,
  },

  legend: {
    same: (/** @type {string} */ value) => `All values are ${value}.`,
    allButZero: (/** @type {string} */ most) => `All values are all but zero: none is further from it than ${most}.`,
    /** @type {(least: string, by: string) => string} */
    close: (least, by) => `All values are about ${least}: they differ by no more than ${by}, too little for the colours to show.`,
    title: "Colour scale per",
    map: "map",
    layer: "layer",
    network: "network",
  },

  inspector: {
    title: "Inspector",
    tabs: "What the inspector shows",
    layer: "Layer",
    whatif: "What if?",
    why: "Why this class?",
    shape: "Shape",
    layout: "Axes",
    axes: { N: "batch", C: "channels", H: "height", W: "width", L: "length" },
    notPerPicture: "no batch axis",
    madeFrom: "Input",
    thePhoto: "the photo",
    parameters: "Parameters",
    multiplyAdds: "Multiply-adds (MACs)",
    sees: "Receptive field",
    smallest: "minimum",
    largest: "maximum",
    mean: "mean",
    zero: "zeros",
    dead: "dead maps",
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
    sums: "How this value is computed",
  },

  ops: {
    titles: {
      input: "Input",
      conv: "Convolution",
      relu: "ReLU",
      leaky_relu: "Leaky ReLU",
      sigmoid: "Sigmoid",
      tanh: "Tanh",
      clip: "Clip",
      softmax: "Softmax",
      max_pool: "Max pooling",
      average_pool: "Average pooling",
      global_average_pool: "Global average pooling",
      batch_norm: "Batch normalisation",
      dropout: "Dropout",
      dense: "Fully connected",
      flatten: "Flatten",
      reshape: "Reshape",
      pad: "Padding",
      concat: "Concatenation",
      add: "Addition",
      mul: "Multiplication",
      identity: "Identity",
      conv_transpose: "Transposed convolution",
      prelu: "PReLU",
      hard_sigmoid: "Hard sigmoid",
      hard_swish: "Hard swish",
      mish: "Mish",
      elu: "ELU",
      gelu: "GELU",
      erf: "Error function",
      softplus: "Softplus",
      abs: "Absolute value",
      neg: "Negation",
      exp: "Exponential",
      log: "Logarithm",
      sqrt: "Square root",
      reciprocal: "Reciprocal",
      log_softmax: "Log softmax",
      lp_pool: "Lp pooling",
      global_max_pool: "Global max pooling",
      instance_norm: "Instance normalisation",
      group_norm: "Group normalisation",
      layer_norm: "Layer normalisation",
      lrn: "Local response normalisation",
      transpose: "Transpose",
      slice: "Slice",
      gather: "Gather",
      expand: "Expand",
      depth_to_space: "DepthToSpace",
      space_to_depth: "SpaceToDepth",
      resize: "Resize",
      sub: "Subtraction",
      div: "Division",
      pow: "Power",
      min: "Minimum",
      max: "Maximum",
      matmul: "MatMul",
      reduce_mean: "ReduceMean",
      reduce_sum: "ReduceSum",
      reduce_max: "ReduceMax",
      arg_max: "ArgMax",
      quantize: "Quantisation",
      dequantize: "Dequantisation",
      conv_integer: "Integer convolution",
      matmul_integer: "Integer matrix product",
      requantize: "Requantisation",
      quantized_add: "Quantised addition",
      dynamic_scale: "Dynamic scale",
      dynamic_zero_point: "Dynamic zero point",
      dynamic_quantize: "Dynamic quantisation",
      floor: "Floor",
      ceil: "Ceiling",
      round: "Rounding",
      trunc: "Truncation",
      sign: "Sign",
      selu: "SELU",
      celu: "CELU",
      softsign: "Softsign",
      thresholded_relu: "Thresholded ReLU",
      shrink: "Shrink",
      trigonometric: "Trigonometric function",
      mod: "Mod",
      compare: "Comparison",
      where: "Where",
      top_k: "TopK",
      gather_elements: "GatherElements",
      cum_sum: "CumSum",
      reduce_min: "ReduceMin",
      reduce_prod: "ReduceProd",
      constant: "Constant",
    },
    unknown: (/** @type {string} */ title) => [`The operation “${title}”. Its values can be read here like all others.`],
    value: "value",
    /** @type {(channels: number, order: string | null, formula: string) => string[]} */
    input: (channels, order, formula) => [
      `The input of the network: the photo, cropped and resized, ${channels === 1 ? "one channel of brightness" : "one channel for each colour"}${order && channels > 1 ? `, in this order: ${order}` : ""}.`,
      formula === "value" ? "Each value is the pixel's value as it is in the image, from 0 to 255." : `Each value from 0 to 255 is normalised as in training: ${formula}.`,
    ],
    /**
     * `size` is the window's, null for a single place; `together` is how many of the `channels` maps one pattern looks at.
     *
     * @type {(told: { size: string | null, patterns: number, channels: number, together: number, input: string | null }) => string[]}
     */
    conv: ({ size, patterns, channels, together, input }) => {
      const over = together === channels ? `all ${some(channels, "map")} of ${input ?? "its input"} at once`
        : together === 1 ? "one map at a time"
        : `${some(together, "map")} at a time`;
      const lens = size === null
        ? "A detective who looks at one position at a time and compares all maps there"
        : `A detective with a small magnifying glass, the ${size} kernel, goes over ${over}`;
      return [
        `${lens}, once for each of ${some(patterns, "filter")}.`,
        "Where the pattern of a filter fits, its activation map gets a large positive value; where the opposite is found, a negative one; where there is nothing of the kind, one near 0.",
      ];
    },
    relu: (/** @type {string} */ off) => [
      "A light switch on every value: a positive one passes unchanged, a negative one is switched off to 0.",
      `Here ${off} of the activations are zero. Without a non-linear function between them, all layers together could do no more than a single one.`,
    ],
    leaky_relu: (/** @type {string} */ kept) => [
      "A dimmer on every value: a positive one passes unchanged, a negative one is turned down.",
      `A negative value keeps ${kept} of its size, so that the gradient does not become zero.`,
    ],
    sigmoid: () => [
      "Squeezes every value smoothly between 0 and 1, like a slow light switch.",
      "Far below zero it is as good as off, far above as good as on; there the gradient almost vanishes.",
    ],
    tanh: () => [
      "Squeezes every value smoothly between −1 and 1 and keeps its sign.",
      "Small values pass almost unchanged; large ones all end up near the same limit.",
    ],
    clip: (/** @type {string | null} */ low, /** @type {string | null} */ high) => [
      `A switch with a floor and a ceiling: values below ${low ?? "the lower limit"} are raised to it, values above ${high ?? "the upper limit"} are lowered to it.`,
      "What lies between passes unchanged.",
    ],
    softmax: (/** @type {number} */ scores) => [
      `Turns ${some(scores, "logit")} into probabilities that add up to 100\u00a0%: e to the power of each logit, divided by the sum of all.`,
      "The order stays the same. A lead of 1 between two logits makes the probability 2.7 times as large.",
    ],
    max_pool: (/** @type {string} */ block, /** @type {number} */ fewer) => [
      `The summariser, squinting: of each ${block} window only the maximum stays, ${shrinkage(fewer)}.`,
      "That a pattern was found is kept; where exactly is forgotten, so a photo shifted by a pixel looks almost the same from here on.",
    ],
    average_pool: (/** @type {string} */ block, /** @type {number} */ fewer) => [
      `The summariser, squinting: each ${block} window becomes its mean, ${shrinkage(fewer)}.`,
      "Fine detail is smoothed away; what holds for the whole window stays.",
    ],
    global_average_pool: () => [
      "The summariser in one word: each map becomes a single value, its mean.",
      "How much of a pattern there was is kept; where it was is forgotten.",
    ],
    batch_norm: () => [
      "A tuning knob on each map: its values are shifted and scaled to a common mean and standard deviation that training has found useful.",
      "The mean and variance that are taken out were measured in training, so here it is one multiplication and one addition.",
    ],
    dropout: (/** @type {string} */ rate) => [
      `Only active in training, where it sets ${rate} of the values to zero at random, so that the network relies on no single one.`,
      "Now everything passes unchanged.",
    ],
    /** @type {(evidence: number, outputs: number, areClasses: boolean) => string[]} */
    dense: (evidence, outputs, areClasses) => [
      `The jury: ${whole.format(evidence)} inputs are heard as evidence for each of ${outputs} ${areClasses ? "classes" : "units"}, and each is weighed differently for each.`,
      `Weight × input may speak for or against; the sum plus the bias is the ${areClasses ? "logit of the class" : "value of the unit"}.`,
    ],
    /** @type {(sides: string[], numbers: number) => string[]} */
    flatten: (sides, numbers) => [
      `Lays the maps out as one vector: map after map, row after row, ${sides.length > 1 ? `${sides.join("\u00a0×\u00a0")} = ` : ""}${some(numbers, "value")}.`,
      "Nothing is computed, and nothing is lost: each value still has its position on the photo.",
    ],
    reshape: (/** @type {string} */ shape) => [
      `Gives the same values another shape: ${shape}.`,
      "Nothing is computed; their order stays the same.",
    ],
    pad: (/** @type {string} */ value) => [
      `Puts a frame of ${value} around every map.`,
      "The layers behind it can then look beyond the edge.",
    ],
    concat: (/** @type {string[]} */ layers) => [
      `Stacks the maps of ${some(layers.length, "layer")} along the channels: ${layers.join(", ")}.`,
      "Nothing is computed; the next layer sees all of them together.",
    ],
    add: (/** @type {string[]} */ layers) => [
      `Adds ${layers.join(" and ")}, value by value.`,
      "Where one of them is a skip connection (shortcut), what the layers in between found is added to what was there before.",
    ],
    mul: (/** @type {string[]} */ layers) => [
      `Multiplies ${layers.join(" and ")}, value by value.`,
      "One of them turns the other up where it is large and down where it is small.",
    ],
    identity: () => ["Passes every value on unchanged.", "It is here because the network's file has it."],
    /** @type {(a: string, b: string) => string[]} */
    sub: (a, b) => [`Takes ${b} away from ${a}, value by value.`, "What both have in common disappears."],
    /** @type {(a: string, b: string) => string[]} */
    div: (a, b) => [`Divides ${a} by ${b}, value by value.`, "The second says how much of the first counts."],
    /** @type {(a: string, b: string) => string[]} */
    pow: (a, b) => [`Raises ${a} to the power of ${b}, value by value.`, "Differences between large values grow."],
    /** @type {(a: string, b: string) => string[]} */
    min: (a, b) => [`Keeps the smaller of ${a} and ${b}, value by value.`, "The result exceeds neither of the two."],
    /** @type {(a: string, b: string) => string[]} */
    max: (a, b) => [`Keeps the larger of ${a} and ${b}, value by value.`, "What either of the two has found stays."],
    /** @type {Record<string, string[]>} Kinds of which there is the same to say wherever they stand. */
    plain: {
      conv_transpose: [
        "A detective at work backwards: each value paints its kernel into the output, and where kernels overlap they are added.",
        "It makes maps larger (upsampling), with learned weights.",
      ],
      prelu: [
        "A dimmer on every value: a positive one passes unchanged, a negative one is turned down.",
        "How far each map turns down (its slope below zero) was learned.",
      ],
      hard_sigmoid: [
        "A switch with a ramp: off below, on above, and a straight line from 0 to 1 between.",
        "An approximation of the sigmoid that is cheap to compute.",
      ],
      hard_swish: [
        "A switch that opens along a ramp: far below zero nothing passes, far above everything does.",
        "In between a value is multiplied by how far the switch is open: x · hard sigmoid(x).",
      ],
      mish: [
        "A soft light switch: positive values pass almost unchanged, negative ones fade away.",
        "A little below zero something still comes through, so that the network can learn from it.",
      ],
      elu: [
        "A light switch that closes smoothly: positive values pass unchanged.",
        "Negative ones sink towards a floor, but never below it.",
      ],
      gelu: [
        "A soft light switch: each value is multiplied by the probability that a normally distributed one is smaller, x · Φ(x).",
        "Large values pass, very negative ones are off, and the change between is smooth.",
      ],
      erf: [
        "Squeezes every value between −1 and 1, along the integral of the bell curve.",
        "A part of GELU, written out.",
      ],
      softplus: [
        "A light switch with a round corner: far above zero a value passes, far below it becomes 0.",
        "The corner of ReLU, smoothed.",
      ],
      abs: [
        "Every value without its sign.",
        "How much is kept; in which direction is forgotten.",
      ],
      neg: [
        "Every value with the opposite sign.",
        "Nothing else changes.",
      ],
      exp: [
        "e to the power of every value: a sum before becomes a product.",
        "A part of a softmax, mostly, written out.",
      ],
      log: [
        "The natural logarithm of every value: a product before becomes a sum.",
        "Large differences become small ones.",
      ],
      sqrt: [
        "The square root of every value.",
        "A part of a normalisation, mostly, written out.",
      ],
      reciprocal: [
        "One, divided by every value.",
        "What was large becomes small.",
      ],
      log_softmax: [
        "The logarithm of the probabilities that a softmax would give.",
        "The order stays the same; 0 is certainty, and everything else lies below.",
      ],
      lp_pool: [
        "The summariser, measuring lengths: each window becomes the p-norm of its values, the p-th root of the sum of their p-th powers.",
        "The larger p is, the closer to the maximum.",
      ],
      global_max_pool: [
        "The summariser in one word: each map becomes a single value, its maximum.",
        "That a pattern was found is kept; where it was is forgotten.",
      ],
      instance_norm: [
        "A tuning knob on each map of each photo: its values are normalised to mean 0 and standard deviation 1, then scaled and shifted.",
        "Mean and standard deviation are those of this very map, so brightness and contrast of the photo fade from what follows.",
      ],
      group_norm: [
        "A tuning knob on groups of maps: their values are normalised to mean 0 and standard deviation 1, then scaled and shifted.",
        "Mean and standard deviation are those of this photo's own group of maps.",
      ],
      layer_norm: [
        "A tuning knob on each position: its values are normalised to mean 0 and standard deviation 1, then scaled and shifted.",
        "Mean and standard deviation are those of that position's own values.",
      ],
      lrn: [
        "Rivalry between neighbouring maps: a value is divided by the size of its neighbours at the same position.",
        "What stands out among the maps at one position stays.",
      ],
      transpose: [
        "Puts the axes into another order.",
        "Nothing is computed; rows become columns, or channels come last.",
      ],
      slice: [
        "Cuts a part out, from one index to another along an axis.",
        "Nothing is computed; the rest is used elsewhere, or not at all.",
      ],
      gather: [
        "Selects values by their index along an axis.",
        "Nothing is computed; what is selected twice comes twice.",
      ],
      expand: [
        "Repeats the values until they fill a larger shape (broadcasting).",
        "Nothing is computed.",
      ],
      depth_to_space: [
        "Deals channels out over positions: several small maps become one large one.",
        "Nothing is computed; each value moves to the position that its channel stood for.",
      ],
      space_to_depth: [
        "Deals positions out over channels: one large map becomes several small ones.",
        "Nothing is computed, and nothing is lost.",
      ],
      resize: [
        "Makes the maps larger or smaller, as a photo is resized.",
        "New values are taken from the nearest positions, or interpolated between them.",
      ],
      matmul: [
        "Matrix product: every row meets every column, their values are multiplied in pairs and added up.",
        "A jury again, once for every row.",
      ],
      reduce_mean: [
        "The summariser: all values along some of the axes become their mean.",
        "What they have in common is kept; where each was is forgotten.",
      ],
      reduce_sum: [
        "The summariser: all values along some of the axes become their sum.",
        "How much there is in all is kept; where it was is forgotten.",
      ],
      reduce_max: [
        "The summariser: of all values along some of the axes the maximum stays.",
        "That a pattern was found is kept; where it was is forgotten.",
      ],
      arg_max: [
        "The index of the maximum along an axis, rather than the maximum itself.",
        "The last operation of a network that gives one class only.",
      ],
      quantize: [
        "Rounds every value to one of 256 levels, so that it fits into a byte: x ÷ scale + zero point.",
        "What is smaller than half a level is lost.",
      ],
      dequantize: [
        "Turns bytes back into real values: (level − zero point) × scale.",
        "The rounding before it stays visible.",
      ],
      conv_integer: [
        "A convolution of integers: bytes times bytes, added up without any rounding.",
        "The sums are large; the next operation brings them back to bytes or to real values.",
      ],
      matmul_integer: [
        "A matrix product of integers, added up without any rounding.",
        "The sums are large; the next operation brings them back to bytes or to real values.",
      ],
      requantize: [
        "Brings large sums of integers back to one of 256 levels: times a scale, rounded, plus the zero point.",
        "What does not fit into a byte is clipped to its limits.",
      ],
      quantized_add: [
        "Adds two quantised tensors, each with a scale of its own.",
        "The sum is rounded to the levels of the result.",
      ],
      dynamic_scale: [
        "The scale: how large one of 256 levels has to be, so that all values of this input fit.",
        "It follows from their maximum and minimum, anew for every photo.",
      ],
      dynamic_zero_point: [
        "The zero point: which of the 256 levels stands for zero.",
        "It follows from the minimum and the scale, anew for every photo.",
      ],
      dynamic_quantize: [
        "Rounds every value to one of 256 levels, whose scale was computed from this very input.",
        "What is smaller than half a level is lost.",
      ],
      floor: [
        "Rounds every value down to an integer.",
        "The fractional part is lost.",
      ],
      ceil: [
        "Rounds every value up to an integer.",
        "The fractional part is lost.",
      ],
      round: [
        "Rounds every value to the nearest integer, a half to the even one.",
        "The fractional part is lost.",
      ],
      trunc: [
        "Keeps the integer part of every value, as a conversion to integers does.",
        "The fractional part is lost.",
      ],
      sign: [
        "Keeps of every value its sign alone: −1, 0 or 1.",
        "How large it was is forgotten.",
      ],
      selu: [
        "A light switch that closes smoothly, with two fixed factors.",
        "They are chosen so that the standard deviation of the activations stays about the same from layer to layer.",
      ],
      celu: [
        "A light switch that closes smoothly: positive values pass unchanged.",
        "Negative ones sink towards a floor, without a kink at zero.",
      ],
      softsign: [
        "Squeezes every value between −1 and 1, by dividing it by 1 plus its size.",
        "Large values still differ a little.",
      ],
      thresholded_relu: [
        "A light switch with a threshold: values above it pass unchanged.",
        "All others become zero.",
      ],
      shrink: [
        "Values near zero become zero, all others move towards it by a fixed amount.",
        "Small noise is taken away.",
      ],
      trigonometric: [
        "Sine, cosine, tangent, a hyperbolic or an inverse function of these, value by value.",
        "Angles are in radians.",
      ],
      mod: [
        "The remainder of a division, value by value.",
        "The result starts again at zero after each multiple of the divisor.",
      ],
      compare: [
        "Compares two values at every position: 1 where it is true, 0 where it is not.",
        "How far apart they are is forgotten.",
      ],
      where: [
        "A choice at every position: the second value where the condition is true, elsewhere the third.",
        "Nothing is computed, one of two values is passed on.",
      ],
      top_k: [
        "Sorts the values along an axis and keeps the first k, or their indices.",
        "All others are forgotten.",
      ],
      gather_elements: [
        "Selects values along an axis by indices that the network has computed.",
        "Which ones may differ from photo to photo.",
      ],
      cum_sum: [
        "Cumulative sum along an axis: every value becomes the sum of all up to it.",
        "Networks use it to number positions.",
      ],
      reduce_min: [
        "Of all values along some of the axes the minimum stays.",
        "Where it was is forgotten.",
      ],
      reduce_prod: [
        "All values along some of the axes become their product.",
        "A single zero makes all of it zero.",
      ],
      constant: [
        "A value that stands in the network's file.",
        "It is the same for every photo.",
      ],
    },
    /** @type {Record<string, string>} One operand is a constant. */
    constants: {
      add: "Adds constants from the network's file.",
      mul: "Multiplies by constants from the network's file.",
      sub: "The difference to constants from the network's file.",
      div: "A division with constants from the network's file.",
      pow: "A power with constants from the network's file.",
      min: "The minimum with constants from the network's file: no value exceeds them.",
      max: "The maximum with constants from the network's file: no value falls below them.",
    },
    same: "They are the same for every photo.",
  },

  sums: {
    bias: "bias",
    together: "sum",
    outside: (/** @type {string} */ place) => `${place}, outside`,
    outsideTheMap: "outside the map",
    others: (/** @type {number} */ n) => `${n} others`,
    showAll: (/** @type {number} */ n) => `Show all ${n}`,
    showLargest: "Show the largest only",
    and: " and ",
    window: {
      formula: (/** @type {number} */ windows) => ` = ${some(windows, "window")} × kernel `,
      show: "Show these values",
      product: "value × weight = product",
      countedAsZero: "padding: counted as 0",
      edge: "padding 0",
    },
    jury: {
      formula: (/** @type {number} */ pieces) => ` = ${some(pieces, "input")} × weight `,
      /** @type {(label: string | null, pro: string, contra: string) => string} */
      balance: (label, pro, contra) => `For${label === null ? "" : ` “${label}”`}: ${pro}. Against: ${contra}.`,
      where: (/** @type {string | null} */ label) => `Where on the photo the contributions${label ? ` to ${label}` : ""} lie`,
      /** @type {(where: string, maps: number, height: number, width: number) => string} */
      caption: (where, maps, height, width) =>
        `${where}: all ${maps} maps laid on top of each other, ${height} × ${width} positions. Orange speaks for, blue against.`,
    },
    block: {
      largest: (/** @type {number} */ n) => ` = maximum of ${n}`,
      mean: (/** @type {number} */ n) => ` = mean of ${n}`,
      more: (/** @type {number} */ n) => `and ${n} more`,
      kept: "Maximum: ",
      allEqual: "All of them are equal; the first one counts.",
      thrownAway: (/** @type {number} */ n) => `The other ${n} are discarded.`,
      /** @type {(sum: string, weight: string, cells: number) => string} */
      sum: (sum, weight, cells) => `Sum ${sum} × ${weight} (1 ÷ ${cells}) = `,
    },
    few: {
      constant: "A constant: it is computed from no other value.",
      copy: "A copy of ",
      sum: (/** @type {number} */ n) => ` = sum of ${n}`,
      from: "From ",
      xIs: "x is ",
      /** @type {(formula: string) => string} */
      pixel: (formula) => `The pixel: ${formula}.`,
      /** @type {(figures: { mean: string, variance: string, epsilon: string, gamma: string, beta: string }) => string} */
      norm: ({ mean, variance, epsilon, gamma, beta }) => `(x − mean ${mean}) ÷ √(variance ${variance} + ${epsilon}) × ${gamma} ${beta}.`,
    },
    curve: {
      at: (/** @type {string} */ name) => ` = ${name} at x = `,
      xIs: " x is ",
      on: "Positive: the switch is on, the value passes unchanged.",
      off: "Not positive: switched off.",
      passes: "Positive: it passes unchanged.",
      turnedDown: (/** @type {string} */ to) => `Negative: turned down to ${to}.`,
      within: "Within the limits: it passes unchanged.",
      beyond: "Beyond a limit: held there.",
      label: (/** @type {string} */ x, /** @type {string} */ y) => `The curve, at ${x} it is ${y}`,
    },
    share: {
      highest: (/** @type {string} */ score) => `The logit ${score} is the highest, so it counts as e⁰ = 1. `,
      /** @type {(score: string, gap: string, highest: string) => string} */
      below: (score, gap, highest) => `The logit ${score} lies ${gap} below the highest, ${highest}. `,
      rule: "e to that power, divided by the sum of all of them, is the probability.",
      columns: ["logit", "e^(logit − highest)", "probability"],
    },
  },

  tour: {
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
        text: "The network gets only the bright part, made small. Choose another photo below, or drop one anywhere on the page.",
      },
      strip: {
        title: "The whole network",
        text: "Every layer in order, from the input to the output. Each column shows a few of its activation maps; click one to go there.",
      },
      maps: {
        title: "The activations of one layer",
        text: "Each image is an activation map of one channel: one value for each position, drawn as a colour. Point at any of them to read it.",
      },
      number: {
        title: "One map, opened",
        text: "Beside it is its input. Move over the map: the window shows which values one value is computed from, and the photo shows its receptive field.",
      },
      sums: {
        title: "How a value is computed",
        text: "The whole arithmetic of the value under the cursor. It adds up, and you can check it.",
      },
      tabs: {
        title: "Questions to ask",
        text: "What if the photo or the network were different? Why this class? Change something and see what follows.",
      },
      answer: {
        title: "The prediction",
        text: "What the network takes the photo for, and with which probability. One click away: its classes and its accuracy.",
      },
      more: {
        title: "And now at your own pace",
        text: "Below the page, a short article tells how it all works, with your photo. The keys, the glossary and this tour are behind the question mark.",
      },
    },
  },

  article: {
    cue: "How it works ↓",
    title: "How a network sees",
    lead: "Six small ideas, shown on this very photo and this very network. The figures are drawn from its real activations; another photo draws them anew.",
    more: "More about this",
    show: (/** @type {string} */ layer) => `Show me: ${layer}`,
    before: "before",
    after: "after",
    chapters: {
      pixels: {
        title: "Pixels: all it gets is numbers",
        text: [
          "A network has no eyes. Its input is the photo made small, and of each pixel three numbers, one for each channel: how much red, how much green, how much blue. Everything that follows is computed from them.",
        ],
      },
      detective: {
        title: "The detective: convolution",
        text: [
          "A detective with a small magnifying glass goes over the picture, always looking for one and the same pattern: an edge, a corner, a patch of colour. The pattern is written down as a few weights, the kernel. At each position, the values in the window are multiplied by the weights, one by one, and added up.",
          "Where the pattern fits, the sum is large. All the sums together are the activation map: where the pattern is. Later detectives look at the maps of earlier ones, and so find patterns of patterns: wheels, ears, faces. Each also looks at a larger part of the photo, its receptive field.",
        ],
      },
      switch: {
        title: "The light switch: ReLU",
        text: [
          "After each detective comes a row of light switches, the activation function. A positive value passes unchanged; a negative one is switched off, to zero. That is all, and yet without it the whole network could do no more than a single layer can.",
        ],
      },
      summariser: {
        title: "The summariser: pooling",
        text: [
          "Squint, and details go while the main things stay. The summariser looks at small windows and keeps one value of each. The maps get smaller, and it matters less where exactly something was: a photo that is shifted a little looks much the same from here on.",
        ],
      },
      jury: {
        title: "The jury: fully connected",
        text: [
          "At the end sits a jury. Every value that is left is a piece of evidence, and for every class each piece has a weight: some speak for it, some against. All of it added up is the logit of the class.",
        ],
      },
      answer: {
        title: "The answer: softmax and probabilities",
        text: [
          "Logits can be any numbers. To make them comparable, the softmax raises e to the power of each and divides each result by the sum of all. These are the probabilities that the page shows. They say how the network divides its confidence among the classes it knows, not how often it is right.",
        ],
      },
      learning: {
        title: "And how did it learn?",
        text: [
          "Nobody wrote the weights down. They began as random numbers; then the network was shown thousands of photos with their labels, and after each batch every weight was nudged a little against its gradient, in the direction that makes the loss smaller. After enough such steps the detectives look for what helps.",
        ],
      },
    },
    figures: {
      /** @type {(y: number, x: number, values: string[]) => string} */
      pixels: (y, x, [red = "", green = "", blue = ""]) =>
        `The input of the network, and its three channels: how much red, green and blue there is. The pixel marked, at row ${y} and column ${x}, is red ${red}, green ${green}, blue ${blue} of 255.`,
      /** @type {(told: { layer: string, product: string, others: number, bias: string, value: string }) => string} */
      detective: ({ layer, product, others, bias, value }) =>
        `One window × one kernel of ${layer} = ${product}. With ${others ? `${some(others, "other map")} and ` : ""}the bias ${bias} the sum is ${value}, the value marked in the map on the right.`,
      /** @type {(layer: string, off: string) => string} */
      switch: (layer, off) => `The same map before and after ${layer}, on one scale. In the whole layer, ${off} of the activations are zero.`,
      /** @type {(told: { layer: string, before: string, after: string, fewer: string }) => string} */
      summariser: ({ layer, before, after, fewer }) => `The same map before and after ${layer}: ${before} become ${after}, ${fewer} fewer values.`,
      /** @type {(label: string, layer: string, pieces: string) => string} */
      jury: (label, layer, pieces) => `What speaks for and against “${label}” in ${layer}: ${pieces} contributions (weight × input), grouped by map, the strongest first.`,
      answer: "The first five of all classes: logit and probability.",
    },
  },

  help: {
    keys: "Keys",
    pageUp: "Page ↑",
    pageDown: "Page ↓",
    home: "Home",
    end: "End",
    space: "Space",
    layers: "previous layer, next layer",
    maps: "previous map, next map",
    order: "sort the maps: by channel, mean, maximum, standard deviation",
    enter: "open the map; once more: go into it, and the arrow keys move from value to value",
    escape: "one level back",
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
      "Where they cannot, dark violet is zero and yellow the maximum. Click a map to open it, click a value to hold it. " +
      "On a touch screen, swipe sideways to step through the layers.",
  },

  probe: {
    role: "place finder",
    label: "The input of the network. Arrow keys point at a pixel and tell which values of the layer have it in their receptive field; Escape ends.",
    hint: "Point at, or tap, either image to see which values have that pixel in their receptive field.",
    pixel: (/** @type {number} */ y, /** @type {number} */ x) => `Pixel y ${y} · x ${x}:`,
    /** @type {(layer: string, down: number, across: number, height: number, width: number, maps: number) => string} */
    maps: (layer, down, across, height, width, maps) =>
      `${down} × ${across} of ${height} × ${width} positions of ${layer} see it${maps > 1 ? ", on each map" : ""}.`,
    /** @type {(layer: string, some: string, all: string) => string} */
    units: (layer, some, all) => `${some} of ${all} units of ${layer} see it.`,
    all: (/** @type {string} */ layer, /** @type {string} */ all) => `all ${all} units of ${layer} see it.`,
    none: (/** @type {string} */ layer) => `no value of ${layer} sees it.`,
  },
  field: {
    button: "Effective receptive field",
    nothing: "The gradient is zero for every pixel: every path to this value is switched off, or it depends on none.",
    /** @type {(figures: { height: number, width: number, middle: string, strongest: string, y: number, x: number }) => string} */
    words: ({ height, width, middle, strongest, y, x }) =>
      `The receptive field is ${height} × ${width} pixels, but not all of it matters alike: ${middle} of the influence lies in its middle quarter. ` +
      `The strongest pixel is y ${y} · x ${x}: a change of 1 there changes the value by ${strongest} at most.`,
  },
  trail: {
    tools: "From this value to the photo",
    button: "Strongest path to the photo",
    anew: "Strongest path from here",
    title: "The strongest path",
    lead: "Of all terms that a value is computed from, the largest; then the same there, back to the photo.",
    brought: "Its contribution to the value above",
    next: "Next step back",
    close: "Close the path",
    unit: (/** @type {number} */ unit) => `unit ${unit}`,
    found: (/** @type {number} */ steps) => `The strongest path has ${steps} steps.`,
  },
  why: {
    title: "Why this class?",
    warning:
      "Which pixels the output depends on. These maps show what the network is sensitive to, not what is true, " +
      "and each of them asks a different question.",
    method: "Method",
    target: "Target class",
    output: "Output",
    unit: "Unit, from 0",
    largest: "the largest",
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
    figures: { target: "Target class", number: "Unit", score: "Its value", sum: "Sum over all pixels", layer: "Layer" },
    nothing: "It is zero everywhere: by this method, no pixel speaks for the class.",
    /** @type {(figures: { low: string, high: string, y: number, x: number, tenth: string, against: string | null }) => string} */
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
    headingOf: (unit, output) => (unit ? `What raises unit ${unit} of “${output}”` : `What raises the maximum of “${output}”`),
    /** @type {(unit: string, output: string) => string} */
    numberOf: (unit, output) => `${unit} of ${output}`,
    at: (/** @type {string} */ method, /** @type {string} */ layer) => `${method}, layer ${layer}`,
    strength: "Opacity",
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
        blind: "Networks are not linear, and a pixel of the mean colour counts as nothing.",
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
        blind: "It depends on the baseline, what counts as empty: here the colour that the network takes for zero.",
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
  },
  micro: {
    slide: {
      title: "Sliding window",
      play: "Play: the window slides",
      pause: "Pause",
      back: "One value back",
      forward: "One value on",
      speed: "Speed",
      pace: (/** @type {string} */ numbers) => `${numbers} / s`,
      end: "whole map",
    },
    close: {
      title: "One window, value by value",
      choose: "Show these values",
      window: "window",
      kernel: "× kernel",
      products: "= products",
      sum: "sum",
      seen: "the photo",
      colourKernel: "kernel in colour",
      howColoured: "The weights for red, green and blue mixed into one colour, all three on one scale; grey is zero.",
      outside: "padding, counted as 0",
      hint: "Point at a cell for its exact values. Hatched cells are padding: they lie outside the map and count as 0.",
    },
    kernels: {
      maps: "activations",
      numbers: "units",
      kernels: "kernels",
      show: "What the stage shows",
      all: (/** @type {string} */ layer) => `Kernels of ${layer}`,
      /** @type {(filter: string, low: string, high: string) => string} */
      inWords: (filter, low, high) => `Kernel of ${filter}, weights from ${low} to ${high}`,
      /** @type {(filter: string, slices: string) => string} */
      slices: (filter, slices) => `The kernel of ${filter}, one image for each of ${slices} input channels, the largest first`,
      open: (/** @type {string} */ filter) => `Open ${filter}`,
      colour: "in colour: grey is zero, one scale for red, green and blue",
      wait: "The weights are on their way.",
      /** @type {(from: string, to: string, all: string) => string} */
      page: (from, to, all) => `${from} to ${to} of ${all}`,
      before: "Larger ones",
      next: "Smaller ones",
    },
    sums: {
      all: "Show all",
      beyond: "longer than the scale",
      others: (/** @type {string} */ n) => `${n} others`,
      larger: (/** @type {string} */ n) => `${n} larger`,
      smaller: (/** @type {string} */ n) => `${n} smaller`,
      maps: (/** @type {string} */ sum, /** @type {string} */ bias, /** @type {string} */ value) => `Input maps ${sum}, bias ${bias}: sum ${value}.`,
      off: { relu: "Zero (switched off)", leaky_relu: "Negative (turned down)", clip: "At a limit", sigmoid: "Saturated (below 0.05)", tanh: "Saturated (beyond ±0.95)" },
      /** @type {(map: string, share: string, n: string, all: string) => string} */
      inMap: (map, share, n, all) => `${map}: ${share} (${n} of ${all})`,
      /** @type {(share: string, n: string, all: string) => string} */
      inAll: (share, n, all) => `all maps: ${share} (${n} of ${all})`,
      mask: "Mask: dark is zero",
      perMap: "Fraction per map; this one is marked",
      /** @type {(before: string, after: string, from: string, to: string, fewer: string) => string} */
      sizes: (before, after, from, to, fewer) => `Each map: ${before} → ${after}, ${from} → ${to} values, ${fewer} fewer.`,
      row: (/** @type {number} */ y) => `row ${y}`,
      /** @type {(formula: string) => string} */
      counted: (formula) => `Counted map by map, row by row: ${formula}`,
      choosePlace: "The map that it comes from. Click a cell to go to its index in the vector.",
      list: "The vector: one section for each map, this one's marked",
      line: "The linear function of this map, at this value",
      stack: "Which maps come from which layer; this one is marked",
      /** @type {(from: number, to: number) => string} */
      range: (from, to) => `maps ${from}–${to}`,
      groupBy: "Grouped by",
      byMap: "map",
      byPlace: "position",
      unit: "Contributions to",
      /** @type {(y: number, x: number) => string} */
      place: (y, x) => `y ${y}, x ${x}`,
      pick: "Click a position to go to its largest contribution.",
      temperature: "Temperature",
      temperatureWhatIf: "What if the logits were divided by a temperature first? Only these bars change, nothing else on the page.",
      temperatureReset: "back to 1",
      /** @type {(share: string) => string} */
      instead: (share) => `${share} instead`,
      score: "logit",
      power: "e^(logit − highest)",
      share: "probability",
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
    points: (/** @type {string} */ points) => `${points} points`,
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
      title: "Prediction before and after",
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
      pixels: (/** @type {string} */ n) => `${n} px`,
      degrees: (/** @type {string} */ n) => `${n}°`,
    },
    brush: {
      title: "Cover a part",
      hint: "Draw on the input of the network. With the keyboard: arrows move the brush, Space covers, Backspace uncovers.",
      label: (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ covered) =>
        `The input of the network, to be covered in parts. The brush is at x ${x}, y ${y}; ${covered} % is covered.`,
      size: "Brush",
      clear: "Uncover all",
    },
    network: {
      title: "The network",
      none: (/** @type {string} */ layer) => `${layer} has no parameters, so there is nothing to switch off or to edit in it.`,
      before: (/** @type {string} */ layer) => `Go to ${layer}, the previous layer with parameters`,
      elsewhere: "The layer on the stage is not one of the network that is changed.",
      filter: (/** @type {string} */ what, /** @type {string} */ layer) => `${what} of ${layer}`,
      off: "Switch off",
      scale: "Scale",
      times: (/** @type {string} */ n) => `× ${n}`,
      edit: "Edit its weights",
      channel: "Weights on",
      input: "Weight on input",
      weight: (/** @type {number} */ y, /** @type {number} */ x) => `Weight at row ${y}, column ${x}`,
      single: "Weight",
      reset: "As trained",
      unit: (/** @type {number} */ n) => `unit ${n}`,
      hint: "Choose another map on the stage to change that one.",
    },
    list: {
      title: "Changes",
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
      rotate: (/** @type {string} */ degrees, /** @type {boolean} */ clockwise) => `photo rotated by ${degrees}° ${clockwise ? "clockwise" : "anticlockwise"}`,
      blur: (/** @type {string} */ sigma) => `photo blurred by ${sigma} px`,
      cover: (/** @type {number} */ pixels) => `${pixels} pixels covered`,
      off: (/** @type {string} */ filter, /** @type {string} */ layer) => `${filter} of ${layer} switched off`,
      scale: (/** @type {string} */ filter, /** @type {string} */ layer, /** @type {string} */ scale) =>
        `${filter} of ${layer} × ${scale}`,
      weight: (/** @type {string} */ filter, /** @type {string} */ layer, /** @type {string} */ place, /** @type {string} */ weight) =>
        `${filter} of ${layer}: weight ${place} set to ${weight}`,
    },
    beside: {
      title: "Compare with",
      nothing: "the changes above",
      photos: "Another photo",
      networks: "Another network",
      brought: "the uploaded photo",
      choose: "Choose a photo to compare with",
    },
    chart: {
      title: "Relative change per layer",
      label: "How far the change reaches: difference of each layer, relative to what it was",
      bar: (/** @type {string} */ layer, /** @type {string} */ share) => `${layer}: ${share} different`,
      nothing: "Nothing is changed yet, so the relative change is 0 in every layer.",
      networks: "Two networks have different layers, so there is no difference layer by layer; set them side by side on the stage.",
      zero: "was all zero",
      photos: "The other photo",
      change: "The change",
      shift: (/** @type {string} */ pixels) => `A shift by ${pixels} px`,
      story: (/** @type {string} */ what, /** @type {string} */ layer, /** @type {string} */ share) => `${what} changes ${layer} by ${share}`,
      unchanged: (/** @type {string} */ what) => `${what} changes nothing in any layer`,
      left: (/** @type {string} */ pool, /** @type {string} */ share) => `after ${pool} ${share} is left`,
      answer: (/** @type {string} */ name, /** @type {string} */ points) => `the probability of “${name}” changes by ${points} points`,
      pools: "What each pooling lets through, relative to its input",
      survives: (/** @type {string} */ before, /** @type {string} */ after, /** @type {string} */ share) =>
        `${before} → ${after}: ${share} survives`,
      same: "nothing to let through",
    },
  },

  lesson: {
    title: "Train one step on this photo",
    lead: "Say what the photo shows, and let the network learn from it, once: forward, loss, backward, update. The network itself stays as it is.",
    label: "Label: the photo shows",
    optimiser: "Optimiser",
    rate: "Learning rate",
    teach: "Run step",
    more: "Run another step",
    teaching: "Training on the photo …",
    undo: "Undo",
    beside: "Before and after, side by side",
    glass: "Open the step inspector",
    /** @type {(label: string, before: string, after: string) => string} */
    score: (label, before, after) => `${label}: ${before} → ${after}`,
    loss: (/** @type {string} */ before, /** @type {string} */ after) => `Loss ${before} → ${after}`,
    steps: (/** @type {number} */ n) => `after ${some(n, "step", "steps")}`,
    moved: "Largest updates",
    /** @type {(layer: string, filter: number) => string} */
    filter: (layer, filter) => `${layer}, filter ${filter}`,
    undone: "Undone: the network is as it was.",
  },

  learn: {
    glass: {
      phases: "Phases of one training step",
      close: "Close the step inspector",
      coming: (/** @type {string} */ n) => `Step inspector: batch ${n}, about to be trained on`,
      taken: (/** @type {string} */ n) => `Step inspector: batch ${n}, trained on`,
      photo: (/** @type {string} */ label) => `Step inspector: one step on your photo, ${label}`,
      stories: [
        "Forward pass. The student sits the exam: the image goes through the layers from left to right, and each layer caches what its backward pass will need.",
        "Loss. The mark: the prediction p beside the target y. One value says how wrong the network is.",
        "Backward pass. The teacher's red pen goes from right to left and notes at each value how much the loss would change with it: its gradient. What a weight did at all positions and in all images adds up to the gradient of the weight.",
        "Update. The correction: the optimiser moves every weight a small step against its gradient. Then the same image, once more.",
      ],
      pictures: {
        title: "The images of the batch, with their losses",
        one: (/** @type {number} */ place) => `image ${place}`,
        /** @type {(place: number, label: string, loss: string) => string} */
        tile: (place, label, loss) => `Image ${place}: ${label}, loss ${loss}`,
      },
      row: { value: "Layers, forward pass", gradient: "Layers, backward pass" },
      sheet: {
        hint: "Each value can be opened: click it, or use the arrow keys and Enter.",
        plane: (/** @type {string} */ name, /** @type {string} */ span) => `${name}: ${span}. Arrow keys move, Enter opens the value`,
        more: (/** @type {number} */ n) => `Show all ${n}`,
      },
      kernels: {
        parameter: "Parameter",
        filter: "Filter",
        of: (/** @type {number} */ n) => `of ${n}, counted from 0`,
        moved: "Largest updates",
        titles: { before: "Before", gradient: "Gradient", step: "Step", after: "After" },
        symbols: {
          before: (/** @type {string} */ w) => w,
          gradient: (/** @type {string} */ w) => `d${w}`,
          step: (/** @type {string} */ w) => `Δ${w}`,
          after: (/** @type {string} */ w) => `${w}⁺`,
        },
      },
      forward: {
        formulas: {
          input: "A = (pixel − mean) / standard deviation",
          conv: "Z = W · A + b",
          dense: "Z = W · A + b",
          relu: "A = g(Z) = max(0, Z)",
          leaky_relu: "A = g(Z) = max(α · Z, Z)",
          sigmoid: "A = g(Z) = 1 / (1 + e⁻ᶻ)",
          tanh: "A = g(Z) = tanh Z",
          clip: "A = g(Z) = min(max(Z, low), high)",
          softmax: "p = eᶻ / Σ eᶻ",
          max_pool: "A = maximum of each window",
          average_pool: "A = mean of each window",
          global_average_pool: "A = mean of each map",
          batch_norm: "Z = γ · (A − μ) / √(σ² + ε) + β",
          dropout: "A = mask · A",
          flatten: "A = the same values, as a vector",
          add: "A = A₁ + A₂",
        },
        other: "A = f(A)",
        reads: (/** @type {string} */ inputs) => `A is ${inputs}.`,
        first: "The image, as the network gets it.",
        cached: "Cached for the backward pass: ",
        nothingCached: "Caches nothing for the backward pass.",
        caches: {
          input: "its input", output: "its output", shape: "the shape of its input", mask: "its mask", mean: "the mean",
          variance: "the variance", inverse: "1 / standard deviation", normal: "its input, normalised", base: "the base of the power",
        },
      },
      loss: {
        title: (/** @type {string} */ label) => `Label: ${label}`,
        crossEntropy: "L = −Σ y · ln p",
        squared: "L = Σ (z − y)² / K",
        table: "The loss, class by class",
        class: "Class",
        score: "Logit z",
        share: "Probability p",
        target: "Target y",
        term: "Term",
        blame: "Gradient dZ",
        sum: "Loss of this image, the sum of the terms",
        mean: (/** @type {string} */ n) => `Mean of the batch of ${n}, which the step is to make smaller:`,
      },
      backward: {
        formulas: {
          weights: "dW = Σ dZ · A     db = Σ dZ     dA = Σ dZ · W",
          relu: "dZ = dA where Z > 0, else 0",
          leaky_relu: "dZ = dA · g′(Z)",
          sigmoid: "dZ = dA · A · (1 − A)",
          tanh: "dZ = dA · (1 − A²)",
          max_pool: "all of dA to the maximum of each window",
          average_pool: "dA, divided evenly over each window",
          dropout: "dZ = dA · mask",
          flatten: "the same values, reshaped to maps",
          other: "dZ = dA · ∂A/∂Z",
        },
        weights: "Click a weight, or a value of the maps, to see how its gradient is computed.",
        none: "No parameters here: the gradient is passed on. Click a value to see how it is computed.",
        maps: (/** @type {string} */ name) => `dZ of ${name}, for this picture`,
        handed: "Passed to the previous layer (dA):",
        end: "The backward pass ends here: the image has no parameters.",
      },
      update: {
        layers: "Layers with parameters, and the size of their updates",
        optimisers: { sgd: "SGD", momentum: "Momentum", nesterov: "Nesterov", rmsprop: "RMSProp", adam: "Adam", adamw: "AdamW" },
        formulas: {
          sgd: "w⁺ = w − η · g",
          momentum: "v⁺ = μ · v + g     w⁺ = w − η · v⁺",
          nesterov: "v⁺ = μ · v + g     w⁺ = w − η · (g + μ · v⁺)",
          rmsprop: "s⁺ = α · s + (1 − α) · g²     w⁺ = w − η · g / (√s⁺ + ε)",
          adam: "m̂ = m⁺ / (1 − β₁ᵗ)     ŝ = s⁺ / (1 − β₂ᵗ)     w⁺ = w − η · m̂ / (√ŝ + ε)",
          adamw: "w̃ = w · (1 − η · λ)     w⁺ = w̃ − η · m̂ / (√ŝ + ε)",
        },
        options: { weight_decay: "λ", momentum: "μ", alpha: "α", beta1: "β₁", beta2: "β₂", epsilon: "ε" },
        again: "The same image again",
        wouldBe: "The same image, after this step",
        better: "Its loss is lower than before.",
        worse: "Its loss is higher than before: a step helps the batch as a whole, not each image.",
        batch: "Mean loss of the batch:",
        table: "Probabilities before the step and after it",
        class: "Class",
        before: "Before",
        after: "After",
        apart: "Points",
      },
      opened: {
        title: "Selected value",
        empty: "Click a value to see how it is computed.",
        pixel: "A value of the image itself: one channel of one pixel, minus the mean, divided by the standard deviation.",
        rules: {
          weighted_sum: "Weighted sum: each value of the window times its weight, plus the bias.",
          sum: "A sum.",
          product: "A product.",
          max: "The maximum of its window; the others are discarded.",
          mean: "The mean of its window.",
          function: "One value, through the activation function.",
          copy: "A copy of one value.",
          scale: "One value, scaled and shifted.",
          softmax: "Softmax: e to the power of its logit, divided by the sum of that over all logits.",
          constant: "A constant.",
        },
        blame: (/** @type {string} */ layer) => `Every value that is computed from this one, in the layers after ${layer}, passes its gradient back, times its derivative: dA = Σ dZ · ∂Z/∂A.`,
        /** @type {(layer: string, input: string) => string} */
        gradient: (layer, input) => `The chain rule: wherever the weight was used, the gradient of the value in ${layer} times the value of ${input} that the weight multiplied: dW = Σ dZ · A.`,
        bias: (/** @type {string} */ layer) => `The bias is added at every position, so its gradient is the sum of the gradients of its map in ${layer}: db = Σ dZ · 1.`,
        at: (/** @type {number} */ picture, /** @type {string} */ name) => `image ${picture}, ${name}`,
        toUpdate: "The update of this weight",
        update: (/** @type {string} */ step) => `An update of ${step}.`,
        lines: "From the weight before to the weight after",
        score: (/** @type {string} */ label) => `logit of ${label}`,
        crossEntropy: "Probability minus target, divided by the batch size: dZ = (p − y) / N.",
        squared: "Twice the logit minus the target, divided by the batch size and the number of classes: dZ = 2 · (z − y) / (N · K).",
        up: (/** @type {string} */ label) => `Below zero: the logit of ${label} should rise.`,
        down: (/** @type {string} */ label) => `Above zero: the logit of ${label} should fall.`,
      },
      sum: {
        number: "Value",
        product: "Product",
        others: (/** @type {string} */ n) => `${n} others`,
      },
    },
    balance: {
      /** @type {(large: string, most: string, small: string, fewest: string, share: string) => string} */
      uneven: (large, most, small, fewest, share) =>
        `The classes are very uneven: ${most} images of “${large}”, ${fewest} of “${small}”. Always answering “${large}” would be right ${share} of the time: look at the accuracy of each class.`,
      nothing: "No validation images: no class has two images or more. The network is trained, but its accuracy on new images stays unknown.",
      /** @type {(names: string, more: number) => string} */
      notOf: (names, more) => `No validation images of ${names}${more ? ` and ${some(more, "more class", "more classes")}` : ""}: that takes two images of a class or more. Their accuracy stays unknown.`,
    },
    setup: {
      fault: (/** @type {string} */ label) => `A number cannot be used: ${label}`,
      next: "Changed: takes effect with the next run.",
      data: {
        title: "Dataset",
        choose: "Training images",
        /** @type {(name: string, classes: number, pictures: string) => string} */
        summary: (name, classes, pictures) => `${name} · ${some(classes, "class", "classes")} · ${pictures} images`,
        own: "Or your own images",
        zip: "A ZIP file",
        folder: "A folder",
        collect: "Take or draw them here",
        hint: "One folder for each class, with its images in it. A ZIP file or folders may be dropped anywhere on the page.",
        drop: "Drop a ZIP file or folders anywhere",
        later: (/** @type {string} */ name) => `${name} is shown to the network as soon as a training runs: press Play.`,
        sheet: (/** @type {string} */ name) => `Some images of ${name}`,
        sheetAlt: "Some images of each class, in rows",
        remove: (/** @type {string} */ name) => `Delete ${name}`,
        /** @type {(name: string, n: number) => string} */
        classCount: (name, n) => `${name}: ${some(n, "image")}`,
        leftOut: (/** @type {number} */ n) => `Left out: ${some(n, "file")}`,
      },
      bring: {
        progress: "Progress",
        /** @type {(done: string, total: string) => string} */
        packing: (done, total) => `Packing image ${done} of ${total}`,
        /** @type {(sent: string, total: string) => string} */
        sending: (sent, total) => `Sending: ${sent} of ${total}`,
        reading: "Working on it",
        unnamed: "My images",
        another: "Choose another ZIP file",
        form: "Expected: a ZIP file or folder that holds one folder for each class, at least two of them, with images in each.",
        noPictures: {
          title: "There are no images in it",
          detail: "Nothing in it is an image by its name (.jpg, .png, .webp and the like).",
        },
        /** @type {(names: string, more: number) => string} */
        thereAre: (names, more) => `What there is: ${names}${more ? ` and ${some(more, "more file", "more files")}` : ""}.`,
        noFolders: (/** @type {string} */ n) => ({
          title: "Images without folders have no class",
          detail: `${n === "1" ? "This image lies" : `These ${n} images lie`} in no folder. Put the images of each class into a folder of its name, two folders or more, and drop the folders.`,
        }),
        oneArchive: { title: "One ZIP file at a time", detail: "Several ZIP files were dropped together. Each is a dataset of its own: upload them one after the other." },
        network: { title: "This is a network, not images", detail: "Drop it on the front page, which opens networks and shows what each layer does. Here, networks are trained on images." },
        tooMany: (/** @type {string} */ most) => ({ title: "Too many files", detail: `There are ${most} files or more. Choose only the folder that holds the classes.` }),
        /** @type {(path: string, reason: string) => string} */
        skipped: (path, reason) => `'${path}': ${reason}`,
        reasons: {
          notAPicture: "Not an image by its name.",
          loose: "It lies in no class's folder.",
          archive: "A ZIP file beside other files: upload it by itself.",
          network: "A network: drop it on the front page.",
          unreadable: "The browser could not read it.",
        },
      },
      collect: {
        refused: (/** @type {string} */ names) => `Left out, since this browser cannot show it as an image: ${names}`,
        title: "Collect your own classes",
        hint: "Twenty images of each class are a beginning. They are sent only when you use them.",
        name: "My images",
        nameLabel: "Name of the dataset",
        classLabel: "Name of the class",
        className: (/** @type {number} */ n) => `Class ${n}`,
        add: "Add a class",
        camera: "Camera",
        draw: "Draw",
        take: "Take an image (hold for many)",
        takingFor: (/** @type {string} */ name) => `Taking images of: ${name}`,
        off: "Camera off",
        pictures: (/** @type {number} */ n) => some(n, "image"),
        /** @type {(name: string, n: number) => string} */
        removePicture: (name, n) => `Delete image ${n} of ${name}`,
        removeClass: (/** @type {string} */ name) => `Delete ${name} with its images`,
        use: "Use these images",
        ready: "Ready for training.",
        twoClasses: "There have to be two classes or more, or there is nothing to tell apart.",
        noName: "Each class needs a name.",
        sameName: "Two classes have the same name.",
        /** @type {(name: string, fewest: number) => string} */
        tooFew: (name, fewest) => `${name} needs ${fewest} images or more.`,
      },
      network: {
        title: "Network",
        list: "Layers, from input to output",
        columns: ["Layer", "output shape", "parameters"],
        preset: "Architecture",
        presets: {
          tiny: "Tiny",
          small: "Small",
          lenet: "Like LeNet (1998)",
          vgg: "Like VGG, with batch normalisation",
          sigmoid: "Sigmoids, to see gradients vanish",
        },
        own: "Your own",
        kinds: {
          conv: "Convolution",
          batchnorm: "Batch normalisation",
          relu: "ReLU",
          sigmoid: "Sigmoid",
          tanh: "tanh",
          maxpool: "Max pooling",
          avgpool: "Average pooling",
          dropout: "Dropout",
          dense: "Fully connected",
          flatten: "Flatten",
          scores: "Fully connected: logits",
          softmax: "Softmax",
        },
        options: { filters: "filters", kernel: "kernel", stride: "stride", padding: "padding", units: "units", rate: "rate" },
        newLayer: "New layer",
        add: "Add",
        added: "Added by itself: every network here ends like this.",
        /** @type {(kind: string, place: number) => string} */
        nth: (kind, place) => `${kind}, layer ${place}`,
        up: (/** @type {string} */ name) => `Move up: ${name}`,
        down: (/** @type {string} */ name) => `Move down: ${name}`,
        remove: (/** @type {string} */ name) => `Remove: ${name}`,
        /** @type {(kind: string, place: number) => string} */
        wasAdded: (kind, place) => `${kind} is layer ${place} now`,
        /** @type {(kind: string, place: number) => string} */
        wasMoved: (kind, place) => `${kind} is layer ${place} now`,
        wasRemoved: (/** @type {string} */ kind) => `${kind} is gone`,
        parameters: (/** @type {string} */ n) => `${n} trainable parameters`,
        /** @type {(parameters: string, multiplyAdds: string) => string} */
        total: (parameters, multiplyAdds) => `${parameters} parameters, ${multiplyAdds} multiply-adds per image`,
        impossible: "This network is impossible: the layer that is marked says why.",
        everyday: "The network of the front page, trained from the beginning. Choose another to change its layers.",
        problem: "a layer is impossible",
        /** @type {(layers: number, parameters: string) => string} */
        summary: (layers, parameters) => `${some(layers, "layer")} · ${parameters} parameters`,
        stack: (/** @type {string} */ shapes) => `Shapes from layer to layer: ${shapes}`,
      },
      options: {
        title: "Hyperparameters",
        /** @type {(optimiser: string, rate: string, epochs: number) => string} */
        summary: (optimiser, rate, epochs) => `${optimiser} · ${rate} · ${some(epochs, "epoch")}`,
        labels: {
          loss: "Loss",
          optimiser: "Optimiser",
          learning_rate: "Learning rate η",
          momentum: "Momentum μ",
          schedule: "Learning rate schedule",
          batch_size: "Batch size",
          epochs: "Epochs",
          augmentation: "Augmentation",
          weight_decay: "Weight decay λ",
          label_smoothing: "Label smoothing",
          seed: "Seed",
        },
        batchNorm:
          "The network has batch normalisation, which needs a batch size of 2 or more: it subtracts the mean of the batch, and a single image is its own mean. Enter 2 or more, or remove the batch normalisation layers.",
        rateSlider: "Learning rate, by powers of ten",
        usual: (/** @type {string} */ rate) => `Usual with this optimiser: ${rate}`,
        losses: {
          cross_entropy: {
            name: "Cross-entropy",
            text: "How surprised the network is by the right class: confident and wrong costs most.",
            formula: ["L = −Σ yₖ · log pₖ"],
          },
          mean_squared_error: {
            name: "Mean squared error",
            text: "How far the logits are from 1 for the right class and 0 for the others.",
            formula: ["L = 1/K · Σ (zₖ − yₖ)²"],
          },
        },
        optimisers: {
          sgd: {
            name: "SGD",
            text: "Stochastic gradient descent: a step down the slope of each batch, and nothing remembered.",
            formula: ["w ← w − η·g"],
          },
          momentum: {
            name: "SGD with momentum",
            text: "A ball that keeps rolling: steps in one direction add up, to and fro cancels out.",
            formula: ["v ← μ·v + g", "w ← w − η·v"],
          },
          nesterov: {
            name: "Nesterov momentum",
            text: "Momentum that looks one roll ahead, and so brakes earlier.",
            formula: ["v ← μ·v + g", "w ← w − η·(g + μ·v)"],
          },
          rmsprop: {
            name: "RMSProp",
            text: "Each weight has a pace of its own: large gradients are scaled down, small ones up.",
            formula: ["s ← 0.99·s + 0.01·g²", "w ← w − η·g / (√s + ε)"],
          },
          adam: {
            name: "Adam",
            text: "Momentum and a pace for each weight in one; both are corrected for their start at zero.",
            formula: ["m ← 0.9·m + 0.1·g,  m̂ = m / (1 − 0.9ᵗ)", "s ← 0.999·s + 0.001·g²,  ŝ = s / (1 − 0.999ᵗ)", "w ← w − η·m̂ / (√ŝ + ε)"],
          },
          adamw: {
            name: "AdamW",
            text: "Adam, with weight decay taken off the weights themselves.",
            formula: ["w ← (1 − η·λ)·w", "w ← w − η·m̂ / (√ŝ + ε), m̂ and ŝ as in Adam"],
          },
        },
        schedules: { constant: "Constant", cosine: "Cosine", one_cycle: "One cycle" },
        augmentations: { none: "None", standard: "Standard: flips and shifts", strong: "Strong: flips, crops, colour, erasing" },
      },
    },
    run: {
      title: "Training",
      glass: "Step inspector",
      setup: "Dataset, network, hyperparameters",
      work: {
        starting: "Starting",
        pausing: "Pausing after this batch",
        stepping: "Training on one batch",
        looking: "Tracing one step",
        resetting: "Going back to the beginning",
        speed: "Changing the speed",
        stopping: "Stopping",
        finding: "Finding the training again",
      },
      controls: {
        title: "Controls",
        play: "Play",
        pause: "Pause",
        start: "New run",
        again: "Train again",
        batch: "Next batch",
        phase: "Next phase",
        nextPhase: (/** @type {string} */ name) => `Next: ${name}`,
        phases: ["Forward", "Loss", "Backward", "Update"],
        reset: "Reset",
        race: "Compare with a second run",
        endRace: "Stop comparing",
        speed: "Speed",
        full: "full",
        batches: (/** @type {number} */ n) => `${some(n, "batch", "batches")} a second`,
        changed: "The settings have changed since this run began: “New run” begins one with them.",
        idle: "Press Play: a small network learns to classify the images, in less than a minute.",
        lost: "Reconnecting …",
        failed: "The training failed",
        recovered: (/** @type {string} */ lost, /** @type {string} */ step) =>
          `The server was interrupted. The training was found again at batch ${step}; ${lost} were lost.`,
        nothingLost: (/** @type {string} */ step) => `The server was interrupted. The training went on from batch ${step}; nothing was lost.`,
        lostBatches: (/** @type {number} */ n) => some(n, "batch", "batches"),
        status: { starting: "Starting", running: "Training", paused: "Paused", finished: "Finished", stopped: "Stopped", failed: "Failed" },
        epoch: (/** @type {string} */ at, /** @type {string} */ of) => `epoch ${at} of ${of}`,
        step: (/** @type {string} */ at, /** @type {string} */ of) => `batch ${at} of ${of}`,
        pace: (/** @type {string} */ n) => `${n} images/s`,
        left: (/** @type {string} */ time) => `${time} left`,
        seconds: (/** @type {string} */ n) => `${n} s`,
        minutes: (/** @type {string} */ m, /** @type {string} */ s) => `${m} min ${s} s`,
        dismiss: "Dismiss",
      },
      help: {
        title: "Keys, glossary and help",
        play: "Play or pause",
        batch: "Pause and train on the next batch",
        phase: "Step inspector: next phase (forward, loss, backward, update)",
        escape: "Close the step inspector",
        theme: "Light or dark",
        list: "This list",
        reading: "How to read this page",
        read: "A network learns batch by batch: it predicts (forward), its predictions are marked (loss), each weight gets its gradient "
          + "(backward), and the optimiser moves each a small step (update). The curves show the loss falling; the validation images, which it is never trained on, tell whether it understood.",
      },
      race: {
        title: "Compare with a second run",
        text: "Both runs begin with the same weights and see the same batches. One setting is different:",
        kind: "Setting",
        kinds: { optimiser: "Optimiser", learning_rate: "Learning rate", activation: "Activation" },
        value: "In the second run",
        go: "Start both runs",
        none: "nothing to compare yet",
        even: "The two runs are level.",
        /** @type {(name: string, by: string) => string} */
        leads: (name, by) => `${name} leads by ${by} points of validation accuracy.`,
        /** @type {(name: string, a: string, b: string) => string} */
        ahead: (name, a, b) => `${name} is ahead: loss ${a} against ${b}.`,
        won: (/** @type {string} */ name, /** @type {string} */ by) => `${name} ends ${by} points of validation accuracy ahead.`,
        drawn: "Both end level.",
      },
      curves: {
        title: "Learning curves",
        loss: "Loss",
        accuracy: "Accuracy",
        training: "training",
        validation: "validation",
        notHeldOut: "no validation images",
        /** @type {(loss: string, accuracy: string) => string} */
        labelOfTraining: (loss, accuracy) => `Learning curves: training loss ${loss}, training accuracy ${accuracy}; there are no validation images`,
        smoothing: "Smoothing",
        batch: "Batch",
        empty: "The curves begin with the first batch.",
        now: "Now",
        best: "Best",
        table: "Key figures",
        rows: { loss: "Training loss", validationLoss: "Validation loss", accuracy: "Training accuracy", validationAccuracy: "Validation accuracy" },
        /** @type {(loss: string, accuracy: string) => string} */
        label: (loss, accuracy) => `Learning curves: training loss ${loss}, validation accuracy ${accuracy}`,
      },
      live: {
        title: "Filters and activations",
        empty: "As soon as a training runs, the filters and the activations of one image change here.",
        at: (/** @type {string} */ step) => `after batch ${step}`,
        filters: (/** @type {string} */ layer) => `Filters of ${layer}`,
        filter: (/** @type {number} */ n) => `Filter ${n}`,
        gray: "Filters are shown in colour where their input has three channels.",
        maps: "Activations",
        layer: "Layer",
        map: (/** @type {string} */ layer, /** @type {number} */ n, /** @type {string} */ span) => `${layer}, map ${n}: ${span}`,
        picture: "Image",
        another: "Next image",
        before: "Previous image",
        choose: "Your own",
        camera: "Camera",
        draw: "Draw",
        histograms: "Weights and gradients",
        weights: "weights",
        gradients: "gradients",
        /** @type {(layer: string, what: string, low: string, high: string) => string} */
        histogram: (layer, what, low, high) => `${layer}, ${what}: from ${low} to ${high}`,
        ratio: (/** @type {string} */ share) => `update / weight ${share}`,
      },
      warnings: {
        title: "Warnings",
        /** @type {(layer: string, share: string) => string} */
        dead_units: (layer, share) => `Dead units in ${layer}: ${share} of them were zero for the whole batch, so no gradient gets through and they cannot learn.`,
        /** @type {(layer: string, ratio: string) => string} */
        vanishing: (layer, ratio) => `Vanishing gradient in ${layer}: it is ${ratio} of the last layer's, so this layer hardly learns.`,
        /** @type {(layer: string, ratio: string) => string} */
        exploding: (layer, ratio) => `Exploding gradient in ${layer} (${ratio}): steps are larger than the weights can bear.`,
        /** @type {(layer: string, share: string) => string} */
        saturated: (layer, share) => `${layer} is saturated: ${share} of its activations lie at an end of the curve, where the gradient is almost zero.`,
        todo: {
          dead_units: "Try a smaller learning rate, batch normalisation, or another seed.",
          vanishing: "Try ReLU instead of sigmoid or tanh, batch normalisation, or fewer layers.",
          exploding: "Try a learning rate ten times smaller, batch normalisation, or Adam.",
          saturated: "Try ReLU, a smaller learning rate, or batch normalisation.",
        },
      },
      report: {
        title: "Evaluation",
        empty: "After the first epoch, the validation images, which it was never trained on, are its exam.",
        /** @type {(share: string, count: string) => string} */
        score: (share, count) => `Validation accuracy ${share} on ${count} images`,
        at: (/** @type {string} */ step) => `by the network after batch ${step}`,
        perClass: {
          title: "Accuracy per class",
          correct: "correct",
          accuracy: "accuracy",
          /** @type {(correct: string, all: string) => string} */
          of: (correct, all) => `${correct} of ${all}`,
          none: "no validation images",
          all: "All validation images",
          balanced: "Balanced accuracy",
          balancedText: "The balanced accuracy is the mean of the classes' accuracies: a small class weighs as much as a large one.",
        },
        confusion: "Confusion matrix",
        truth: "true",
        answer: "predicted",
        /** @type {(truth: string, answer: string, n: number) => string} */
        cell: (truth, answer, n) => `true ${truth}, predicted ${answer}: ${n}`,
        mistakes: "Most confident errors",
        none: "Not a single error.",
        /** @type {(truth: string, answer: string, share: string) => string} */
        mistake: (truth, answer, share) => `True ${truth}, predicted ${answer} with probability ${share}. Open it in the microscope with the network of that moment`,
        /** @type {(truth: string, answer: string) => string} */
        taken: (truth, answer) => `${truth}\n→ ${answer}`,
        keep: "The network",
        open: "Open in the microscope",
        safetensors: "Weights (safetensors)",
        onnx: "ONNX",
      },
    },
  },
};

/** @typedef {typeof say} Say */
