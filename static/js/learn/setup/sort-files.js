/**
 * Sorts files that were chosen or dropped: one ZIP, or images in folders. What is left out is
 * named.
 */

import { count } from "../../i18n/format.js";
import { isNetwork } from "../../state/models-controller.js";
import { t } from "../../i18n/index.js";
import { MOST } from "./zip.js";

/**
 * @typedef {import("../../lib/data-transfer.js").Dropped} Dropped
 * @typedef {import("../../state/types.js").Problem} Problem
 * @typedef {import("./zip.js").Entry} Entry
 *
 * @typedef {{ zip: File, skipped: string[] } | { name: string, entries: Entry[], skipped: string[]
 *   } | { problem: Problem }} Sorted
 */

const words = t.learn.setup.upload;
const PICTURE = /\.(jpe?g|jfif|png|apng|webp|gif|bmp|tiff?|avif|heic|heif|jxl|jp2|ppm|pgm|pbm|tga|ico)$/i;
const ARCHIVE = /\.zip$/i;
const NAMED_IN_REFUSAL = 5;
/** What systems put beside files by themselves; nobody misses it. */
const CLUTTER = /(^|\/)(\.[^/]*|__MACOSX|thumbs\.db|desktop\.ini)(\/|$)/i;

/**
 * Whether a file is a picture, told by its name and what the browser makes of it. One without an
 * ending may be one.
 *
 * @param {Pick<File, "name" | "type">} file
 */
export function isPicture({ name, type }) {
  return PICTURE.test(name) || type.startsWith("image/") || !name.includes(".");
}

/** @param {readonly Dropped[]} found @returns {Sorted} */
export function sortFiles(found) {
  if (found.length >= MOST) return refuse("too-many-files", words.tooMany(count(MOST)));
  const files = found.filter(({ path }) => !CLUTTER.test(path));
  const loose = files.filter((one) => !isInFolder(one));
  const [first] = loose;
  if (files.length === 1 && first?.file) return alone(first.file);
  const [zip, ...zips] = loose.flatMap(({ file }) => (file && ARCHIVE.test(file.name) ? [file] : []));
  if (zip && loose.length === files.length) {
    if (zips.length) return refuse("one-archive", words.oneArchive);
    return { zip, skipped: skip(loose.filter(({ file }) => file !== zip)) };
  }
  return inFolders(files);
}

/**
 * @param {File} file
 * @returns {Sorted}
 */
function alone(file) {
  if (isNetwork(file)) return refuse("a-network", words.network);
  if (isPicture(file) && !ARCHIVE.test(file.name) && file.name.includes(".")) return refuse("no-folders", words.noFolders("1"));
  return { zip: file, skipped: [] }; // if it is none, the server says what it is
}

/**
 * @param {Dropped[]} files
 * @returns {Sorted}
 */
function inFolders(files) {
  /** @type {Entry[]} */
  const entries = [];
  /** @type {Dropped[]} */
  const others = [];
  for (const one of files) {
    if (one.file && isInFolder(one) && isPicture(one.file)) entries.push({ path: one.path, blob: one.file });
    else others.push(one);
  }
  if (entries.length) return { name: nameOf(entries), entries, skipped: skip(others) };
  const pictures = others.filter(({ file }) => file && isPicture(file));
  if (pictures.length) return refuse("no-folders", words.noFolders(count(pictures.length)));
  const { title, detail } = words.noPictures;
  const named = others.slice(0, NAMED_IN_REFUSAL).map(({ path }) => path);
  return refuse("no-pictures", { title, detail: others.length ? `${detail} ${words.thereAre(named.join(", "), others.length - named.length)}` : detail });
}

/** @param {Dropped} one */
function isInFolder({ path }) {
  return path.includes("/");
}

/**
 * The folder around all of them, if there is one.
 *
 * @param {Entry[]} entries
 */
function nameOf(entries) {
  const [first = "", ...others] = new Set(entries.map(({ path }) => path.split("/")[0] ?? ""));
  return others.length ? words.unnamed : first;
}

/** @param {Dropped[]} files */
function skip(files) {
  return files.map((one) => words.skipped(one.path, reasonOf(one)));
}

/** @param {Dropped} one */
function reasonOf({ path, file }) {
  if (!file) return words.reasons.unreadable;
  if (ARCHIVE.test(path)) return words.reasons.archive;
  if (isNetwork(file)) return words.reasons.network;
  return isPicture(file) ? words.reasons.loose : words.reasons.notAPicture;
}

/**
 * @param {string} type
 * @param {{ title: string, detail: string }} told
 * @returns {Sorted}
 */
function refuse(type, told) {
  return { problem: { type, status: 0, ...told } };
}
