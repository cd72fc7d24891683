/**
 * How evenly the pictures are spread over the classes, and whether there are enough of each to hold
 * some out.
 */

import { count, percent, words as plain } from "../i18n/format.js";
import { t } from "../i18n/index.js";

const words = t.learn.balance;
const UNEVEN = 5; // times as many pictures in the largest class as in the smallest are worth a warning
const NAMED = 5; // classes of one picture that are named; the others are counted

/**
 * What a total accuracy would hide where one class has many times the pictures of another; null
 * where they are even.
 *
 * @param {string[]} classes
 * @param {number[]} counts
 */
export function unevenness(classes, counts) {
  const [most, fewest] = [Math.max(...counts), Math.min(...counts)];
  if (most < UNEVEN * Math.max(1, fewest)) return null;
  const [large = "", small = ""] = [most, fewest].map((n) => plain(classes[counts.indexOf(n)] ?? "", classes));
  const share = percent(most / counts.reduce((sum, n) => sum + n, 0));
  return words.uneven(large, count(most), small, count(fewest), share);
}

/**
 * Of which classes nothing can be held out, and what follows; null where something is held out of
 * each.
 *
 * @param {string[]} classes
 * @param {number[]} counts
 */
export function nothingHeldOut(classes, counts) {
  const single = classes.filter((_, i) => (counts[i] ?? 0) < 2).map((label) => plain(label, classes));
  if (!single.length) return null;
  if (single.length === classes.length) return words.nothing;
  return words.notOf(single.slice(0, NAMED).join(", "), Math.max(0, single.length - NAMED));
}
