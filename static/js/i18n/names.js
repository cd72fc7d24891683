/**
 * What the page calls that which ships: classes, datasets, samples. Others keep the names that they
 * were given.
 */

import { language, t } from "./index.js";

const IMAGENET = { count: 1000, first: "tench" }; // whose names are English on every page

/** @type {readonly string[]} The classes that are spoken of. */
let spoken = [];
/** @type {Readonly<Record<string, string>> | null} Their names. */
let current = null;

/**
 * From now on, classes are spoken of that are in this list. Classes are named by a language only
 * where the whole list is one that ships: a class of somebody's own network keeps its name.
 *
 * @param {readonly string[] | null | undefined} labels
 */
export function speakOfClasses(labels) {
  spoken = labels ?? [];
  current = namesOf(spoken);
}

/**
 * The language that the names of classes are in where it is not the page's, for their elements'
 * `lang`; null where it is, or where nobody knows.
 *
 * @param {readonly string[]} [labels] the list, where that is not the one which is spoken of
 */
export function classLanguage(labels = spoken) {
  return language !== "en" && labels.length === IMAGENET.count && labels[0] === IMAGENET.first ? "en" : null;
}

/**
 * The name of a class that ships; null for any other.
 *
 * @param {string} label
 * @param {readonly string[]} [labels] the list that it is in, where that is not the one which is
 *   spoken of
 * @returns {string | null}
 */
export function nameOfClass(label, labels) {
  const names = labels ? namesOf(labels) : current;
  return names && Object.hasOwn(names, label) ? (names[label] ?? null) : null;
}

/** @param {readonly string[]} labels */
function namesOf(labels) {
  /** @type {Record<string, string>[]} */
  const lists = Object.values(t.names.classes);
  return lists.find((names) => Object.keys(names).length === labels.length && labels.every((label) => Object.hasOwn(names, label))) ?? null;
}

/**
 * A dataset with the names that the page has for it.
 *
 * @template {{ id: string, name: string, description: string }} D
 * @param {D} dataset
 * @returns {D}
 */
export function namedDataset(dataset) {
  /** @type {Record<string, { name: string, description: string }>} */
  const known = t.names.datasets;
  return { ...dataset, ...(Object.hasOwn(known, dataset.id) && known[dataset.id]) };
}

/**
 * A sample with the title and the credit that the page has for it: the API's is longer than the two
 * lines below the photo.
 *
 * @template {{ id: string, title: string, credit: string }} S
 * @param {S} sample
 * @returns {S}
 */
export function namedSample(sample) {
  /** @type {Record<string, { title: string, credit: string }>} */
  const known = t.names.samples;
  return { ...sample, ...(Object.hasOwn(known, sample.id) && known[sample.id]) };
}
