/**
 * Which paragraphs the article has for a network, and which layer each of them is shown on. Chosen
 * by op, never by name.
 */

/**
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("../state/types.js").Model} Model
 * @typedef {keyof typeof import("../i18n/en/article.js").article.chapters} ChapterName
 *
 * @typedef {object} Chapter
 * @property {ChapterName} name
 * @property {string[]} ops the kinds of layers that it is about
 * @property {"first" | "last" | "deep"} shown which of them it is shown on; `deep`: the last whose
 *   values depend on a part of the photo that can be pointed at
 */

const PART = 0.6; // of the photo's width

/**
 * The chapters of how a network learns, in their order: the phases of a training step, and what
 * comes of many.
 */
export const LEARNING = /** @type {const} */ (["forward", "loss", "backward", "update", "epochs"]);

/** @typedef {typeof LEARNING[number]} LearningName */

/** @type {Chapter[]} */
const CHAPTERS = [
  { name: "pixels", ops: ["input"], shown: "first" },
  { name: "detective", ops: ["conv"], shown: "first" },
  { name: "deeper", ops: ["conv"], shown: "deep" },
  { name: "switch", ops: ["relu", "leaky_relu", "clip"], shown: "first" },
  { name: "summariser", ops: ["max_pool", "average_pool", "global_average_pool"], shown: "first" },
  { name: "jury", ops: ["dense"], shown: "last" },
  { name: "answer", ops: ["softmax"], shown: "last" },
];

/**
 * The chapters that a network has something to show for.
 *
 * @param {Model} model
 * @returns {{ name: ChapterName, layer: Layer }[]}
 */
export function chaptersOf({ layers, input }) {
  const width = input.shape.at(-1) ?? 0;
  return CHAPTERS.flatMap(({ name, ops, shown }) => {
    const fitting = layers.filter(({ op }) => ops.includes(op));
    const seen = shown === "deep" ? fitting.slice(1).filter((layer) => (layer.receptive_field.at(-1) ?? width) <= PART * width) : fitting;
    const layer = seen.at(shown === "first" ? 0 : -1);
    return layer ? [{ name, layer }] : [];
  });
}

/**
 * The chapter about a kind of layer; null where none is.
 *
 * @param {string} op
 * @returns {ChapterName | null}
 */
export function chapterAbout(op) {
  return CHAPTERS.find(({ ops }) => ops.includes(op))?.name ?? null;
}
