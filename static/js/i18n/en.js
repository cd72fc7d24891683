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
    numbers: (/** @type {number} */ n) => some(n, "number"),
    colours: { red: "red", green: "green", blue: "blue" },
    constant: (/** @type {string} */ value) => `${value} everywhere`,
    map: (/** @type {number} */ channel) => `map ${channel}`,
    number: (/** @type {number} */ unit) => `number ${unit}`,
    of: (/** @type {string} */ name, /** @type {number} */ count) => `${name} of ${count}`,
    /** @type {(low: string, high: string, mean: string) => string} */
    span: (low, high, mean) => `from ${low} to ${high}, mean ${mean}`,
  },

  toolbar: {
    network: "Network",
    step: "Step through the layers",
    back: "Layer before",
    forward: "Next layer",
    nowhere: "Layer –",
    position: (/** @type {number} */ at, /** @type {number} */ count) => `Layer ${at} of ${count}`,
    walk: "Walk",
    walkLabel: "Walk through all layers",
    page: "Page",
    api: "API",
    learn: "Learn",
    microscope: "Microscope",
    theme: "Dark theme",
    help: "Keys and help",
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
    notHere: "The server keeps no photo, so this link shows only what the network saw of it.",
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
    offer: "Your network…",
    title: "Your network",
    lead: "An ONNX file with a network that takes a picture, or weights that were saved here (.safetensors). PyTorch, TensorFlow and Keras write ONNX. Where its weights are in files beside it (.onnx.data), choose or drop them together.",
    choose: "Choose a file",
    another: "Another file",
    reading: "The server reads it",
    look: "Look inside",
    lookAgain: "Look inside again",
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
      imagenet: "ImageNet: mean and spread of each colour",
      unit: "0 … 1",
      symmetric: "−1 … 1",
      raw: "0 … 255, red, green, blue",
      caffe: "Caffe: blue, green, red from 0 to 255",
      own: "My numbers",
    },
    mean: "Mean",
    std: "Spread",
    scale: "Made for pixels",
    scales: { "": "0 … 1 (÷ 255 first)", 1: "0 … 255" },
    formula: "(pixel − mean) ÷ spread; one number, or one for each channel in the network's order.",
    channels: "Channels",
    channelChoices: { "": "Red, green, blue, or as the preset says", rgb: "Red, green, blue", bgr: "Blue, green, red", rgba: "Red, green, blue and opacity", own: "A list" },
    channelList: "What each is given",
    channelHint: "r, g and b are colours, a is 255 everywhere, a number from 0 to 255 stays the same.",
    cropMode: "Photos of another shape",
    cropModes: { "": "Cut out the middle", squash: "Stretch", border: "Add borders" },
    constant: (/** @type {string} */ name) => `Input “${name}” is always`,
    labels: "Classes",
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
    list: "Your networks",
    /** @type {(parameters: string, size: string, hours: number) => string} */
    figures: (parameters, size, hours) => `${parameters} parameters · ${size} · kept for ${hours < 1 ? "less than an hour" : some(hours, "hour")}, longer if it is used`,
    shown: "on the page",
    open: "Look",
    openNamed: (/** @type {string} */ title) => `Look at the photo with ${title}`,
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
    open: "Other ways to prepare the photo",
    assumed: "How the photo is prepared is assumed: compare",
    title: "Ways to prepare the photo",
    wait: "The network looks at the photo prepared in each way.",
    sources: {
      file: "The network's file says how photos are prepared for it.",
      graph: "The network itself shows which values it takes: by the type of its input, or by its first steps.",
      chosen: "How photos are prepared was chosen when the network was brought.",
      assumed: "The network's file does not say how photos are prepared for it, so the usual way is assumed. The right one gives sure and fitting answers to photos of what it was taught.",
    },
    way: "Way",
    answer: "What the network answers",
    ofItsOwn: "A way of its own",
    noClasses: "no classes",
    now: "as it is now",
    take: "Take it",
    takeNamed: (/** @type {string} */ name) => `Take this way: ${name}`,
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
    label: "What the network sees of the photo. Arrow keys move it, with Shift by a pixel; plus and minus make it larger and smaller; Home brings it back to the middle.",
    hint: "Drag the frame to show the network another part",
    fixed: "The photo itself is not here, so the frame stays where it is",
    back: "Back to the middle",
    /** @type {(left: number, top: number, width: number, height: number) => string} */
    at: (left, top, width, height) => `${width} × ${height} pixels, ${left} from the left, ${top} from the top`,
  },

  save: {
    offer: "Save",
    title: "Save",
    picture: "A picture (PNG) of",
    panels: { stage: "the maps", inspector: "the inspector", photo: "the photo", seen: "what the network saw", strip: "all layers" },
    numbers: (/** @type {string} */ layer) => `The numbers of ${layer}`,
    program: "A program that computes this layer",
    same: "It asks the server for the numbers and paints the same pixels as this page; for another photo, too.",
    script: "Python script",
    notebook: "Jupyter notebook",
  },

  seen: {
    title: "What the network saw",
    empty: "The network's input",
    label: (/** @type {number} */ width, /** @type {number} */ height) => `The photo as the network got it, ${width} × ${height} pixels`,
    /** @type {(width: number, height: number, interpolation: string, how: "moved" | "center" | "squash" | "border") => string} */
    cut: (width, height, interpolation, how) =>
      `${width} × ${height} pixels, ${{ moved: "cut where you put it", center: "cut from the middle", squash: "stretched to fit", border: "all of the photo, with borders" }[how]}, resized (${interpolation}). `,
    /** @type {(formula: string, order: string | null) => string} */
    colours: (formula, order) => `Then each value of 0 to 255 becomes ${formula}${order ? `, in this order: ${order}` : ""}.`,
  },

  answer: {
    title: "What it says",
    unsure: (/** @type {number} */ classes) =>
      `It is not sure. It can only choose among the ${some(classes, "class", "classes")} that it knows.`,
    classes: "The classes it knows, and how often it is right",
    allNumbers: "All numbers: ",
    knows: (/** @type {string} */ network) => `What ${network} knows`,
    taught: (/** @type {number} */ classes) =>
      `It chooses among ${some(classes, "class", "classes")} and sees everything as one of them, also what is none of them. `,
    /** @type {(tested: string, accuracy: string) => string} */
    right: (tested, accuracy) => `On ${tested} pictures that it was not taught with, its first guess is right ${accuracy} of the time.`,
    list: "Classes",
    unnamed: (/** @type {number} */ i) => `class ${i}`,
  },

  prediction: {
    /** @type {(name: string, kind: string) => string} */
    output: (name, kind) => `${name}: ${kind}`,
    outputs: (/** @type {number} */ n) => `One of ${n} outputs`,
    kinds: {
      classes: "classes", binary: "yes or no", multilabel: "several yes or no", numbers: "numbers", boxes: "boxes", map: "map of what is where",
      image: "picture", tokens: "sequence of symbols", unknown: "numbers of unknown meaning",
    },
    derived: "The file does not say what its outputs mean; this is derived from the network.",
    yes: "yes",
    no: "no",
    /** @type {(no: string, noShare: string, yes: string, yesShare: string) => string} */
    between: (no, noShare, yes, yesShare) => `Between ${no}, ${noShare}, and ${yes}, ${yesShare}`,
    /** @type {(logit: string, isPositive: boolean, label: string) => string} */
    logit: (logit, isPositive, label) => `One number decides, the logit: ${logit}. ${isPositive ? "Above" : "Below"} 0 it speaks for ${label}.`,
    /** @type {(yes: number, of: number) => string} */
    several: (yes, of) => `${yes} of ${of} are likelier than not (50 %, the mark). They do not exclude each other, and need not add up to 100 %.`,
    tells: (/** @type {number} */ n) => `It answers yes or no to each of ${some(n, "class", "classes")}; any number of them may be true at once. `,
    numbers: "Numbers with their signs, around zero. What they measure is not said in the file.",
    /** @type {(rest: string, layer: string) => string} */
    more: (rest, layer) => `And ${rest} more in the layer ${layer}. What they measure is not said in the file.`,
    unknown: "What these numbers mean is not said in the file.",
    stats: { min: "Minimum", max: "Maximum", mean: "Mean", std: "Standard deviation" },
    toNumbers: "Show the numbers",
    sequence: "The best symbol of each position",
    /** @type {(at: number, name: string, score: string) => string} */
    symbol: (at, name, score) => `Position ${at}: ${name}${score && `, ${score}`}`,
    /** @type {(length: number, symbols: number) => string} */
    tokens: (length, symbols) => `The best of ${symbols} symbols at each of ${length} positions. Which one means nothing (the blank) is not said in the file.`,
    integers: (/** @type {number} */ length) => `${some(length, "whole number")} in a row, as the network gives them.`,
    choices: "The classes it tells apart",
    threshold: "Least score",
    /** @type {(shown: number, all: number) => string} */
    found: (shown, all) => (all ? `${shown} of ${some(all, "box", "boxes")} drawn on the photo` : "No box has a score of 5 % or more."),
    below: (/** @type {string} */ best) => `No box has that much; the best has ${best}.`,
    noLayout: "Its boxes are written in no layout that is known here. The numbers are in the layers of its outputs.",
    readAs: (/** @type {string} */ format) => `Read as ${format}. Of boxes of one class that overlap, the best is shown; the network's numbers stay as they are.`,
    /** @type {(...edges: string[]) => string} */
    corners: (left, top, right, bottom) => `x ${left} to ${right}, y ${top} to ${bottom} on the photo`,
    large: "Look at it large",
    show: "Show",
    largest: "the largest at each place",
    /** @type {(name: string, width: number, height: number) => string} */
    mapLabel: (name, width, height) => `Map ${name}, ${width} × ${height}`,
    /** @type {(name: string, width: number, height: number) => string} */
    pictureLabel: (name, width, height) => `Picture ${name}, ${width} × ${height}`,
    /** @type {(least: string, most: string) => string} */
    from: (least, most) => `From ${least} to ${most}.`,
    area: "How much of the picture each one has.",
    otherClasses: (/** @type {string} */ n) => `And ${n} more with less of the picture.`,
    strength: "How strong the map is",
    over: "Over the photo ",
    /** @type {(width: number, height: number) => string} */
    beside: (width, height) => `The output, ${width} × ${height}`,
    before: "Before: what the network saw",
    /** @type {(width: number, height: number) => string} */
    after: (width, height) => `After: the output, ${width} × ${height}`,
    /** @type {(black: string, white: string) => string} */
    range: (black, white) => `${black} is drawn as black, ${white} as white.`,
    /** @type {(black: string, white: string) => string} */
    stretched: (black, white) => `Its numbers have no usual range: the smallest, ${black}, is drawn as black, the largest, ${white}, as white.`,
    strip: "output",
  },

  work: {
    ready: "Getting ready",
    opening: "Opening the photo",
    reading: "Reading the photo",
    loading: "Loading the network",
    looking: "The network is looking at it",
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
      title: "Pictures to learn from go to another page",
      detail: "A folder or a ZIP file of pictures is what a network learns from. Open the page of learning and drop it there; here, drop one photo.",
    },
    learn: "Open the page of learning",
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
    lists: "lists",
    /** @type {(name: string, kind: string, shape: string, parameters: string | null, multiplyAdds: string | null) => string} */
    column: (name, kind, shape, parameters, multiplyAdds) =>
      `${name}: ${kind}, ${shape}`
      + (parameters === null ? "" : `, ${parameters} parameters`) + (multiplyAdds === null ? "" : `, ${multiplyAdds} multiply-adds`),
    layers: (/** @type {number} */ count) => `${count} layers`,
    number: (/** @type {number} */ number) => `block ${number}`,
    block: (/** @type {string} */ name, /** @type {number} */ layers) => `${name}, a block of ${layers} layers`,
    fold: (/** @type {string} */ name, /** @type {number} */ layers) => `Fold the ${layers} layers of ${name}`,
    unfold: (/** @type {string} */ name, /** @type {number} */ layers) => `Show the ${layers} layers of ${name}`,
    foldAll: (/** @type {number} */ count) => `Fold block × ${count}`,
    unfoldAll: (/** @type {number} */ count) => `Unfold block × ${count}`,
    shown: (/** @type {number} */ some, /** @type {number} */ all) => `${some} of ${all} layers shown`,
    tools: "Move about the network",
    search: "Find a layer",
    whole: "Whole network",
    nearer: "Nearer",
    further: "Further away",
    find: "Layers",
    query: "name or kind, such as conv",
    found: (/** @type {number} */ count) => (count === 1 ? "1 layer found" : `${count} layers found`),
    all: (/** @type {number} */ count) => `${count} layers`,
    parameters: (/** @type {string} */ count) => `${count} parameters`,
    families: {
      input: "input", weights: "weights", norm: "normalisation", switch: "activation", pool: "pooling", join: "join", move: "rearranging",
      answer: "answer",
    },
  },

  stage: {
    empty: "The maps of each layer appear here as soon as there is a photo.",
    mapBefore: "Map before",
    nextMap: "Next map",
    allMaps: "all maps",
    order: "Sorted by",
    orders: { number: "number", mean: "mean", max: "largest value", spread: "contrast" },
    ordersTitle: "Contrast is the standard deviation over the places of a map",
    /** @type {(own: string, shown: string) => string} */
    ownShape: (own, shown) => `${own}, shown as ${shown}`,
    maps: (/** @type {string} */ layer) => `Maps of ${layer}`,
    numbers: (/** @type {string} */ layer) => `Numbers of ${layer}`,
    zero: (/** @type {string} */ name) => `${name}, zero everywhere`,
    heatmap: "heatmap",
    /** @type {(layer: string, map: string, figures: string) => string} */
    open: (layer, map, figures) => `${layer}, ${map}, ${figures}. Arrow keys move from number to number.`,
    /** @type {(layer: string, count: number, figures: string) => string} */
    cells: (layer, count, figures) => `${layer}: ${count} numbers, ${figures}`,
    goTo: (/** @type {string} */ name) => `Go to ${name}`,
  },

  legend: {
    same: (/** @type {string} */ value) => `All values are ${value}.`,
    allButZero: (/** @type {string} */ most) => `All values are all but zero: none is further from it than ${most}.`,
    /** @type {(least: string, by: string) => string} */
    close: (least, by) => `All values are about ${least}: they differ by no more than ${by}, too little for the colours to show.`,
    title: "One scale for each",
    map: "map",
    layer: "layer",
    network: "network",
  },

  inspector: {
    title: "Inspector",
    tabs: "What the inspector shows",
    layer: "This layer",
    whatif: "What if?",
    why: "Why this class?",
    shape: "Shape",
    layout: "Axes",
    axes: { N: "pictures", C: "channels", H: "rows", W: "columns", L: "places" },
    notPerPicture: "not one part a picture",
    madeFrom: "Made from",
    thePhoto: "the photo",
    parameters: "Parameters",
    multiplyAdds: "Multiply-adds",
    sees: "Sees of the input",
    smallest: "smallest",
    largest: "largest",
    mean: "mean",
    zero: "zero",
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
    sums: "Where this number comes from",
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
      transpose: "Transposition",
      slice: "Slice",
      gather: "Selection",
      expand: "Repetition",
      depth_to_space: "Depth to space",
      space_to_depth: "Space to depth",
      resize: "Resize",
      sub: "Subtraction",
      div: "Division",
      pow: "Power",
      min: "Minimum",
      max: "Maximum",
      matmul: "Matrix product",
      reduce_mean: "Mean",
      reduce_sum: "Sum",
      reduce_max: "Largest",
      arg_max: "Place of the largest",
      quantize: "Quantisation",
      dequantize: "Dequantisation",
      conv_integer: "Integer convolution",
      matmul_integer: "Integer matrix product",
      requantize: "Requantisation",
      quantized_add: "Quantised addition",
      dynamic_scale: "Scale of this input",
      dynamic_zero_point: "Zero point of this input",
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
      mod: "Remainder",
      compare: "Comparison",
      where: "Choice",
      top_k: "Top k",
      gather_elements: "Gather elements",
      cum_sum: "Cumulative sum",
      reduce_min: "Smallest",
      reduce_prod: "Product",
      constant: "Constant",
    },
    unknown: (/** @type {string} */ title) => [`A step of the kind “${title}”. Its numbers can be read here like all others.`],
    value: "value",
    /** @type {(channels: number, order: string | null, formula: string) => string[]} */
    input: (channels, order, formula) => [
      `What the network is given: the photo, cut and resized, ${channels === 1 ? "one map of how bright it is" : "one map for each colour"}${order && channels > 1 ? `, in this order: ${order}` : ""}.`,
      formula === "value" ? "Each number is the pixel's value as it is in the picture, from 0 to 255." : `Each value from 0 to 255 is shifted and stretched as the network was taught with: ${formula}.`,
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
        ? "A detective who looks at one place at a time and compares all maps there"
        : `A detective with a small magnifying glass, ${size} numbers wide, goes over ${over}`;
      return [
        `${lens}, once for each of ${some(patterns, "pattern")}.`,
        "Where a pattern fits, its map gets a large positive number; where the opposite is found, a negative one; where there is nothing of the kind, one near 0.",
      ];
    },
    relu: (/** @type {string} */ off) => [
      "A light switch on every number: a positive one passes unchanged, a negative one is switched off to 0.",
      `Here ${off} of them are off. Without such switches, all layers together could be folded into a single one.`,
    ],
    leaky_relu: (/** @type {string} */ kept) => [
      "A dimmer on every number: a positive one passes unchanged, a negative one is turned down.",
      `What is negative keeps ${kept} of its size, so that the network can still learn from it.`,
    ],
    sigmoid: () => [
      "Squeezes every number smoothly between 0 and 1, like a slow switch.",
      "Far below zero it is as good as off, far above it is as good as on.",
    ],
    tanh: () => [
      "Squeezes every number smoothly between −1 and 1 and keeps its sign.",
      "Small numbers pass almost unchanged; large ones all end up near the same limit.",
    ],
    clip: (/** @type {string | null} */ low, /** @type {string | null} */ high) => [
      `A switch with a ceiling: everything below ${low ?? "its limit"} becomes that, everything above ${high ?? "its limit"} becomes that.`,
      "What lies between passes unchanged.",
    ],
    softmax: (/** @type {number} */ scores) => [
      `Shares out 100\u00a0% over ${some(scores, "score")}: each becomes e to the power of the score, divided by the sum of all.`,
      "The order stays the same. A lead of 1 in score becomes a share 2.7 times as large.",
    ],
    max_pool: (/** @type {string} */ block, /** @type {number} */ fewer) => [
      `The summariser, squinting: of each ${block} block only the largest number stays, ${shrinkage(fewer)}.`,
      "That something was found is kept; where exactly is forgotten, so a photo shifted by a pixel looks almost the same from here on.",
    ],
    average_pool: (/** @type {string} */ block, /** @type {number} */ fewer) => [
      `The summariser, squinting: each ${block} block becomes its mean, ${shrinkage(fewer)}.`,
      "Fine detail is smoothed away; what holds for the whole block stays.",
    ],
    global_average_pool: () => [
      "The summariser in one word: each map becomes a single number, its mean.",
      "How much of a pattern there was is kept; where it was is forgotten.",
    ],
    batch_norm: () => [
      "A tuning knob on each map: its numbers are shifted and stretched to a common size that training has found useful.",
      "The mean and spread that it goes by were measured in training, so here it is one multiplication and one addition.",
    ],
    dropout: (/** @type {string} */ rate) => [
      `Only at work in training, where it hides ${rate} of the numbers at random, so that no single one is relied upon.`,
      "Now everything passes unchanged.",
    ],
    /** @type {(evidence: number, outputs: number, areClasses: boolean) => string[]} */
    dense: (evidence, outputs, areClasses) => [
      `The jury: ${whole.format(evidence)} pieces of evidence are heard for each of ${outputs} ${areClasses ? "classes" : "outputs"}, and each piece is weighed differently for each.`,
      `Weight × evidence may speak for or against; the sum is the ${areClasses ? "score of the class" : "result"}.`,
    ],
    /** @type {(sides: string[], numbers: number) => string[]} */
    flatten: (sides, numbers) => [
      `Lays the list out: map after map, row after row, ${sides.length > 1 ? `${sides.join("\u00a0×\u00a0")} = ` : ""}${some(numbers, "number")} in a single line.`,
      "Nothing is computed, and nothing is lost: each number still has its place on the photo.",
    ],
    reshape: (/** @type {string} */ shape) => [
      `Puts the same numbers into another form: ${shape}.`,
      "Nothing is computed; they are only counted off anew.",
    ],
    pad: (/** @type {string} */ value) => [
      `Puts a frame of ${value} around every map.`,
      "The layers behind it can then look beyond the edge.",
    ],
    concat: (/** @type {string[]} */ layers) => [
      `Stacks the maps of ${some(layers.length, "layer")} on one pile: ${layers.join(", ")}.`,
      "Nothing is computed; what comes next sees all of them together.",
    ],
    add: (/** @type {string[]} */ layers) => [
      `Adds ${layers.join(" and ")}, number by number.`,
      "A short cut in the network ends here: what was found on the way is added to what was there before.",
    ],
    mul: (/** @type {string[]} */ layers) => [
      `Multiplies ${layers.join(" and ")}, number by number.`,
      "One of them turns the other up where it is large and down where it is small.",
    ],
    identity: () => ["Hands every number on as it is.", "It stands here because the network's file has it."],
    /** @type {(a: string, b: string) => string[]} */
    sub: (a, b) => [`Takes ${b} away from ${a}, number by number.`, "What both have in common disappears."],
    /** @type {(a: string, b: string) => string[]} */
    div: (a, b) => [`Divides ${a} by ${b}, number by number.`, "One says how much of the other counts."],
    /** @type {(a: string, b: string) => string[]} */
    pow: (a, b) => [`Raises ${a} to the power of ${b}, number by number.`, "Differences between large numbers grow."],
    /** @type {(a: string, b: string) => string[]} */
    min: (a, b) => [`Keeps the smaller of ${a} and ${b}, number by number.`, "None of the two can exceed the other."],
    /** @type {(a: string, b: string) => string[]} */
    max: (a, b) => [`Keeps the larger of ${a} and ${b}, number by number.`, "What either of the two has found stays."],
    /** @type {Record<string, string[]>} Kinds of which there is the same to say wherever they stand. */
    plain: {
      conv_transpose: [
        "A detective at work backwards: each number paints its pattern into the output, and where patterns overlap they are added.",
        "It makes maps larger, and learns how.",
      ],
      prelu: [
        "A dimmer on every number: a positive one passes unchanged, a negative one is turned down.",
        "How far each map turns down was learned.",
      ],
      hard_sigmoid: [
        "A switch with a ramp: off below, on above, and a straight line from 0 to 1 between.",
        "It is the sigmoid, made cheap.",
      ],
      hard_swish: [
        "A switch that opens along a ramp: far below zero nothing passes, far above everything does.",
        "In between a number is multiplied by how far the switch is open.",
      ],
      mish: [
        "A soft light switch: positive numbers pass almost unchanged, negative ones fade away.",
        "A little below zero something still comes through, so that the network can learn from it.",
      ],
      elu: [
        "A light switch that closes smoothly: positive numbers pass unchanged.",
        "Negative ones sink towards a floor, but never below it.",
      ],
      gelu: [
        "A soft light switch: each number is multiplied by how likely a random one would be smaller.",
        "Large numbers pass, very negative ones are off, and the change between is smooth.",
      ],
      erf: [
        "Squeezes every number between −1 and 1, along the curve that a bell adds up to.",
        "A part of GELU, written out.",
      ],
      softplus: [
        "A light switch with a round corner: far above zero a number passes, far below it becomes 0.",
        "The corner of ReLU, smoothed.",
      ],
      abs: [
        "Every number without its sign.",
        "How much is kept; in which direction is forgotten.",
      ],
      neg: [
        "Every number with the opposite sign.",
        "Nothing else changes.",
      ],
      exp: [
        "e to the power of every number: what was added before is multiplied from here on.",
        "A part of a softmax, mostly, written out.",
      ],
      log: [
        "The logarithm of every number: what was multiplied before is added from here on.",
        "Large differences become small ones.",
      ],
      sqrt: [
        "The square root of every number.",
        "A part of a normalisation, mostly, written out.",
      ],
      reciprocal: [
        "One, divided by every number.",
        "What was large becomes small.",
      ],
      log_softmax: [
        "The logarithm of the shares that a softmax would give.",
        "The order stays the same; 0 is certainty, and everything else lies below.",
      ],
      lp_pool: [
        "The summariser, measuring lengths: of each block the root of the sum of its numbers' powers stays.",
        "It lies between the mean and the maximum of the block.",
      ],
      global_max_pool: [
        "The summariser in one word: each map becomes a single number, its largest.",
        "That a pattern was found is kept; where it was is forgotten.",
      ],
      instance_norm: [
        "A tuning knob on each map of each photo: its numbers are shifted and stretched to a common size.",
        "The mean and spread are those of this very map, so light and contrast of the photo fade from what follows.",
      ],
      group_norm: [
        "A tuning knob on groups of maps: their numbers are shifted and stretched to a common size.",
        "The mean and spread are those of this photo's own group of maps.",
      ],
      layer_norm: [
        "A tuning knob on each place: its numbers are shifted and stretched to a common size.",
        "The mean and spread are those of that place's own numbers.",
      ],
      lrn: [
        "Rivalry between neighbouring maps: a number is turned down where its neighbours are loud.",
        "What stands out among the maps at one place stays.",
      ],
      transpose: [
        "Puts the axes of the numbers into another order.",
        "Nothing is computed; the same numbers are counted in another direction.",
      ],
      slice: [
        "Cuts a part out.",
        "Nothing is computed; the rest goes another way, or none.",
      ],
      gather: [
        "Picks some of the numbers by their place.",
        "Nothing is computed; what is picked twice comes twice.",
      ],
      expand: [
        "Repeats the numbers until they fill a larger form.",
        "Nothing is computed.",
      ],
      depth_to_space: [
        "Deals maps out over places: several small maps become one large one.",
        "Nothing is computed; each number moves to the place that its map stood for.",
      ],
      space_to_depth: [
        "Deals places out over maps: one large map becomes several small ones.",
        "Nothing is computed, and nothing is lost.",
      ],
      resize: [
        "Makes the maps larger or smaller, as a photo is resized.",
        "New numbers are taken from the nearest places, or mixed from them.",
      ],
      matmul: [
        "Every row meets every column: their numbers are multiplied in pairs and added up.",
        "A jury again, once for every row.",
      ],
      reduce_mean: [
        "The summariser: all numbers along some of the axes become their mean.",
        "What they have in common is kept; where each was is forgotten.",
      ],
      reduce_sum: [
        "The summariser: all numbers along some of the axes become their sum.",
        "How much there is in all is kept; where it was is forgotten.",
      ],
      reduce_max: [
        "The summariser: of all numbers along some of the axes the largest stays.",
        "That something was found is kept; where it was is forgotten.",
      ],
      arg_max: [
        "Tells where the largest number is, rather than how large.",
        "The final answer of a network that is asked for one name only.",
      ],
      quantize: [
        "Rounds every number to one of 256 steps, so that it fits into a byte.",
        "What is smaller than half a step is lost.",
      ],
      dequantize: [
        "Turns bytes back into numbers: steps from zero, times the size of a step.",
        "The rounding before it stays visible.",
      ],
      conv_integer: [
        "A convolution of whole numbers: bytes times bytes, added up without any rounding.",
        "The sums are large; the next step brings them back to bytes or to fractions.",
      ],
      matmul_integer: [
        "A matrix product of whole numbers, added up without any rounding.",
        "The sums are large; the next step brings them back to bytes or to fractions.",
      ],
      requantize: [
        "Brings large sums of whole numbers back to one of 256 steps: times a scale, rounded, plus the zero point.",
        "What does not fit into a byte is cut off at its ends.",
      ],
      quantized_add: [
        "Adds two values that are held in bytes, each in a scale of its own.",
        "The sum is rounded to the steps of the result.",
      ],
      dynamic_scale: [
        "How large one of 256 steps has to be, so that all numbers of this input fit.",
        "It follows from the largest and the smallest of them, anew for every photo.",
      ],
      dynamic_zero_point: [
        "Which of the 256 steps stands for zero.",
        "It follows from the smallest number and the scale, anew for every photo.",
      ],
      dynamic_quantize: [
        "Rounds every number to one of 256 steps, whose size was worked out from this very input.",
        "What is smaller than half a step is lost.",
      ],
      floor: [
        "Rounds every number down to a whole one.",
        "What stands behind the point is lost.",
      ],
      ceil: [
        "Rounds every number up to a whole one.",
        "What stands behind the point is lost.",
      ],
      round: [
        "Rounds every number to the nearest whole one, a half to the even one.",
        "What stands behind the point is lost.",
      ],
      trunc: [
        "Keeps the whole part of every number, as a conversion to integers does.",
        "What stands behind the point is lost.",
      ],
      sign: [
        "Keeps of every number its sign alone: −1, 0 or 1.",
        "How large it was is forgotten.",
      ],
      selu: [
        "A light switch that closes smoothly, with two fixed factors.",
        "They are chosen so that the numbers stay spread alike from layer to layer.",
      ],
      celu: [
        "A light switch that closes smoothly: positive numbers pass unchanged.",
        "Negative ones sink towards a floor, without a kink at zero.",
      ],
      softsign: [
        "Squeezes every number between −1 and 1, by dividing it by 1 plus its size.",
        "Large numbers still differ a little.",
      ],
      thresholded_relu: [
        "A light switch with a threshold: numbers above it pass unchanged.",
        "All others become zero.",
      ],
      shrink: [
        "Numbers near zero become zero, all others move towards it by a fixed amount.",
        "Small noise is taken away.",
      ],
      trigonometric: [
        "Sine, cosine, tangent, or one of their kin or inverses, number by number.",
        "Angles are in radians.",
      ],
      mod: [
        "What is left of a division, number by number.",
        "It counts in circles.",
      ],
      compare: [
        "Compares two numbers at every place: 1 where it is true, 0 where it is not.",
        "How far apart they are is forgotten.",
      ],
      where: [
        "A switch at every place: where the first value is true the second one passes, elsewhere the third.",
        "Nothing is computed, one of two is handed on.",
      ],
      top_k: [
        "Sorts the numbers along an axis and keeps the first few, or tells where they were.",
        "All others are forgotten.",
      ],
      gather_elements: [
        "Picks numbers along an axis by places that the network has worked out.",
        "Which ones may differ from photo to photo.",
      ],
      cum_sum: [
        "Adds up along an axis: every number becomes the sum of all up to it.",
        "It is how a network counts where it is.",
      ],
      reduce_min: [
        "Of all numbers along some of the axes the smallest stays.",
        "Where it was is forgotten.",
      ],
      reduce_prod: [
        "All numbers along some of the axes become their product.",
        "A single zero makes all of it zero.",
      ],
      constant: [
        "A value that stands in the network's file.",
        "It is the same for every photo.",
      ],
    },
    /** @type {Record<string, string>} One operand is a constant. */
    constants: {
      add: "Adds fixed numbers from the network's file.",
      mul: "Multiplies by fixed numbers from the network's file.",
      sub: "A difference to fixed numbers from the network's file.",
      div: "A division with fixed numbers from the network's file.",
      pow: "A power with fixed numbers from the network's file.",
      min: "Nothing passes above fixed numbers from the network's file.",
      max: "Nothing stays below fixed numbers from the network's file.",
    },
    same: "They are the same for every photo.",
  },

  sums: {
    bias: "bias",
    together: "together",
    outside: (/** @type {string} */ place) => `${place}, outside`,
    outsideTheMap: "outside the map",
    others: (/** @type {number} */ n) => `${n} others`,
    showAll: (/** @type {number} */ n) => `Show all ${n}`,
    showLargest: "Show the largest only",
    and: " and ",
    window: {
      formula: (/** @type {number} */ windows) => ` = ${some(windows, "window")} × kernel `,
      show: "Show these numbers",
      product: "value × weight = product",
      countedAsZero: "outside the map: counted as 0",
      edge: "edge 0",
    },
    jury: {
      formula: (/** @type {number} */ pieces) => ` = ${some(pieces, "piece")} of evidence × weight `,
      /** @type {(label: string | null, pro: string, contra: string) => string} */
      balance: (label, pro, contra) => `For${label === null ? "" : ` “${label}”`}: ${pro}. Against: ${contra}.`,
      where: (/** @type {string | null} */ label) => `Where on the photo the evidence${label ? ` for ${label}` : ""} lies`,
      /** @type {(where: string, maps: number, height: number, width: number) => string} */
      caption: (where, maps, height, width) =>
        `${where}: all ${maps} maps laid on top of each other, ${height} × ${width} places. Orange speaks for, blue against.`,
    },
    block: {
      largest: (/** @type {number} */ n) => ` = the largest of ${n}`,
      mean: (/** @type {number} */ n) => ` = the mean of ${n}`,
      more: (/** @type {number} */ n) => `and ${n} more`,
      kept: "Kept: ",
      allEqual: "All of them are equal; the first one counts.",
      thrownAway: (/** @type {number} */ n) => `Thrown away: the other ${n}.`,
      /** @type {(sum: string, weight: string, cells: number) => string} */
      sum: (sum, weight, cells) => `Sum ${sum} × ${weight} (1 ÷ ${cells}) = `,
    },
    few: {
      constant: "A constant: it comes from no other number.",
      copy: "The very number of ",
      sum: (/** @type {number} */ n) => ` = the sum of ${n}`,
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
      on: "Positive: the switch is on, the number passes unchanged.",
      off: "Not positive: switched off.",
      passes: "Positive: it passes unchanged.",
      turnedDown: (/** @type {string} */ to) => `Negative: turned down to ${to}.`,
      within: "Within the limits: it passes unchanged.",
      beyond: "Beyond a limit: held there.",
      label: (/** @type {string} */ x, /** @type {string} */ y) => `The curve, at ${x} it is ${y}`,
    },
    share: {
      highest: (/** @type {string} */ score) => `The score ${score} is the highest, so it counts as e⁰ = 1. `,
      /** @type {(score: string, gap: string, highest: string) => string} */
      below: (score, gap, highest) => `The score ${score} lies ${gap} below the highest, ${highest}. `,
      rule: "e to that power, divided by the sum of all of them, is the share.",
      columns: ["score", "e^(score − highest)", "share"],
    },
  },

  tour: {
    offer: "Show me around",
    decline: "No, thank you",
    close: "End the tour",
    back: "Back",
    next: "Next",
    done: "Done",
    count: (/** @type {number} */ at, /** @type {number} */ of) => `${at} of ${of}`,
    stops: {
      photo: {
        title: "Your photo",
        text: "The network sees only the bright part, made small. Choose another photo below, or drop one anywhere on the page.",
      },
      strip: {
        title: "The whole network",
        text: "Every layer in order, from the photo to the answer. Each column shows a few of its maps; click one to go there.",
      },
      maps: {
        title: "What one layer makes of it",
        text: "Each picture is a map: one number for each place, drawn as a colour. Point at any of them to read its number.",
      },
      number: {
        title: "One map, opened",
        text: "Beside it is what it was made from. Move over the map: the window shows which numbers one number was made of, and the photo shows what it sees.",
      },
      sums: {
        title: "Where a number comes from",
        text: "The whole arithmetic of the number under the cursor. It adds up, and you can check it.",
      },
      tabs: {
        title: "Questions to ask",
        text: "What if the photo or the network were different? Why this class? Change something and see what follows.",
      },
      answer: {
        title: "The answer",
        text: "What the network takes the photo for, and how sure it is. One click away: what it knows, and how often it is right.",
      },
      more: {
        title: "And now at your own pace",
        text: "Below the page, a short article tells how it all works, with your photo. The tour and the list of keys are behind the question mark.",
      },
    },
  },

  article: {
    cue: "How it works ↓",
    title: "How a network sees",
    lead: "Six small ideas, shown on this very photo and this very network. The pictures are drawn from its real numbers; another photo draws them anew.",
    more: "More about this",
    show: (/** @type {string} */ layer) => `Show me: ${layer}`,
    before: "before",
    after: "after",
    chapters: {
      pixels: {
        title: "Pixels: all it gets is numbers",
        text: [
          "A network has no eyes. It gets the photo made small, and of each pixel three numbers: how much red, how much green, how much blue. Everything that follows is made from them.",
        ],
      },
      detective: {
        title: "The detective: convolution",
        text: [
          "A detective with a small magnifying glass goes over the picture, always looking for one and the same pattern: an edge, a corner, a patch of colour. The pattern is written down as a few weights, the kernel. At each place, what lies under the glass is multiplied by the weights, number by number, and added up.",
          "Where the pattern fits, the sum is large. All the sums together are a map of where the pattern is. Later detectives look at the maps of earlier ones, and so find patterns made of patterns: wheels, ears, faces.",
        ],
      },
      switch: {
        title: "The light switch: ReLU",
        text: [
          "After each detective comes a row of light switches. A positive number passes unchanged; a negative one is switched off, to zero. That is all, and yet without it the whole network could do no more than a single layer can.",
        ],
      },
      summariser: {
        title: "The summariser: pooling",
        text: [
          "Squint, and details go while the main things stay. The summariser looks at small blocks and keeps one number of each. The maps get smaller, and it matters less where exactly something was: a photo that is shifted a little looks much the same from here on.",
        ],
      },
      jury: {
        title: "The jury: fully connected",
        text: [
          "At the end sits a jury. Every number that is left is a piece of evidence, and for every class each piece has a weight: some speak for it, some against. All of it added up is the score of the class.",
        ],
      },
      answer: {
        title: "The answer: shares of 100 %",
        text: [
          "Scores can be any numbers. To make them comparable, e is raised to the power of each, and each result is divided by the sum of all. These are the shares that the page shows. They say how the network divides its trust among the classes it knows, not how likely it is to be right.",
        ],
      },
      learning: {
        title: "And how did it learn?",
        text: [
          "Nobody wrote the weights down. They began as random numbers; then the network was shown thousands of photos with their names, and after each handful every weight was nudged a little in the direction that would have made the answers less wrong. After enough nudges the detectives look for what helps.",
        ],
      },
    },
    figures: {
      /** @type {(y: number, x: number, values: string[]) => string} */
      pixels: (y, x, [red = "", green = "", blue = ""]) =>
        `What the network got, and how much red, green and blue there is in it. The pixel marked, at row ${y} and column ${x}, is red ${red}, green ${green}, blue ${blue} of 255.`,
      /** @type {(told: { layer: string, product: string, others: number, bias: string, value: string }) => string} */
      detective: ({ layer, product, others, bias, value }) =>
        `One window × one kernel of ${layer}: it brings ${product}. With ${others ? `${some(others, "other map")} and ` : ""}the bias ${bias} the sum is ${value}, the number marked in the map on the right.`,
      /** @type {(layer: string, off: string) => string} */
      switch: (layer, off) => `The same map before and after ${layer}, on one scale. In the whole layer, ${off} of the numbers are zero.`,
      /** @type {(told: { layer: string, before: string, after: string, fewer: string }) => string} */
      summariser: ({ layer, before, after, fewer }) => `The same map before and after ${layer}: ${before} become ${after}, ${fewer} fewer numbers.`,
      /** @type {(label: string, layer: string, pieces: string) => string} */
      jury: (label, layer, pieces) => `What speaks for and against “${label}” in ${layer}: ${pieces} pieces of evidence, grouped by map, the strongest first.`,
      answer: "The first five of all classes: score and share.",
    },
  },

  help: {
    keys: "Keys",
    pageUp: "Page ↑",
    pageDown: "Page ↓",
    home: "Home",
    end: "End",
    space: "Space",
    layers: "the layer before, the next layer",
    maps: "the map before, the next map",
    order: "sort the maps: by number, mean, largest value, contrast",
    enter: "open the map; once more: go into it, and the arrow keys move from number to number",
    escape: "one level back",
    another: "another map while inside one",
    ends: "the first layer, the last layer",
    walk: "walk through all layers, or stop",
    slide: "let the window slide over the open map, or pause; one number back, one number on",
    search: "find a layer by name or kind",
    zoom: "all layers: nearer, further away, the whole network",
    fold: "fold the blocks that repeat, or unfold them",
    field: "how strongly each pixel of the photo matters to the number, or stop",
    trail: "the strongest path from the number to the photo; again: one step back along it",
    flip: "the other side of a comparison: original or changed",
    control: "Ctrl",
    undo: "take back the latest change of “What if?”",
    theme: "light or dark",
    list: "this list",
    reading: "How to read the maps",
    read:
      "Each pixel is one number. Where numbers can be negative, blue is below zero and orange above; zero has the colour of the page. " +
      "Where they cannot, dark violet is zero and yellow the largest. Click a map to open it, click a number to hold it. " +
      "On a touch screen, swipe sideways to step through the layers.",
  },

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
    output: "Output",
    unit: "Which of its numbers, from 0",
    largest: "the largest",
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
    usual: "the last layer that suits",
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
    figures: { target: "Class", number: "Number", score: "Its score", sum: "All pixels together", layer: "Seen from" },
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
    /** @type {(area: string, random: string) => string} */
    deletion: (area, random) => `Strongest pixels taken away first: area ${area}, in a random order (dashed) ${random}`,
    /** @type {(area: string, random: string) => string} */
    insertion: (area, random) =>
      `Strongest pixels put into the blurred photo first: area ${area}, in a random order (dashed) ${random}`,
    ofPixels: "of the pixels",
    /** @type {(first: string, last: string) => string} */
    from0to100: (first, last) => `the share goes from ${first} to ${last}`,
    howToRead:
      "If the map is right about what matters, the left curve falls at once (small area) and the right one " +
      "rises at once (large area), sooner than in a random order.",
    picture: (/** @type {string} */ words) => `The attribution over the picture. ${words} Arrow keys move from pixel to pixel.`,
    noPicture: "The photo as the network saw it. Nothing is computed yet.",
    heading: (/** @type {string} */ label) => `What speaks for “${label}”`,
    /** @type {(unit: string, output: string) => string} */
    headingOf: (unit, output) => (unit ? `What raises number ${unit} of “${output}”` : `What raises the largest number of “${output}”`),
    /** @type {(unit: string, output: string) => string} */
    numberOf: (unit, output) => `${unit} of ${output}`,
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
  micro: {
    slide: {
      title: "Let the window slide",
      play: "Play: the window slides",
      pause: "Pause",
      back: "One number back",
      forward: "One number on",
      speed: "Speed",
      pace: (/** @type {string} */ numbers) => `${numbers} / s`,
      end: "whole map",
    },
    close: {
      title: "One window, number by number",
      choose: "Show these numbers",
      window: "window",
      kernel: "× kernel",
      products: "= products",
      sum: "together",
      seen: "the photo",
      colourKernel: "kernel in colour",
      howColoured: "The weights for red, green and blue mixed into one colour, all three on one scale; grey is zero.",
      outside: "outside the map, counted as 0",
      hint: "Point at a cell for its exact numbers. Hatched cells lie outside the map and count as 0.",
    },
    kernels: {
      maps: "maps",
      numbers: "numbers",
      kernels: "kernels",
      show: "What the stage shows",
      all: (/** @type {string} */ layer) => `Kernels of ${layer}`,
      /** @type {(filter: string, low: string, high: string) => string} */
      inWords: (filter, low, high) => `Kernel of ${filter}, weights from ${low} to ${high}`,
      /** @type {(filter: string, slices: string) => string} */
      slices: (filter, slices) => `The kernel of ${filter}, one picture for each of ${slices} inputs, the largest first`,
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
      maps: (/** @type {string} */ sum, /** @type {string} */ bias, /** @type {string} */ value) => `Input maps ${sum}, bias ${bias}: together ${value}.`,
      off: { relu: "Switched off", leaky_relu: "Turned down", clip: "Held at a limit", sigmoid: "As good as off (below 0.05)", tanh: "Near a limit (beyond ±0.95)" },
      /** @type {(map: string, share: string, n: string, all: string) => string} */
      inMap: (map, share, n, all) => `${map}: ${share} (${n} of ${all})`,
      /** @type {(share: string, n: string, all: string) => string} */
      inAll: (share, n, all) => `all maps: ${share} (${n} of ${all})`,
      mask: "Where: dark is off",
      perMap: "Share by map; this one is marked",
      /** @type {(before: string, after: string, from: string, to: string, fewer: string) => string} */
      sizes: (before, after, from, to, fewer) => `Each map: ${before} → ${after}, ${from} → ${to} numbers, ${fewer} fewer.`,
      row: (/** @type {number} */ y) => `row ${y}`,
      /** @type {(formula: string) => string} */
      counted: (formula) => `Counted map by map, row by row: ${formula}`,
      choosePlace: "The map that it comes from. Click a cell to go to its place in the list.",
      list: "The list: one stretch for each map, this one's marked",
      line: "This map's straight line, at this number",
      stack: "Which maps come from which layer; this one is marked",
      /** @type {(from: number, to: number) => string} */
      range: (from, to) => `maps ${from}–${to}`,
      groupBy: "Grouped by",
      byMap: "map",
      byPlace: "place",
      unit: "Evidence for",
      /** @type {(y: number, x: number) => string} */
      place: (y, x) => `y ${y}, x ${x}`,
      pick: "Click a place to go to its largest piece of evidence.",
      temperature: "Temperature",
      temperatureWhatIf: "What if the scores were divided by a temperature first? Only these bars change, nothing else on the page.",
      temperatureReset: "back to 1",
      /** @type {(share: string) => string} */
      instead: (share) => `${share} instead`,
      score: "score",
      power: "e^(score − highest)",
      share: "share",
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
      title: "What it says, before and after",
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
      times: (/** @type {string} */ n) => `× ${n}`,
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
      shift: (/** @type {string} */ pixels) => `A shift by ${pixels} px`,
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

  lesson: {
    title: "Teach it this photo",
    lead: "Say what the photo shows, and let the network learn from it, once. The network itself stays as it is.",
    label: "The photo shows",
    optimiser: "Optimiser",
    rate: "Learning rate",
    teach: "One step",
    more: "One more step",
    teaching: "Learning from the photo …",
    undo: "Undo",
    beside: "Before and after, side by side",
    glass: "This step under the glass",
    /** @type {(label: string, before: string, after: string) => string} */
    score: (label, before, after) => `${label}: ${before} → ${after}`,
    loss: (/** @type {string} */ before, /** @type {string} */ after) => `Loss ${before} → ${after}`,
    steps: (/** @type {number} */ n) => `after ${some(n, "step", "steps")}`,
    moved: "Moved most",
    /** @type {(layer: string, filter: number) => string} */
    filter: (layer, filter) => `${layer}, filter ${filter}`,
    undone: "Undone: the network is as it was.",
  },

  learn: {
    glass: {
      phases: "Phases of one step",
      close: "Put the glass away",
      coming: (/** @type {string} */ n) => `Batch ${n} under the glass, about to be learned`,
      taken: (/** @type {string} */ n) => `Batch ${n} under the glass, learned`,
      photo: (/** @type {string} */ label) => `One step on your photo: ${label}`,
      stories: [
        "The student sits the exam: the picture goes through the layers from left to right, and each layer keeps what it will need for the way back.",
        "The mark: what the network says beside what is true. One number tells how wrong it is.",
        "The teacher's red pen goes from right to left: at each number it notes how much the loss would change with it. What a weight did, in all places and pictures, adds up to its gradient.",
        "The correction: every weight takes a small step against its gradient. Then the same picture, once more.",
      ],
      pictures: {
        title: "The pictures of the batch, with their losses",
        one: (/** @type {number} */ place) => `picture ${place}`,
        /** @type {(place: number, label: string, loss: string) => string} */
        tile: (place, label, loss) => `Picture ${place}: ${label}, loss ${loss}`,
      },
      row: { value: "Layers, on the way forward", gradient: "Layers, on the way back" },
      sheet: {
        hint: "Each number can be opened: click it, or use the arrow keys and Enter.",
        plane: (/** @type {string} */ name, /** @type {string} */ span) => `${name}: ${span}. Arrow keys move, Enter opens the number`,
        more: (/** @type {number} */ n) => `Show all ${n}`,
      },
      kernels: {
        parameter: "Parameter",
        filter: "Filter",
        of: (/** @type {number} */ n) => `of ${n}, counted from 0`,
        moved: "Moved most",
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
          input: "A = (pixel − mean) / deviation",
          conv: "Z = W · A + b",
          dense: "Z = W · A + b",
          relu: "A = g(Z) = max(0, Z)",
          leaky_relu: "A = g(Z) = max(α · Z, Z)",
          sigmoid: "A = g(Z) = 1 / (1 + e⁻ᶻ)",
          tanh: "A = g(Z) = tanh Z",
          clip: "A = g(Z) = Z, within its bounds",
          softmax: "p = eᶻ / Σ eᶻ",
          max_pool: "A = the largest of each block",
          average_pool: "A = the mean of each block",
          global_average_pool: "A = the mean of each map",
          batch_norm: "Z = γ · (A − μ) / √(σ² + ε) + β",
          dropout: "A = mask · A",
          flatten: "A = the same numbers, in a row",
          add: "A = A₁ + A₂",
        },
        other: "A = f(A)",
        reads: (/** @type {string} */ inputs) => `A is ${inputs}.`,
        first: "The picture, as the network gets it.",
        cached: "Kept for the way back: ",
        nothingCached: "Keeps nothing for the way back.",
        caches: {
          input: "its input", output: "its output", shape: "the shape of its input", mask: "which numbers were let through", mean: "the mean",
          variance: "the variance", inverse: "one over the deviation", normal: "its input, normalised", base: "what was raised to a power",
        },
      },
      loss: {
        title: (/** @type {string} */ label) => `The picture shows: ${label}`,
        crossEntropy: "L = −Σ t · ln p",
        squared: "L = Σ (z − t)² / K",
        table: "The loss, class by class",
        class: "Class",
        score: "Score z",
        share: "Share p",
        target: "Truth t",
        term: "Term",
        blame: "Blame dZ",
        sum: "Loss of this picture, the sum of the terms",
        mean: (/** @type {string} */ n) => `Mean of the batch of ${n}, which the step is to make smaller:`,
      },
      backward: {
        formulas: {
          weights: "dW = Σ dZ · A     db = Σ dZ     dA = Σ dZ · W",
          relu: "dZ = dA where Z > 0, else 0",
          leaky_relu: "dZ = dA · g′(Z)",
          sigmoid: "dZ = dA · A · (1 − A)",
          tanh: "dZ = dA · (1 − A²)",
          max_pool: "all of dA to the largest of each block",
          average_pool: "dA, shared by each block",
          dropout: "dZ = dA · mask",
          flatten: "the same numbers, as maps again",
          other: "dZ = dA · ∂A/∂Z",
        },
        weights: "Click a weight to see where its gradient comes from, or a number of the maps to see who is to blame for it.",
        none: "Nothing to learn here: the blame is handed on. Click a number to see where it comes from.",
        maps: (/** @type {string} */ name) => `dZ of ${name}, for this picture`,
        handed: "Handed to the layer before:",
        end: "The way back ends here: the picture itself cannot learn.",
      },
      update: {
        layers: "Layers that learn, and how far they moved",
        optimisers: { sgd: "Gradient descent", momentum: "Momentum", nesterov: "Nesterov", rmsprop: "RMSProp", adam: "Adam", adamw: "AdamW" },
        formulas: {
          sgd: "w⁺ = w − η · g",
          momentum: "v⁺ = μ · v + g     w⁺ = w − η · v⁺",
          nesterov: "v⁺ = μ · v + g     w⁺ = w − η · (g + μ · v⁺)",
          rmsprop: "s⁺ = α · s + (1 − α) · g²     w⁺ = w − η · g / (√s⁺ + ε)",
          adam: "m̂ = m⁺ / (1 − β₁ᵗ)     ŝ = s⁺ / (1 − β₂ᵗ)     w⁺ = w − η · m̂ / (√ŝ + ε)",
          adamw: "w̃ = w · (1 − η · λ)     w⁺ = w̃ − η · m̂ / (√ŝ + ε)",
        },
        options: { weight_decay: "λ", momentum: "μ", alpha: "α", beta1: "β₁", beta2: "β₂", epsilon: "ε" },
        again: "The same picture again",
        wouldBe: "The same picture, after this step",
        better: "Less wrong about it than before.",
        worse: "More wrong about it than before: a step is good for the batch as a whole, not for each picture.",
        batch: "Mean loss of the batch:",
        table: "Shares before the step and after it",
        class: "Class",
        before: "Before",
        after: "After",
        apart: "Points",
      },
      opened: {
        title: "The opened number",
        empty: "Click a number to see it written out.",
        pixel: "A number of the picture itself: one colour of one pixel, minus the mean, divided by the deviation.",
        rules: {
          weighted_sum: "Each number of the window times its weight, and the bias.",
          sum: "A sum.",
          product: "A product.",
          max: "The largest of its block; the others are thrown away.",
          mean: "The mean of its block.",
          function: "One number, through the activation function.",
          copy: "The same number, handed on.",
          scale: "One number, scaled and shifted.",
          softmax: "Its exponential, divided by that of all scores together.",
          constant: "A constant.",
        },
        blame: (/** @type {string} */ layer) => `Every number that reads ${layer} here hands its own blame back, times how strongly it hangs on this one: dA = Σ dZ · ∂Z/∂A.`,
        /** @type {(layer: string, input: string) => string} */
        gradient: (layer, input) => `The chain rule: wherever the weight was used, the blame of the number in ${layer} times the number of ${input} that the weight met: dW = Σ dZ · A.`,
        bias: (/** @type {string} */ layer) => `It is added in every place, so it takes all the blame of its map in ${layer}: db = Σ dZ · 1.`,
        at: (/** @type {number} */ picture, /** @type {string} */ name) => `picture ${picture}, ${name}`,
        toUpdate: "What the optimiser makes of it",
        update: (/** @type {string} */ step) => `A step of ${step}.`,
        lines: "From the weight before to the weight after",
        score: (/** @type {string} */ label) => `score of ${label}`,
        crossEntropy: "How far the share is from the truth, as a part of the batch: dZ = (p − t) / N.",
        squared: "How far the score is from the truth, as a part of the batch: dZ = 2 · (z − t) / (N · K).",
        up: (/** @type {string} */ label) => `Below zero: the score of ${label} should rise.`,
        down: (/** @type {string} */ label) => `Above zero: the score of ${label} should fall.`,
      },
      sum: {
        number: "Number",
        product: "Product",
        others: (/** @type {string} */ n) => `${n} others`,
      },
    },
    balance: {
      /** @type {(large: string, most: string, small: string, fewest: string, share: string) => string} */
      uneven: (large, most, small, fewest, share) =>
        `The classes are very uneven: ${most} pictures of “${large}”, ${fewest} of “${small}”. Always answering “${large}” would be right ${share} of the time: look at the accuracy of each class.`,
      nothing: "Nothing is held out: no class has two pictures or more. The network learns, but how well it reads new pictures cannot be told.",
      /** @type {(names: string, more: number) => string} */
      notOf: (names, more) => `Nothing can be held out of ${names}${more ? ` and ${some(more, "more class", "more classes")}` : ""}: that takes two pictures of a class or more. Their accuracy stays unknown.`,
    },
    setup: {
      fault: (/** @type {string} */ label) => `A number cannot be used: ${label}`,
      next: "Changed: takes effect with the next run.",
      data: {
        title: "Pictures",
        choose: "Pictures to learn from",
        /** @type {(name: string, classes: number, pictures: string) => string} */
        summary: (name, classes, pictures) => `${name} · ${some(classes, "class", "classes")} · ${pictures} pictures`,
        own: "Or pictures of your own",
        zip: "A ZIP file",
        folder: "A folder",
        collect: "Take or draw them here",
        hint: "One folder for each class, with its pictures in it. A ZIP file or folders may be dropped anywhere on the page.",
        drop: "Drop a ZIP file or folders anywhere",
        later: (/** @type {string} */ name) => `${name} is shown to the network as soon as one learns: press Play.`,
        sheet: (/** @type {string} */ name) => `Some pictures of ${name}`,
        sheetAlt: "Some pictures of each class, in rows",
        remove: (/** @type {string} */ name) => `Delete ${name}`,
        /** @type {(name: string, n: number) => string} */
        classCount: (name, n) => `${name}: ${some(n, "picture")}`,
        leftOut: (/** @type {number} */ n) => `Left out: ${some(n, "file")}`,
      },
      bring: {
        progress: "Progress",
        /** @type {(done: string, total: string) => string} */
        packing: (done, total) => `Packing picture ${done} of ${total}`,
        /** @type {(sent: string, total: string) => string} */
        sending: (sent, total) => `Sending: ${sent} of ${total}`,
        reading: "Working on it",
        unnamed: "My pictures",
        another: "Choose another ZIP file",
        form: "What is read: a ZIP file or folder that holds one folder for each class, at least two of them, with pictures in each.",
        noPictures: {
          title: "There are no pictures in it",
          detail: "Nothing in it is a picture by its name (.jpg, .png, .webp and the like).",
        },
        /** @type {(names: string, more: number) => string} */
        thereAre: (names, more) => `What there is: ${names}${more ? ` and ${some(more, "more file", "more files")}` : ""}.`,
        noFolders: (/** @type {string} */ n) => ({
          title: "Pictures without folders do not say their class",
          detail: `${n === "1" ? "This picture lies" : `These ${n} pictures lie`} in no folder. Put the pictures of each class into a folder of its name, two folders or more, and drop the folders.`,
        }),
        oneArchive: { title: "One ZIP file at a time", detail: "Several ZIP files were dropped together. Each is a set of its own: bring them one after the other." },
        network: { title: "This is a network, not pictures", detail: "Drop it on the front page, which opens networks and shows what each layer does. Here, networks learn from pictures." },
        tooMany: (/** @type {string} */ most) => ({ title: "Too many files", detail: `There are ${most} files or more. Choose only the folder that holds the classes.` }),
        /** @type {(path: string, reason: string) => string} */
        skipped: (path, reason) => `'${path}': ${reason}`,
        reasons: {
          notAPicture: "Not a picture by its name.",
          loose: "It lies in no class's folder.",
          archive: "A ZIP file beside other files: bring it by itself.",
          network: "A network: drop it on the front page.",
          unreadable: "The browser could not read it.",
        },
      },
      collect: {
        refused: (/** @type {string} */ names) => `Left out, since this browser cannot show it as a picture: ${names}`,
        title: "Collect your own classes",
        hint: "Twenty pictures of each class are a beginning. They are sent only when you use them.",
        name: "My pictures",
        nameLabel: "Name of the set",
        classLabel: "Name of the class",
        className: (/** @type {number} */ n) => `Class ${n}`,
        add: "Add a class",
        camera: "Camera",
        draw: "Draw",
        take: "Take a picture (hold for many)",
        takingFor: (/** @type {string} */ name) => `Taking pictures of: ${name}`,
        off: "Camera off",
        pictures: (/** @type {number} */ n) => some(n, "picture"),
        /** @type {(name: string, n: number) => string} */
        removePicture: (name, n) => `Delete picture ${n} of ${name}`,
        removeClass: (/** @type {string} */ name) => `Delete ${name} with its pictures`,
        use: "Use these pictures",
        ready: "Ready to learn from.",
        twoClasses: "There have to be two classes or more, or there is nothing to tell apart.",
        noName: "Each class needs a name.",
        sameName: "Two classes have the same name.",
        /** @type {(name: string, fewest: number) => string} */
        tooFew: (name, fewest) => `${name} needs ${fewest} pictures or more.`,
      },
      network: {
        title: "Network",
        list: "Layers, from the picture to the answer",
        columns: ["Layer", "gives", "parameters"],
        preset: "Begin with",
        presets: {
          tiny: "Tiny",
          small: "Small",
          lenet: "Like LeNet (1998)",
          vgg: "Like VGG, with batch norm",
          sigmoid: "Sigmoids, to see gradients vanish",
        },
        own: "Your own",
        kinds: {
          conv: "Convolution",
          batchnorm: "Batch norm",
          relu: "ReLU",
          sigmoid: "Sigmoid",
          tanh: "tanh",
          maxpool: "Max pooling",
          avgpool: "Average pooling",
          dropout: "Dropout",
          dense: "Dense",
          flatten: "Flatten",
          scores: "Dense: scores",
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
        parameters: (/** @type {string} */ n) => `${n} parameters to learn`,
        /** @type {(parameters: string, multiplyAdds: string) => string} */
        total: (parameters, multiplyAdds) => `${parameters} parameters, ${multiplyAdds} multiply-adds a picture`,
        impossible: "This network is impossible: the layer that is marked says why.",
        everyday: "The network of the front page, trained from the beginning. Choose another to change its layers.",
        problem: "a layer is impossible",
        /** @type {(layers: number, parameters: string) => string} */
        summary: (layers, parameters) => `${some(layers, "layer")} · ${parameters} parameters`,
        stack: (/** @type {string} */ shapes) => `The maps on their way: ${shapes}`,
      },
      options: {
        title: "Learning",
        /** @type {(optimiser: string, rate: string, epochs: number) => string} */
        summary: (optimiser, rate, epochs) => `${optimiser} · ${rate} · ${some(epochs, "epoch")}`,
        labels: {
          loss: "Loss",
          optimiser: "Optimiser",
          learning_rate: "Learning rate η",
          momentum: "Momentum μ",
          schedule: "Schedule",
          batch_size: "Batch size",
          epochs: "Epochs",
          augmentation: "Augmentation",
          weight_decay: "Weight decay λ",
          label_smoothing: "Label smoothing",
          seed: "Seed",
        },
        batchNorm:
          "The network has batch norm, which needs batches of 2 pictures or more: it subtracts the batch's mean, and a single picture is its own mean. Enter 2 or more, or take the batch norm layers out.",
        rateSlider: "Learning rate, by powers of ten",
        usual: (/** @type {string} */ rate) => `Usual with this optimiser: ${rate}`,
        losses: {
          cross_entropy: {
            name: "Cross-entropy",
            text: "How surprised it is by the right answer: sure and wrong costs most.",
            formula: ["L = −Σ tₖ · log pₖ"],
          },
          mean_squared_error: {
            name: "Mean squared error",
            text: "How far the scores are from 1 for the right class and 0 for the others.",
            formula: ["L = 1/K · Σ (zₖ − tₖ)²"],
          },
        },
        optimisers: {
          sgd: {
            name: "Gradient descent",
            text: "A step down the slope of each batch, and nothing remembered.",
            formula: ["w ← w − η·g"],
          },
          momentum: {
            name: "Momentum",
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
        augmentations: { none: "None", standard: "Mirrored and shifted", strong: "Strong: zoom, light, gaps, too" },
      },
    },
    run: {
      title: "A network learns",
      glass: "One step under the glass",
      setup: "What to learn, and how",
      work: {
        starting: "Starting",
        pausing: "Pausing after this batch",
        stepping: "Learning from one batch",
        looking: "Looking closely at one step",
        resetting: "Going back to the beginning",
        speed: "Changing the speed",
        stopping: "Stopping",
        finding: "Finding the training again",
      },
      controls: {
        title: "Controls",
        play: "Play",
        pause: "Pause",
        start: "Start anew",
        again: "Learn again",
        batch: "One batch",
        phase: "One phase",
        nextPhase: (/** @type {string} */ name) => `Next: ${name}`,
        phases: ["Forward", "Loss", "Backward", "Update"],
        reset: "Reset",
        race: "Race a twin",
        endRace: "End the race",
        speed: "Speed",
        full: "full",
        batches: (/** @type {number} */ n) => `${some(n, "batch", "batches")} a second`,
        changed: "The set-up has changed since this network began: Start anew begins another one.",
        idle: "Press Play: a small network learns to tell the pictures apart, in less than a minute.",
        lost: "Reconnecting …",
        failed: "The training failed",
        recovered: (/** @type {string} */ lost, /** @type {string} */ step) =>
          `The server was interrupted. The training was found again at batch ${step}; ${lost} were lost.`,
        nothingLost: (/** @type {string} */ step) => `The server was interrupted. The training went on from batch ${step}; nothing was lost.`,
        lostBatches: (/** @type {number} */ n) => some(n, "batch", "batches"),
        status: { starting: "Starting", running: "Learning", paused: "Paused", finished: "Finished", stopped: "Stopped", failed: "Failed" },
        epoch: (/** @type {string} */ at, /** @type {string} */ of) => `epoch ${at} of ${of}`,
        step: (/** @type {string} */ at, /** @type {string} */ of) => `batch ${at} of ${of}`,
        pace: (/** @type {string} */ n) => `${n} pictures a second`,
        left: (/** @type {string} */ time) => `${time} left`,
        seconds: (/** @type {string} */ n) => `${n} s`,
        minutes: (/** @type {string} */ m, /** @type {string} */ s) => `${m} min ${s} s`,
        dismiss: "Dismiss",
      },
      help: {
        title: "Keys and help",
        play: "Play or pause",
        batch: "Pause and learn from one more batch",
        phase: "The next phase of one step: forward, loss, backward, update",
        escape: "Put the glass away",
        theme: "Light or dark",
        list: "This list",
        reading: "How to read this page",
        read: "A network learns batch by batch: it guesses (forward), its guesses are marked (loss), each weight is told its share of the blame "
          + "(backward), and each takes a small step (update). The curves show the loss falling; the pictures it was never shown tell whether it understood.",
      },
      race: {
        title: "Race a twin",
        text: "Both networks begin with the same weights and see the same batches. One thing is different:",
        kind: "What is different",
        kinds: { optimiser: "Optimiser", learning_rate: "Learning rate", activation: "Activation" },
        value: "The twin's",
        go: "Start the race",
        none: "nothing to compare yet",
        even: "The two are level.",
        /** @type {(name: string, by: string) => string} */
        leads: (name, by) => `${name} leads by ${by} points on pictures never shown.`,
        /** @type {(name: string, a: string, b: string) => string} */
        ahead: (name, a, b) => `${name} is ahead: loss ${a} against ${b}.`,
        won: (/** @type {string} */ name, /** @type {string} */ by) => `${name} won by ${by} points on pictures never shown.`,
        drawn: "A draw.",
      },
      curves: {
        title: "Curves",
        loss: "Loss",
        accuracy: "Read right",
        training: "training",
        validation: "never shown",
        notHeldOut: "nothing held out",
        /** @type {(loss: string, accuracy: string) => string} */
        labelOfTraining: (loss, accuracy) => `Curves of training: loss now ${loss}, ${accuracy} of the training pictures read right; nothing is held out`,
        smoothing: "Smoothing",
        batch: "Batch",
        empty: "The curves begin with the first batch.",
        now: "Now",
        best: "Best",
        table: "Key figures",
        rows: { loss: "Loss, training", validationLoss: "Loss, never shown", accuracy: "Read right, training", validationAccuracy: "Read right, never shown" },
        /** @type {(loss: string, accuracy: string) => string} */
        label: (loss, accuracy) => `Curves of training: loss now ${loss}, ${accuracy} of the pictures never shown read right`,
      },
      live: {
        title: "What it sees now",
        empty: "As soon as a network learns, its filters and what they make of one picture change here.",
        at: (/** @type {string} */ step) => `after batch ${step}`,
        filters: (/** @type {string} */ layer) => `Filters of ${layer}`,
        filter: (/** @type {number} */ n) => `Filter ${n}`,
        gray: "Filters are shown in colour where they read a picture with three channels.",
        maps: "What they make of the picture",
        layer: "Layer",
        map: (/** @type {string} */ layer, /** @type {number} */ n, /** @type {string} */ span) => `${layer}, map ${n}: ${span}`,
        picture: "Picture",
        another: "Another picture",
        before: "Picture before",
        choose: "Your own",
        camera: "Camera",
        draw: "Draw",
        histograms: "Weights and gradients",
        weights: "weights",
        gradients: "gradients",
        /** @type {(layer: string, what: string, low: string, high: string) => string} */
        histogram: (layer, what, low, high) => `${layer}, ${what}: from ${low} to ${high}`,
        ratio: (/** @type {string} */ share) => `step ${share} of the weights`,
      },
      warnings: {
        title: "Warnings",
        /** @type {(layer: string, share: string) => string} */
        dead_units: (layer, share) => `Dead units in ${layer}: ${share} of them were zero for the whole batch, so no blame gets through and they cannot learn.`,
        /** @type {(layer: string, ratio: string) => string} */
        vanishing: (layer, ratio) => `The gradient vanishes in ${layer}: it is ${ratio} of the last layer's, so this layer hardly learns.`,
        /** @type {(layer: string, ratio: string) => string} */
        exploding: (layer, ratio) => `The gradient explodes in ${layer} (${ratio}): steps are larger than the weights can bear.`,
        /** @type {(layer: string, share: string) => string} */
        saturated: (layer, share) => `${layer} is saturated: ${share} of its values stand at an end of the curve, where the slope is almost nothing.`,
        todo: {
          dead_units: "Try a smaller learning rate, batch normalisation, or another seed.",
          vanishing: "Try ReLU instead of sigmoid or tanh, batch normalisation, or fewer layers.",
          exploding: "Try a learning rate ten times smaller, batch normalisation, or Adam.",
          saturated: "Try ReLU, a smaller learning rate, or batch normalisation.",
        },
      },
      report: {
        title: "How well it reads",
        empty: "After the first epoch, the pictures that it never learned from are its exam.",
        /** @type {(share: string, count: string) => string} */
        score: (share, count) => `${share} of ${count} pictures never shown are read right`,
        at: (/** @type {string} */ step) => `by the network after batch ${step}`,
        perClass: {
          title: "Each class by itself",
          correct: "correct",
          accuracy: "accuracy",
          /** @type {(correct: string, all: string) => string} */
          of: (correct, all) => `${correct} of ${all}`,
          none: "none held out",
          all: "All pictures held out",
          balanced: "Balanced accuracy",
          balancedText: "The balanced accuracy is the mean of the classes' accuracies: a small class weighs as much as a large one.",
        },
        confusion: "What is taken for what",
        truth: "is",
        answer: "read as",
        /** @type {(truth: string, answer: string, n: number) => string} */
        cell: (truth, answer, n) => `${truth} read as ${answer}: ${n}`,
        mistakes: "Worst mistakes",
        none: "Not a single mistake.",
        /** @type {(truth: string, answer: string, share: string) => string} */
        mistake: (truth, answer, share) => `A ${truth}, read as ${answer} with ${share}. Open it in the microscope with the network of that moment`,
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
