/**
 * Makes the second side of a comparison: a variant, another photo, another network, or the network
 * after a training step.
 */

import * as api from "../api/client.js";
import { ProblemError } from "../api/http.js";
import { decodePicture, prepare } from "../api/image-upload.js";
import { Tensors } from "../model/tensors.js";
import { t } from "../i18n/index.js";

/**
 * @typedef {import("./types.js").Changes} Changes
 * @typedef {import("./types.js").CompareTarget} CompareTarget
 * @typedef {import("./types.js").Pair} Pair
 * @typedef {import("./types.js").Side} Side
 * @typedef {import("./types.js").Source} Source
 * @typedef {import("./types.js").State} State
 *
 * @typedef {{ kind: "variant", changes: Changes } | { kind: "target", compareTarget: CompareTarget
 *   }} CompareRequest
 */

export class PairLoader {
  /**
   * @type {File | null} The second photo, where it was brought: another network may have to look at
   *   it, too.
   */
  file = null;

  /**
   * @param {import("../lib/store.js").Store<State>} store
   * @param {import("./photo-controller.js").PhotoController} photoController
   */
  constructor(store, photoController) {
    this.store = store;
    this.photoController = photoController;
  }

  /**
   * @param {Side} reference
   * @param {CompareRequest} request
   * @param {AbortSignal} signal
   * @returns {Promise<Pair>}
   */
  load(reference, request, signal) {
    if (request.kind === "variant") return this.#variant(reference, request.changes, signal);
    const { kind, id } = request.compareTarget;
    if (kind === "model") return this.#network(reference, id, signal);
    if (this.file) return this.#chosen(reference, this.file, signal);
    return kind === "analysis" ? this.#opened(reference, id) : this.#sample(reference, id, signal);
  }

  /**
   * @param {Side} reference
   * @param {File} chosen
   * @param {AbortSignal} signal
   */
  async #chosen(reference, chosen, signal) {
    const { file, note } = await prepare(chosen, this.photoController.limits);
    signal.throwIfAborted();
    return this.#photo(reference, file, { ...upload(file), credit: note }, signal);
  }

  /**
   * @param {Side} reference
   * @param {Changes} changes
   * @param {AbortSignal} signal
   * @returns {Promise<Pair>}
   */
  async #variant(reference, changes, signal) {
    const analysis = await api.postVariant(reference.analysis.id, changes, signal);
    const inputImage = changes.photo ? null : reference.inputImage;
    return { kind: "variant", reference, candidate: { ...reference, analysis, numbers: new Tensors(analysis.id), inputImage } };
  }

  /**
   * @param {Side} reference
   * @param {string} id
   * @param {AbortSignal} signal
   * @returns {Promise<Pair>}
   */
  async #network(reference, id, signal) {
    const [model, analysis] = await Promise.all([api.fetchModel(id), this.photoController.again(id, signal)]);
    if (!analysis) throw new ProblemError({ type: "no-photo", status: 0, ...t.whatif.noPhoto });
    return { kind: "network", reference, candidate: { ...reference, model, analysis, numbers: new Tensors(analysis.id), inputImage: null } };
  }

  /**
   * @param {Side} reference
   * @param {string} id
   * @param {AbortSignal} signal
   */
  async #sample(reference, id, signal) {
    const sample = this.store.state.samples.find((sample) => sample.id === id);
    if (!sample) throw new ProblemError({ type: "no-sample", status: 0, ...t.whatif.noSample(id) });
    /** @type {Source} */
    const source = { kind: "sample", id, title: sample.title, credit: `${sample.credit} (${sample.license})` };
    return this.#photo(reference, await api.fetchPicture(sample.url, signal), source, signal);
  }

  /**
   * @param {Side} reference
   * @param {Blob} blob
   * @param {Source} source
   * @param {AbortSignal} signal
   * @returns {Promise<Pair>}
   */
  async #photo(reference, blob, source, signal) {
    const [analysis, photo] = await Promise.all([
      api.postPhoto(blob, reference.model.id, signal, () => {}),
      decodePicture(blob), // null for a format that the server reads and this browser does not
    ]);
    const candidate = { model: reference.model, analysis, numbers: new Tensors(analysis.id), source, photo, inputImage: null };
    return { kind: "photo", reference, candidate };
  }

  /**
   * @param {Side} reference
   * @param {string} id of an analysis that was made before
   * @returns {Promise<Pair>}
   */
  async #opened(reference, id) {
    const analysis = await api.fetchAnalysis(id);
    const numbers = new Tensors(id);
    if (analysis.step && analysis.original === reference.analysis.id) {
      return { kind: "trained", reference, candidate: { ...reference, analysis, numbers } }; // the same photo, and the same input
    }
    const isSame = analysis.model === reference.model.id;
    const model = isSame ? reference.model : await api.fetchModel(analysis.model);
    /** @type {Source} */
    const source = { kind: "analysis", id, title: t.whatif.openedByLink, credit: "" };
    return { kind: isSame ? "photo" : "network", reference, candidate: { model, analysis, numbers, source, photo: null, inputImage: null } };
  }
}

/**
 * @param {File} file
 * @returns {Source}
 */
function upload({ name }) {
  return { kind: "upload", id: "", title: name || t.whatif.yourPhoto, credit: "" };
}
