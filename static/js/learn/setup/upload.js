/**
 * Pictures of one's own on their way to the server: a ZIP, a folder, or what was collected here.
 * One at a time.
 */

import { isAbort, ProblemError } from "../../api/http.js";
import { bytes, count } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { deleteDataset, postDataset } from "../../api/learning.js";
import { shrink } from "./shrink.js";
import { isPicture, sortFiles } from "./sort-files.js";
import { withDataset } from "./suggested.js";
import { unzip } from "./unzip.js";
import { pack } from "./zip.js";

/**
 * @typedef {import("../../lib/data-transfer.js").Dropped} Dropped
 * @typedef {import("../../state/types.js").Problem} Problem
 * @typedef {import("./zip.js").Entry} Entry
 *
 * @typedef {{ text: string, fraction: number | null }} Progress
 */

const words = t.learn.setup.upload;
const LARGE = 2 ** 20; // bytes of a photo
const UNREAD = /\.(avif|heic|heif|jxl|jp2|tiff?|ico)$/i;

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
   * Files that were chosen or dropped: one ZIP, or folders of images.
   *
   * @param {readonly Dropped[] | Promise<readonly Dropped[]>} found
   */
  async bring(found) {
    this.#tell({ text: words.reading, fraction: null });
    const sorted = sortFiles(await found);
    if ("problem" in sorted) return this.#tell(null, sorted.problem);
    if ("zip" in sorted) return this.#bringZip(sorted.zip, sorted.skipped);
    return this.bringEntries(sorted.name, sorted.entries, sorted.skipped);
  }

  /**
   * Pictures by their paths: a folder a class.
   *
   * @param {string} name
   * @param {Entry[]} entries
   * @param {string[]} [skipped] what is left out already, and why
   */
  bringEntries(name, entries, skipped = []) {
    return this.#repack(name, entries.map(({ path, blob }) => ({ path, open: async () => blob })), skipped);
  }

  /**
   * A ZIP as it is; one with photos that are large, or of a kind that the server does not read, as
   * a folder of them is brought.
   *
   * @param {File} zip
   * @param {string[]} skipped
   */
  async #bringZip(zip, skipped) {
    const entries = await unzip(zip).catch(() => null); // gone or changed since it was chosen: sending it says so
    const photos = entries?.some(isWorthwhile) ? entries : [];
    const files = photos.map(({ path }) => ({ path, file: new File([], path.split("/").at(-1) ?? "") }));
    const sorted = files.length ? sortFiles(files) : { entries: [], skipped: [] };
    if (!("entries" in sorted) || !sorted.entries.length) return this.#attempt((signal) => this.#send(nameOf(zip.name), zip, skipped, signal));
    const chosen = new Set(sorted.entries.map(({ path }) => path));
    return this.#repack(nameOf(zip.name), photos.filter(({ path }) => chosen.has(path)), [...skipped, ...sorted.skipped]);
  }

  /**
   * Make pictures small, one after the other, and send them in a new archive.
   *
   * @param {string} name
   * @param {{ path: string, open: () => Promise<Blob> }[]} entries
   * @param {string[]} skipped
   */
  #repack(name, entries, skipped) {
    return this.#attempt(async (signal) => {
      /** @type {Entry[]} */
      const small = [];
      const unreadable = [];
      for (const [i, { path, open }] of entries.entries()) {
        const picture = await open().then(shrink).catch(() => null); // gone or changed since it was chosen, or damaged
        if (picture) small.push({ path, blob: picture });
        else unreadable.push(words.skipped(path, words.reasons.unreadable));
        signal.throwIfAborted();
        this.#tell({ text: words.packing(count(i + 1), count(entries.length)), fraction: (i + 1) / entries.length });
      }
      await this.#send(name, await pack(small), [...skipped, ...unreadable], signal);
    });
  }

  /**
   * Take a set off the server, and choose another one if it is the chosen one.
   *
   * @param {string} id
   */
  remove(id) {
    return this.#attempt(async () => {
      const left = () => this.store.state.datasets.filter((set) => set.id !== id);
      const { config } = this.store.state;
      if (config.dataset === id) this.store.set({ config: withDataset(this.store.state, left()[0]) }); // first, so that nobody asks for it
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
   * @param {string[]} skipped what was not packed, and why: told with what the server leaves out
   * @param {AbortSignal} signal
   */
  async #send(name, zip, skipped, signal) {
    const set = await postDataset(name, zip, signal, (sent, total) => {
      const isSent = sent >= total;
      this.#tell({ text: isSent ? words.reading : words.sending(bytes(sent), bytes(total)), fraction: isSent ? null : sent / total });
    });
    const { state } = this.store;
    const told = { ...set, problems: [...set.problems, ...skipped] };
    this.store.set({ datasets: [...state.datasets.filter(({ id }) => id !== set.id), told], config: withDataset(state, set) });
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
 * Whether a file of an archive is a photo that this browser should make ready: it would take long
 * to send, has perhaps more pixels than the server takes, or is of a kind that the server does not
 * read.
 *
 * @param {import("./unzip.js").ZipEntry} entry
 */
function isWorthwhile({ path, size }) {
  return isPicture({ name: path, type: "" }) && (size > LARGE || UNREAD.test(path));
}

/** @param {string} fileName */
function nameOf(fileName) {
  return fileName.replace(/\.[^.]*$/, "") || words.unnamed;
}
