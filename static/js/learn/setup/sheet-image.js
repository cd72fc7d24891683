/** Pictures of a set in one image, which come late where the server is too busy at first. */

import { fetchSheet, sheetUrl } from "../../api/learning.js";
import { ProblemError } from "../../api/http.js";
import { h } from "../../lib/dom.js";

export class SheetImages {
  /** @type {(() => Promise<void>)[]} What is asked for again when the reader says so. */
  #missing = [];

  /** @param {import("../types.js").LearnStore} store */
  constructor(store) {
    this.store = store;
    store.watch(["missed"], ({ missed }) => {
      if (missed) return;
      for (const fetchAgain of this.#missing.splice(0)) void fetchAgain();
    });
  }

  /**
   * @param {string} id
   * @param {number} perClass
   * @param {{ alt: string, width: number, height: number }} attributes
   */
  image(id, perClass, attributes) {
    const image = h("img", { src: sheetUrl(id, perClass), ...attributes });
    image.addEventListener("error", () => void this.#fetch(image, id, perClass), { once: true });
    return image;
  }

  /**
   * @param {HTMLImageElement} image
   * @param {string} id
   * @param {number} perClass
   */
  async #fetch(image, id, perClass) {
    if (!image.isConnected) return;
    try {
      const url = URL.createObjectURL(await fetchSheet(id, perClass));
      image.addEventListener("load", () => URL.revokeObjectURL(url), { once: true });
      image.src = url;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.#missing.push(() => this.#fetch(image, id, perClass));
      this.store.set({ missed: error.problem });
    }
  }
}
