/** What the server suggests for a dataset, by its number of images. */

/**
 * @typedef {import("../types.js").LearnState} LearnState
 * @typedef {import("../types.js").PictureSet} PictureSet
 * @typedef {import("../types.js").TrainingConfig} TrainingConfig
 */

/**
 * The config with another dataset. What was left as suggested for the dataset before becomes what
 * is suggested for this one; what was chosen by hand stays.
 *
 * @param {Readonly<LearnState>} state
 * @param {PictureSet | undefined} set
 * @returns {TrainingConfig}
 */
export function withDataset({ config, datasets }, set) {
  const before = datasets.find(({ id }) => id === config.dataset)?.suggested ?? {};
  const untouched = Object.entries(set?.suggested ?? {}).filter(([name]) => Reflect.get(before, name) === Reflect.get(config, name));
  return { ...config, ...Object.fromEntries(untouched), dataset: set?.id ?? "" };
}

/**
 * Whether the config is as suggested for its dataset.
 *
 * @param {TrainingConfig} config
 * @param {PictureSet} set
 */
export function isAsSuggested(config, { suggested }) {
  return Object.entries(suggested).every(([name, value]) => Reflect.get(config, name) === value);
}
