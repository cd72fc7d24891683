/**
 * Sends a photo to the server and puts its analysis into the state. One at a time; the latest wins.
 */

import { readAddress } from "./url.js";
import * as api from "../api/client.js";
import { isAbort, ProblemError } from "../api/http.js";
import { originalOf } from "./compared-analyses.js";
import { bytes } from "../i18n/format.js";
import { layerNamed } from "../model/graph.js";
import { decodePicture, prepare } from "../api/image-upload.js";
import { Tensors } from "../model/tensors.js";
import { namedSample } from "../i18n/names.js";
import { t } from "../i18n/index.js";

/**
 * @typedef {import("./types.js").Analysis} Analysis
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").Sample} Sample
 * @typedef {import("./types.js").Source} Source
 * @typedef {import("./url.js").UrlState} UrlState
 *
 * @typedef {{ blob: Blob | null, crop: number[] | null, made: Map<string, string> }} PhotoHere
 */

export class PhotoController {
  #abort = new AbortController();
  /** @type {() => void} */
  #again = () => {};
  /** @type {Blob | null} The photo that is shown, for when another network is to look at it. */
  #blob = null;
  /** @type {number[] | null} The part of it that the network was shown; null is the middle. */
  #crop = null;
  /**
   * @type {Map<string, string>} The analyses of that photo and their models, for a reader who goes
   *   back to one.
   */
  #made = new Map();
  /** @type {(video: File) => Promise<boolean>} Who shows videos; whether this one can be shown. */
  onVideo = () => Promise.resolve(false);

  /**
   * @param {import("../lib/store.js").Store<import("./types.js").State>} store
   * @param {import("../api/image-upload.js").Limits} limits
   */
  constructor(store, limits) {
    this.store = store;
    this.limits = limits;
  }

  /**
   * The photo that is shown, its part, and its analyses; of a moving picture, that is another one
   * again and again.
   *
   * @type {PhotoHere}
   */
  get here() {
    return { blob: this.#blob, crop: this.#crop, made: this.#made };
  }

  set here({ blob, crop, made }) {
    [this.#blob, this.#crop, this.#made] = [blob, crop, made];
  }

  /**
   * The first thing on the page: what the address asks for, or else the first sample.
   *
   * @param {UrlState} urlState
   */
  start(urlState) {
    return this.#attempt(t.status.ready, async (signal) => {
      const [{ default: usual, models }, samples] = await Promise.all([api.fetchModels(), api.fetchSamples()]);
      this.store.set({ models, samples: samples.map(namedSample) });
      const wanted = urlState.model ?? usual;
      try {
        this.store.set({ model: await api.fetchModel(wanted) });
      } catch (error) {
        if (wanted === usual || !(error instanceof ProblemError) || error.problem.type !== "/errors/unknown-model") throw error;
        await this.#startWith(usual, urlState, signal);
        throw error; // to be said
      }
      await this.#fulfil(urlState, signal);
    });
  }

  /**
   * The usual network looks at the photo of an address whose own network is not here.
   *
   * @param {string} usual
   * @param {UrlState} urlState
   * @param {AbortSignal} signal
   */
  async #startWith(usual, urlState, signal) {
    this.store.set({ model: await api.fetchModel(usual), cursor: null, held: null, open: false });
    await this.#fulfil({ ...urlState, model: null, analysis: null }, signal);
  }

  /**
   * Show the photo that an address asks for, unless it is here already.
   *
   * @param {UrlState} urlState
   */
  async fulfil(urlState) {
    const { analysis, model, source } = originalOf(this.store.state);
    const isSameModel = urlState.model === null || urlState.model === model?.id;
    const isSameCrop = String(urlState.crop) === String(this.#crop);
    const isHere = urlState.analysis ? urlState.analysis === analysis?.id : urlState.photo === source?.id && isSameCrop && isSameModel;
    if (!isHere) await this.#attempt(t.status.opening, (signal) => this.#fulfil(urlState, signal));
  }

  /** Begin with the usual network after all, where an address asked for one that is gone. */
  startUsual() {
    const [usual] = this.store.state.models;
    return usual ? this.changeModel(usual.id) : this.start(readAddress(""));
  }

  /** @param {Sample} sample */
  analyseSample(sample) {
    return this.#attempt(t.status.reading, (signal) => this.#sample(sample, signal));
  }

  /** @param {File} file */
  async analyseFile(file) {
    if (file.type.startsWith("video/") && (await this.onVideo(file))) return;
    await this.#attempt(t.status.reading, async (signal) => {
      const prepared = await prepare(file, this.limits);
      signal.throwIfAborted();
      /** @type {Source} */
      const source = { kind: "upload", id: "", title: file.name || t.photo.yours, credit: prepared.note };
      await this.#analyse(prepared.file, source, this.#model(), signal);
    });
  }

  /**
   * Let the network look at another part of the photo.
   *
   * @param {number[] | null} crop left, top, right, bottom in its pixels; null is the middle
   */
  recrop(crop) {
    return this.#attempt(t.status.looking, async (signal) => {
      const { source } = originalOf(this.store.state);
      if (this.#blob && source) await this.#analyse(this.#blob, source, this.#model(), signal, crop);
    });
  }

  /**
   * Let another network look at the same photo; at the first sample where the photo itself is not
   * here.
   *
   * @param {string} id
   */
  changeModel(id) {
    return this.#attempt(t.status.loading, async (signal) => {
      const model = await api.fetchModel(id);
      const { samples } = this.store.state;
      const { source } = originalOf(this.store.state);
      if (this.#blob && source) await this.#analyse(this.#blob, source, model, signal, this.#crop);
      else if (samples[0]) await this.#sample(samples[0], signal, model);
    });
  }

  /**
   * Let a network look at the photo that is shown without showing what it finds; null where the
   * photo itself is not here.
   *
   * @param {string} model
   * @param {AbortSignal} signal
   */
  async again(model, signal) {
    return this.#blob && api.postPhoto(this.#blob, model, signal, () => {}, this.#crop);
  }

  /**
   * What a network answers to the photo that is shown, prepared in one way or another; null where
   * the photo itself is not here.
   *
   * @param {string} model
   * @param {AbortSignal} signal
   */
  async comparePreprocessing(model, signal) {
    return this.#blob && api.comparePreprocessing(model, this.#blob, this.#crop, signal);
  }

  /** Stop what is under way; what was there before stays. */
  cancel() {
    this.#abort.abort();
    this.store.set({ busy: null });
  }

  /** Try again what went wrong last. */
  retry() {
    this.#again();
  }

  /** Take the message about what went wrong away. */
  dismiss() {
    this.store.set({ problem: null });
  }

  /**
   * @param {UrlState} urlState
   * @param {AbortSignal} signal
   */
  async #fulfil({ model, analysis, photo, crop }, signal) {
    const { source } = originalOf(this.store.state);
    const of = analysis && this.#made.get(analysis);
    if (of && this.#blob && source) {
      await this.#analyse(this.#blob, source, await this.#modelOf(of), signal, crop);
      return;
    }
    if (analysis) {
      await this.#open(analysis);
      return;
    }
    const { samples } = this.store.state;
    const sample = samples.find(({ id }) => id === photo) ?? samples[0];
    if (sample) await this.#sample(sample, signal, await this.#modelOf(model), sample.id === photo ? crop : null);
  }

  /**
   * Show an analysis that was made before. The server keeps no photo, so only what the network saw
   * can be shown.
   *
   * @param {string} id
   */
  async #open(id) {
    const analysis = await api.fetchAnalysis(id);
    const { model } = this.store.state;
    this.#blob = null;
    this.#crop = null;
    this.#show(
      model?.id === analysis.model ? model : await api.fetchModel(analysis.model),
      analysis,
      { kind: "analysis", id, title: t.photo.byLink, credit: "" },
      null,
    );
  }

  /**
   * @param {Sample} sample
   * @param {AbortSignal} signal
   * @param {Model} [model]
   * @param {number[] | null} [crop]
   */
  async #sample(sample, signal, model = this.#model(), crop = null) {
    const blob = await api.fetchPicture(sample.url, signal);
    const credit = `${sample.credit} (${sample.license})`;
    await this.#analyse(blob, { kind: "sample", id: sample.id, title: sample.title, credit }, model, signal, crop);
  }

  /**
   * @param {Blob} blob
   * @param {Source} source
   * @param {Model} model
   * @param {AbortSignal} signal
   * @param {number[] | null} [crop]
   */
  async #analyse(blob, source, model, signal, crop = null) {
    const [analysis, photo] = await Promise.all([
      this.#post(blob, model, signal, crop),
      decodePicture(blob), // null for a format that the server reads and this browser does not
    ]);
    signal.throwIfAborted();
    if (blob !== this.#blob) this.#made.clear();
    this.#made.set(analysis.id, model.id);
    this.#blob = blob;
    this.#crop = crop;
    this.#show(model, analysis, source, photo);
  }

  /**
   * @param {Blob} blob
   * @param {Model} model
   * @param {AbortSignal} signal
   * @param {number[] | null} crop
   */
  async #post(blob, model, signal, crop) {
    try {
      return await api.postPhoto(blob, model.id, signal, (sent, total) => this.#progress(sent, total), crop);
    } catch (error) {
      const isTakenBack = model.lent && error instanceof ProblemError && error.problem.type === "/errors/unknown-model";
      if (!isTakenBack) throw error;
      this.store.set({ takenBack: model.id });
      throw new ProblemError({ type: "network-taken-back", status: 404, ...t.problems.takenBack.network });
    }
  }

  #model() {
    const { model } = originalOf(this.store.state);
    if (model) return model;
    throw new ProblemError({ type: "no-model", status: 0, ...t.problems.noModel });
  }

  /**
   * The model of an address; the one that is shown where it names none.
   *
   * @param {string | null} id
   */
  async #modelOf(id) {
    const shown = this.#model();
    return id === null || id === shown.id ? shown : api.fetchModel(id);
  }

  /**
   * @param {number} sent
   * @param {number} total
   */
  #progress(sent, total) {
    const { busy } = this.store.state;
    if (!busy) return;
    const done = sent >= total;
    const text = done ? t.status.looking : t.status.sending(bytes(sent), bytes(total));
    this.store.set({ busy: { ...busy, text, fraction: done ? null : sent / total } });
  }

  /**
   * Do something that takes a while, instead of whatever was under way. Nothing that is on the page
   * is lost when it fails.
   *
   * @param {string} text
   * @param {(signal: AbortSignal) => Promise<void>} work
   */
  async #attempt(text, work) {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#again = () => void this.#attempt(text, work);
    const { signal } = this.#abort;
    this.store.set({ busy: { text, since: performance.now(), fraction: null }, problem: null });
    try {
      await work(signal);
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      if (!(error instanceof ProblemError)) throw error;
      this.store.set({ problem: error.problem });
    } finally {
      if (!signal.aborted) this.store.set({ busy: null });
    }
  }

  /**
   * @param {Model} model
   * @param {Analysis} analysis
   * @param {Source} source
   * @param {ImageBitmap | null} photo
   */
  #show(model, analysis, source, photo) {
    const { state } = this.store;
    const stays = state.analysis?.model === model.id || state.analysis === null;
    const layer = stays && layerNamed(model, state.layer) ? state.layer : firstStep(model);
    const held = stays ? state.held : null;
    const isFirst = state.analysis === null; // then the cursor is where the address put it
    const isSeen = state.live !== null && stays; // a frame that becomes an analysis: what is looked at stays
    const cursor = isFirst || isSeen ? state.cursor : held?.layer === layer ? held.place : null;
    state.photo?.close();
    state.numbers?.close();
    const numbers = new Tensors(analysis.id);
    this.store.set({ model, analysis, source, photo, numbers, layer, cursor, held, explanation: null });
    void this.#showSeen(analysis.id);
  }

  /** @param {string} id */
  async #showSeen(id) {
    const inputImage = await api.fetchInputImage(id).catch(() => null); // a nicety; the input's maps show it, too
    const { state } = this.store;
    if (state.analysis?.id !== id) {
      inputImage?.close();
      return;
    }
    state.inputImage?.close();
    this.store.set({ inputImage });
  }
}

/**
 * Where a first visit begins: the first step after the input.
 *
 * @param {Model} model
 */
function firstStep({ layers }) {
  return (layers[1] ?? layers[0])?.name ?? "";
}
