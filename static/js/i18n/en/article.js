/** The article. */

import { some } from "./plural.js";

export const article = {
  cue: "How it works ↓",
  title: "How a network sees",
  lead: "A few small ideas, shown on this very photo and this very network. The figures are drawn from its real activations; another photo draws them anew.",
  more: "More about this",
  show: (/** @type {string} */ layer) => `Show me: ${layer}`,
  shift: (/** @type {number} */ pixels) => `What if the photo is shifted by ${pixels} pixels?`,
  scale: { signed: "blue: below zero, orange: above", positive: "from zero up" },
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
        "A detective with a small magnifying glass goes over the picture, always looking for one and the same pattern: an edge, a corner, a patch of colour. The pattern is written down as a few weights, the {kernel|kernel}. At each position, the values in the window are multiplied by the weights, one by one, and added up.",
        "Where the pattern fits, the sum is large. All the sums together are the {map|activation map}: where the pattern is.",
      ],
    },
    deeper: {
      title: "From edges to wheels: deeper layers",
      text: [
        "Early detectives see a few pixels and find edges. Later ones look at the maps of earlier ones, and so find patterns of patterns: corners, wheels, ears, faces. Each layer also sees a larger part of the photo, its {receptive-field|receptive field}.",
      ],
    },
    switch: {
      title: "The light switch: ReLU",
      text: [
        "After each detective comes a row of light switches, the {activation-function|activation function}. A positive value passes unchanged; a negative one is switched off, to zero. That is all, and yet without it the whole network could do no more than a single layer can.",
      ],
    },
    summariser: {
      title: "The summariser: pooling",
      text: [
        "Squint, and details go while the main things stay. The summariser looks at small windows and keeps one value of each. The maps get smaller, and it matters less where exactly something was: a photo that is shifted by two pixels gives much the same answer. This is {translation-invariance|translation invariance}.",
      ],
    },
    jury: {
      title: "The jury: fully connected",
      text: [
        "At the end sits a jury. Every value that is left is a piece of evidence, and for every class each piece has a weight: some speak for it, some against. All of it added up is the {logit|logit} of the class.",
      ],
    },
    answer: {
      title: "The answer: softmax and probabilities",
      text: [
        "Logits can be any numbers. To make them comparable, the {softmax|softmax} raises e to the power of each and divides each result by the sum of all. These are the probabilities that the page shows. They say how the network divides its confidence among the classes it knows, not how often it is right.",
      ],
    },
  },
  learning: {
    title: "How a network learns",
    lead: "Nobody wrote the weights down. They began as random numbers, and were corrected again and again: like a student who sits an exam, gets it back full of red ink, and does better the next time. One such round is a {training-step|training step}. Here is one, on this photo; the network itself stays as it is.",
    key: "The teacher’s answer key: the photo shows",
    keyHint: "Choose another answer, and see the red ink.",
    want: "Compute a training step on this photo (this network is large: it may take a while)",
    train: "Train a network yourself, and watch it →",
    show: {
      forward: "Show me: the forward pass, layer by layer",
      loss: "Show me: the loss, class by class",
      backward: "Show me: the backward pass, at this weight",
      update: "Show me: the update of this weight",
      epochs: "",
    },
    chapters: {
      forward: {
        title: "The exam: forward pass",
        text: [
          "The student sits the exam: the photo goes through all layers, from the first to the last, as told above. That is the {forward-pass|forward pass}. New is only that each layer keeps notes: what it will need when the paper comes back, its {cache|cache}.",
        ],
      },
      loss: {
        title: "The mark: loss",
        text: [
          "The teacher compares the answer with the key. One number says how wrong it is, the {loss|loss} L: close to zero for a sure and right answer, large for a sure and wrong one. Classifiers mostly use {cross-entropy|cross-entropy}, which asks only for the probability of the right class. {mean-squared-error|Mean squared error} (MSE) squares the distance between each logit z and its target y.",
        ],
      },
      backward: {
        title: "The red pen: backward pass",
        text: [
          "Now the red pen goes through the paper, from the last line to the first: the {backward-pass|backward pass}. At each value it notes how much the loss would change with it, the {gradient|gradient}. It gets from one layer to the one before by the {chain-rule|chain rule}, and needs what the layer has cached. Each layer gets four notes: dZ for its sums, dW for its weights, db for its biases, and dA, which it passes on.",
        ],
      },
      update: {
        title: "The correction: update",
        text: [
          "The {optimiser|optimiser} moves each weight a small step against its gradient; how small is said by the {learning-rate|learning rate} η. Then the student sits the same exam again.",
        ],
      },
      epochs: {
        title: "Practice: batches and epochs",
        text: [
          "One exam teaches little. A network is shown many images at once, a {batch|batch}; their gradients are averaged, and one step is made of them. Once through all images is an {epoch|epoch}. Then they are shuffled, and it begins again.",
          "With one photo only, the student learns it by heart, as you can see here. That is {overfitting|overfitting}, and the reason for thousands of photos, and for an exam with photos that were never practised on.",
        ],
      },
    },
    forwardColumns: ["", "Layer", "Computes", "Caches"],
    nothing: "nothing",
    lossChoice: "Loss",
    losses: { cross_entropy: "Cross-entropy", mean_squared_error: "Mean squared error" },
    optimiserChoice: "Optimiser",
    optimisers: { sgd: "Gradient descent", momentum: "Momentum", rmsprop: "RMSProp", adam: "Adam" },
    optimiserTexts: {
      sgd: "Straight down the slope: the gradient, times the learning rate.",
      momentum: "A ball that keeps rolling: past gradients push along. In a first step there is no past yet, so it equals gradient descent.",
      rmsprop: "A pace for each weight: its gradient is divided by the size that it usually has.",
      adam: "Momentum and a pace for each weight in one; both are corrected for their start at zero.",
    },
    /** @type {(rate: string, plainRate: string) => string} */
    scaledRate: (rate, plainRate) =>
      `Here η is ${rate}, with gradient descent ${plainRate}: the division takes the size of the gradient out of d, so that η alone says how far a weight moves.`,
    others: (/** @type {number} */ n) => `${n} other classes`,
    before: "before",
    after: "after",
    stepName: (/** @type {number} */ n) => (n ? `after ${some(n, "step")}` : "before"),
    moreSteps: "One more step on this photo",
    lines: {
      dz: (/** @type {string} */ label) => `the logit of “${label}”`,
      /** @type {(layer: string, index: string) => string} */
      dw: (layer, index) => `weight [${index}] of ${layer}: its strongest evidence`,
      db: (/** @type {string} */ label) => `the bias of “${label}”`,
      da: (/** @type {string} */ name) => `passed on to ${name}`,
      sum: (/** @type {number} */ n) => `the sum over ${n} classes`,
    },
    /** @type {(images: string, batch: string, epochs: number) => string} */
    trained: (images, batch, epochs) => `This network was trained on ${images} images in batches of ${batch}, for ${epochs} epochs.`,
    figures: {
      /** @type {(layers: number, label: string, p: string) => string} */
      forward: (layers, label, p) => `One layer of each kind, of ${layers}, with its strongest map: what it computes, and what it caches. The answer at the end: “${label}”, ${p}.`,
      /** @type {(label: string, p: string) => string} */
      loss: (label, p) => `The logit z, the probability p, the target y and what each class adds to the loss. Only the right class counts: the network gives “${label}” ${p}.`,
      squared: "Every class counts here: the logit of the right one should be 1, all others 0, and K is the number of classes.",
      gradients: "The gradient dZ of a few layers, the last first: orange where a larger value would make the loss larger, blue where it would make it smaller.",
      backward: "Above: the gradient dZ of a few layers, the last first; orange where a larger value would make the loss larger, blue where smaller. Below: the red pen’s four notes at the last fully connected layer.",
      /** @type {(label: string, before: string, after: string) => string} */
      update: (label, before, after) => `Above: one weight, from before the step to after it (w⁺). Below: the same photo again, when all weights have moved, and the probability of “${label}”. The loss L goes from ${before} to ${after}.`,
      epochs: (/** @type {string} */ label) => `The loss L and the probability of “${label}”, step after step on this one photo.`,
    },
  },
  figures: {
    /** @type {(y: number, x: number, values: string[]) => string} */
    pixels: (y, x, [red = "", green = "", blue = ""]) =>
      `The input of the network, and its three channels: how much red, green and blue there is. The pixel marked, at row ${y} and column ${x}, is red ${red}, green ${green}, blue ${blue} of 255.`,
    /**
     * @type {(told: { layer: string, window: string, product: string, others: number, bias: string,
     *   value: string }) => string}
     */
    detective: ({ layer, window, product, others, bias, value }) =>
      `The magnifying glass: one ${window} window × one kernel of ${layer} = ${product}. With ${others ? `${some(others, "other map")} and ` : ""}the bias ${bias} the sum is ${value}, the value marked in the map on the right.`,
    /** @type {(told: { early: string, small: string, deep: string, large: string }) => string} */
    deeper: ({ early, small, deep, large }) =>
      `What the largest value of a layer is computed from, framed on the photo: ${small} pixels in ${early}, ${large} in ${deep}.`,
    /**
     * @type {(told: { map: string, layer: string, off: string, before: string, after: string }) =>
     *   string}
     */
    switch: ({ map, layer, off, before, after }) =>
      `The same map before and after ${layer}, on one scale. In ${map}, ${off} of the values are switched off; the one that is marked goes from ${before} to ${after}.`,
    /**
     * @type {(told: { layer: string, window: number, value: string, before: string, after: string,
     *   fewer: string }) => string}
     */
    summariser: ({ layer, window, value, before, after, fewer }) =>
      `The same map before and after ${layer}: of the ${window} values in the window that is marked, one is left, ${value}. ${before} become ${after}, ${fewer} fewer values.`,
    /**
     * @type {(told: { label: string, layer: string, contributions: string, pro: string, contra:
     *   string, named: number, share: string }) => string}
     */
    jury: ({ label, layer, contributions, pro, contra, named, share }) =>
      `The evidence for “${label}” in ${layer}: ${contributions} contributions (weight × input), added up by map. For: ${pro}. Against: ${contra}. The ${named} largest, named here, carry ${share} of the sum.`,
    othersFor: (/** @type {number} */ n) => `${n} others for`,
    othersAgainst: (/** @type {number} */ n) => `${n} others against`,
    answer: "The first five of all classes: logit and probability.",
  },
};
