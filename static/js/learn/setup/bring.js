/** Pictures of one's own on their way to the server: a ZIP, a folder, or what was collected here. One at a time. */

import { isAbort, ProblemError } from "../../api.js";
import { bytes, count } from "../../format.js";
import { say } from "../../words/index.js";
import { deleteDataset, postDataset } from "../api.js";
import { shrink } from "./shrink.js";
import { pack } from "./zip.js";

/**
 * @typedef {import("../../types.js").Problem} Problem
 * @typedef {import("./zip.js").Entry} Entry
 *
 * @typedef {{ text: string, fraction: number | null }} Progress
 */

const words = say.learn.setup.bring;
const PICTURE = /\.(jpe?g|png|webp|gif|bmp|tiff?|avif)$/i;

export class Bringer {
  #abort = new AbortController();

  /**
   * @param {import("../types.js").LearnStore} store
   * @param {(news: { progress: Progress | null, problem: Problem | null }) => void} onNews
   */
  constructor(store, onNews) {
    this.store = store;
    this.onNews = onNews;
  }

  /**
   * Files that somebody chose or dropped: one ZIP, or a folder's pictures.
   *
   * @param {File[]} files
   */
  async bring(files) {
    const [first] = files;
    if (first && files.length === 1 && !first.webkitRelativePath && !PICTURE.test(first.name)) return this.send(nameOf(first.name), first);
    const entries = files.filter(({ name }) => PICTURE.test(name)).map((blob) => ({ path: blob.webkitRelativePath || blob.name, blob }));
    if (!entries.length) return this.#tell(null, { type: "no-pictures", status: 0, ...words.noPictures });
    return this.bringEntries(entries[0]?.path.split("/")[0] ?? "", entries);
  }

  /**
   * Pictures by their paths: a folder a class.
   *
   * @param {string} name
   * @param {Entry[]} entries
   */
  bringEntries(name, entries) {
    return this.#attempt(async (signal) => {
      const small = [];
      for (const { path, blob } of entries) {
        small.push({ path, blob: await shrink(blob) });
        signal.throwIfAborted();
        this.#tell({ text: words.packing(count(small.length), count(entries.length)), fraction: small.length / entries.length });
      }
      await this.#send(name, await pack(small), signal);
    });
  }

  /**
   * @param {string} name
   * @param {Blob} zip
   */
  send(name, zip) {
    return this.#attempt((signal) => this.#send(name, zip, signal));
  }

  /**
   * Take a set off the server, and choose another one if it is the chosen one.
   *
   * @param {string} id
   */
  remove(id) {
    return this.#attempt(async () => {
      const left = () => this.store.state.datasets.filter((set) => set.id !== id);
      const { wish } = this.store.state;
      if (wish.data === id) this.store.set({ wish: { ...wish, data: left()[0]?.id ?? "" } }); // first, so that nobody asks for it
      await deleteDataset(id);
      this.store.set({ datasets: left() });
    });
  }

  cancel() {
    this.#abort.abort();
    this.#tell(null);
  }

  /** Take the message about what went wrong away. */
  dismiss() {
    this.#tell(null);
  }

  /**
   * @param {string} name
   * @param {Blob} zip
   * @param {AbortSignal} signal
   */
  async #send(name, zip, signal) {
    const set = await postDataset(name, zip, signal, (sent, total) => {
      const isSent = sent >= total;
      this.#tell({ text: isSent ? words.reading : words.sending(bytes(sent), bytes(total)), fraction: isSent ? null : sent / total });
    });
    const { datasets, wish } = this.store.state;
    this.store.set({ datasets: [...datasets.filter(({ id }) => id !== set.id), set], wish: { ...wish, data: set.id } });
  }

  /**
   * Do this instead of whatever was under way; afterwards, whether it went well.
   *
   * @param {(signal: AbortSignal) => Promise<void>} work
   */
  async #attempt(work) {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#tell({ text: words.reading, fraction: null });
    try {
      await work(signal);
      this.#tell(null);
      return true;
    } catch (error) {
      if (signal.aborted || isAbort(error)) return false;
      if (!(error instanceof ProblemError)) throw error;
      this.#tell(null, error.problem);
      return false;
    }
  }

  /**
   * @param {Progress | null} progress
   * @param {Problem | null} [problem]
   */
  #tell(progress, problem = null) {
    this.onNews({ progress, problem });
    return false;
  }
}

/**
 * All files of what was dropped, those in folders with their paths.
 *
 * @param {DataTransfer} data
 * @returns {Promise<File[]>}
 */
export async function filesOf(data) {
  const found = [...data.items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() })); // gone after the event
  return (await Promise.all(found.map(({ entry, file }) => (entry ? filesBelow(entry) : file ? [file] : [])))).flat();
}

/**
 * @param {FileSystemEntry} entry
 * @returns {Promise<File[]>}
 */
async function filesBelow(entry) {
  if (entry instanceof FileSystemFileEntry) return [withPath(await new Promise((resolve, reject) => entry.file(resolve, reject)), entry.fullPath)];
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const files = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // a hundred at a time
    if (!some.length) return files;
    files.push(...(await Promise.all(some.map(filesBelow))).flat());
  }
}

/**
 * A file out of a dropped folder knows its path only from where it was found; a chosen folder's files have it themselves.
 *
 * @param {File} file
 * @param {string} path
 */
function withPath(file, path) {
  const [, ...parts] = path.split("/");
  if (parts.length > 1) Object.defineProperty(file, "webkitRelativePath", { value: parts.join("/") });
  return file;
}

/** @param {string} fileName */
function nameOf(fileName) {
  return fileName.replace(/\.[^.]*$/, "") || words.unnamed;
}
