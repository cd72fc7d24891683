/** The page of learning: dataset, network, options. */

import { byPointer } from "../../by-pointer.js";
import { some } from "../plural.js";

export const setup = {
  invalidNumber: (/** @type {string} */ label) => `A number cannot be used: ${label}`,
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
    hint: byPointer(
      "One folder for each class, with its images in it. A ZIP file or folders may be dropped anywhere on the page.",
      "One folder for each class, with its images in it: as a ZIP file, or a folder that holds them.",
    ),
    drop: "Drop a ZIP file or folders anywhere",
    later: (/** @type {string} */ name) => `${name} is shown to the network as soon as a training runs: press Play.`,
    sheet: (/** @type {string} */ name) => `Some images of ${name}`,
    sheetAlt: "Some images of each class, in rows",
    remove: (/** @type {string} */ name) => `Delete ${name}`,
    /** @type {(name: string, n: number) => string} */
    classCount: (name, n) => `${name}: ${some(n, "image")}`,
    leftOut: (/** @type {number} */ n) => `Left out: ${some(n, "file")}`,
  },
  upload: {
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
      detail: `${n === "1" ? "This image lies" : `These ${n} images lie`} in no folder. Put the images of each class into a folder of its name, two folders or more, and ${byPointer("drop the folders", "choose the folder that holds them")}.`,
    }),
    oneArchive: { title: "One ZIP file at a time", detail: "Several ZIP files were dropped together. Each is a dataset of its own: upload them one after the other." },
    network: { title: "This is a network, not images", detail: `${byPointer("Drop it on", "Open it on")} the front page, which opens networks and shows what each layer does. Here, networks are trained on images.` },
    tooMany: (/** @type {string} */ most) => ({ title: "Too many files", detail: `There are ${most} files or more. Choose only the folder that holds the classes.` }),
    /** @type {(path: string, reason: string) => string} */
    skipped: (path, reason) => `'${path}': ${reason}`,
    reasons: {
      notAPicture: "Not an image by its name.",
      loose: "It lies in no class's folder.",
      archive: "A ZIP file beside other files: upload it by itself.",
      network: byPointer("A network: drop it on the front page.", "A network: open it on the front page."),
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
    /**
     * @type {(pictures: string, classes: number, epochs: number, batch: number, rate: string,
     *   augmentation: string) => string}
     */
    suggested: (pictures, classes, epochs, batch, rate, augmentation) =>
      `Suggested for ${pictures} images in ${some(classes, "class", "classes")}: ${some(epochs, "epoch")}, batch size ${batch}, Adam with η = ${rate}; augmentation: ${augmentation}.`,
    useSuggested: "Use what is suggested",
    usual: (/** @type {string} */ rate) => `Usual with this optimiser: ${rate}`,
    losses: {
      cross_entropy: {
        name: "Cross-entropy",
        text: "How surprised the network is by the right class: confident and wrong costs most.",
        formula: ["L = −Σ yₖ · ln pₖ"],
      },
      mean_squared_error: {
        name: "Mean squared error",
        text: "How far the logits z (before the softmax) are from 1 for the right class and 0 for the others.",
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
};

export const balance = {
  /**
   * @type {(large: string, most: string, small: string, fewest: string, share: string) => string}
   */
  uneven: (large, most, small, fewest, share) =>
    `The classes are very uneven: ${most} images of “${large}”, ${fewest} of “${small}”. Always answering “${large}” would be right ${share} of the time: look at the accuracy of each class.`,
  nothing: "No validation images: no class has two images or more. The network is trained, but its accuracy on new images stays unknown.",
  /** @type {(names: string, more: number) => string} */
  notOf: (names, more) => `No validation images of ${names}${more ? ` and ${some(more, "more class", "more classes")}` : ""}: that takes two images of a class or more. Their accuracy stays unknown.`,
};
