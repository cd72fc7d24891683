/**
 * Two analyses at once: a photo and a variant of it, two photos, or two networks. Loads the pair
 * that the state asks for.
 */

import * as api from "../api/client.js";
import { isAbort, ProblemError } from "../api/http.js";
import { asked, keyOf, withChange, writeChanges } from "./changes.js";
import { hasMaps, layerNamed } from "../model/graph.js";
import { decodePicture, sendPrepared } from "../api/image-upload.js";
import { Tensors } from "../model/tensors.js";
import { t } from "../i18n/index.js";

/**
 * @typedef {import("./types.js").Analysis} Analysis
 * @typedef {import("./types.js").CompareTarget} CompareTarget
 * @typedef {import("./types.js").Change} Change
 * @typedef {import("./types.js").Changes} Changes
 * @typedef {import("./types.js").Layer} Layer
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").Pair} Pair
 * @typedef {import("./types.js").Place} Place
 * @typedef {import("./types.js").Side} Side
 * @typedef {import("./types.js").Source} Source
 * @typedef {import("./types.js").State} State
 *
 * @typedef {{ kind: "variant", changes: Changes } | { kind: "target", compareTarget: CompareTarget }} CompareRequest
 *
 * @typedef {"reference" | "candidate" | "difference" | "side-by-side"} CompareMode What of a pair is looked at.
 */

const TOGETHER = 1000; // milliseconds between changes of one thing that are undone together: one pull at a slider

export class Comparison {
  /** @type {Side | null} The photo as it is; a variant is always one of it. */
  #reference = null;
  #abort = new AbortController();
  /** @type {CompareRequest["kind"] | null} */
  #making = null;
  #isStale = false;
  #isRevived = false;
  /** @type {File | null} The second photo, where it was brought: another network may have to look at it, too. */
  #file = null;
  /** @type {Change[][]} Lists as they were before each change. */
  #past = [];
  #latest = { key: "", at: 0 };

  /**
   * @param {import("../lib/store.js").Store<State>} store
   * @param {import("./photo-controller.js").PhotoController} photoController
   */
  constructor(store, photoController) {
    this.store = store;
    this.photoController = photoController;
    store.watch(["analysis"], () => this.#arrive());
    store.watch(["inputImage"], ({ analysis, inputImage }) => {
      if (this.#reference && this.#reference.analysis === analysis) this.#reference.inputImage = inputImage;
    });
    store.watch(["changes", "compareTarget"], () => this.#follow());
  }

  /**
   * Change something, or change it again. A pair of two photos or networks makes way for it.
   *
   * @param {Change} change
   */
  change(change) {
    const { changes } = this.store.state;
    const key = keyOf(change);
    const now = performance.now();
    if (key !== this.#latest.key || now - this.#latest.at > TOGETHER) this.#past.push(changes);
    this.#latest = { key, at: now };
    this.store.set({ changes: withChange(changes, change), compareTarget: null });
  }

  /** @param {Change} change */
  remove(change) {
    this.#replace(this.store.state.changes.filter((other) => other !== change));
  }

  clear() {
    if (this.store.state.changes.length) this.#replace([]);
  }

  /** Take back what was done to the list last. */
  undo() {
    const before = this.#past.pop();
    this.#latest = { key: "", at: 0 };
    if (before) this.store.set({ changes: before });
  }

  /** @param {CompareTarget | null} compareTarget */
  compareWith(compareTarget) {
    this.#file = null;
    this.store.set({ compareTarget });
  }

  /** @param {File} file */
  compareWithFile(file) {
    this.#file = file;
    this.store.set({ compareTarget: { kind: "analysis", id: "" } });
  }

  /**
   * What an address asks for, when the reader goes back or forward.
   *
   * @param {import("./url.js").UrlState} urlState
   */
  fulfil({ changes, compareTarget, compareMode }) {
    const now = this.store.state;
    const isOther = writeChanges(changes) !== writeChanges(now.changes) || JSON.stringify(compareTarget) !== JSON.stringify(now.compareTarget);
    if (isOther) this.store.set({ changes, compareTarget });
    this.look(compareMode);
  }

  /** Make the requested comparison again. */
  again() {
    this.#stop();
    this.#follow();
  }

  /** Look at the other one of the pair; layer, map and cursor stay. */
  flip() {
    this.look(this.store.state.side === "reference" ? "candidate" : "reference");
  }

  /** @param {CompareMode} compareMode */
  look(compareMode) {
    if (!this.store.state.pair) return;
    if (compareMode === "difference" || compareMode === "side-by-side") {
      this.store.set({ bothSides: compareMode });
      return;
    }
    this.store.set({ side: compareMode, bothSides: null });
    void this.#attempt(this.#abort.signal, () => this.#show());
  }

  /**
   * What a side's network saw, as a picture; null if it cannot be had.
   *
   * @param {Side} side
   */
  async inputImage(side) {
    side.inputImage ??= await api.fetchInputImage(side.analysis.id).catch(() => null); // a nicety; the input's maps show it, too
    return side.inputImage;
  }

  /** @param {Change[]} changes */
  #replace(changes) {
    this.#past.push(this.store.state.changes);
    this.#latest = { key: "", at: 0 };
    this.store.set({ changes });
  }

  /**
   * Another photo, or another network for it, has come onto the page: the requested comparison is made
   * of that.
   */
  #arrive() {
    const { model, analysis, numbers, source, photo, pair } = this.store.state;
    if (!model || !analysis || !numbers) return;
    if (analysis === this.#reference?.analysis || analysis === pair?.candidate.analysis) return;
    pair?.reference.numbers.close();
    pair?.candidate.numbers.close();
    this.#stop();
    this.#reference = { model, analysis, numbers, source, photo, inputImage: null };
    this.store.set({ pair: null, difference: null });
    this.#follow();
  }

  /**
   * Make the requested comparison. While a slider moves, one variant is made at a time and the latest
   * request is next; anything else that is under way is given up.
   */
  #follow() {
    const request = this.#request();
    const { pair } = this.store.state;
    const isHere = request?.kind === "target" && request.compareTarget.id === pair?.candidate.analysis.id && pair.reference === this.#reference;
    if (isHere) return;
    if (request?.kind === "variant" && this.#making === "variant") {
      this.#isStale = true;
      return;
    }
    this.#stop();
    if (!request) this.#end(null);
    else if (this.#reference) void this.#make(this.#reference, request, this.#abort.signal);
  }

  #stop() {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#making = null;
    this.#isStale = false;
  }

  /** @returns {CompareRequest | null} */
  #request() {
    const { changes, compareTarget } = this.store.state;
    if (!this.#reference) return null;
    if (compareTarget) return compareTarget.kind === "model" && compareTarget.id === this.#reference.model.id ? null : { kind: "target", compareTarget };
    const body = asked(changes, this.#reference.model);
    return body && { kind: "variant", changes: body };
  }

  /**
   * @param {Side} reference
   * @param {CompareRequest} request
   * @param {AbortSignal} signal
   */
  async #make(reference, request, signal) {
    this.#making = request.kind;
    this.#isStale = false;
    await this.#attempt(signal, async () => {
      const pair = request.kind === "variant"
        ? await this.#variant(reference, request.changes, signal)
        : await this.#compareTarget(reference, request.compareTarget, signal);
      signal.throwIfAborted();
      await this.#take(pair, signal);
    });
    if (signal.aborted) return;
    this.#making = null;
    if (this.#isStale) this.#follow();
  }

  /**
   * @param {AbortSignal} signal
   * @param {() => Promise<void>} work
   */
  async #attempt(signal, work) {
    try {
      await work();
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      if (!(error instanceof ProblemError)) throw error;
      const isForgotten = error.problem.status === 404 && !this.#isRevived;
      this.#isRevived = isForgotten;
      if (isForgotten && (await this.#remind())) this.again();
      else this.#end(error.problem);
    }
  }

  /**
   * The server forgets what nobody has asked about for long. Where the photo is here, it is shown
   * to it once more.
   */
  async #remind() {
    return this.#reference && this.photoController.again(this.#reference.model.id, this.#abort.signal).catch(() => null);
  }

  /**
   * Put a pair onto the page: its scores at once, then the maps of the side that is looked at.
   *
   * @param {Pair} pair
   * @param {AbortSignal} signal
   */
  async #take(pair, signal) {
    const before = this.store.state.pair?.candidate.numbers;
    this.store.set({ pair, compareError: null });
    const { id } = pair.candidate.analysis;
    const { compareTarget } = this.store.state;
    if (compareTarget?.kind === "analysis" && compareTarget.id !== id) this.store.set({ compareTarget: { kind: "analysis", id } }); // for a link
    await Promise.all([this.#show(), this.#measure(pair, signal)]);
    before?.close();
    this.#isRevived = false;
  }

  /**
   * Back to the photo as it is.
   *
   * @param {import("./types.js").Problem | null} compareError
   */
  #end(compareError) {
    const { pair } = this.store.state;
    if (!pair) {
      this.store.set({ compareError });
      return;
    }
    this.store.set({ ...onPage(pair.reference), ...this.#moved(pair.reference), pair: null, difference: null, bothSides: null, compareError });
    pair.candidate.numbers.close();
  }

  /**
   * The chosen side, as soon as its numbers of the current layer are here, so that nothing
   * flickers.
   */
  async #show() {
    const { pair, side, layer } = this.store.state;
    if (!pair) return;
    const shown = pair[side];
    const { layer: name } = this.#moved(shown);
    const at = layerNamed(shown.model, name);
    await Promise.all([at && shown.numbers.whole(at), this.inputImage(shown)]);
    const now = this.store.state;
    if (now.pair !== pair || now.side !== side || now.analysis === shown.analysis) return;
    if (now.layer === layer) this.store.set({ ...onPage(shown), ...this.#moved(shown) });
    else await this.#show(); // the reader has gone on meanwhile
  }

  /**
   * Where the reader is in another side's network: in the same place, or as near to it as that
   * network has one.
   *
   * @param {Side} side
   */
  #moved(side) {
    const { model, layer, cursor, tile, pinned, matchedLayer } = this.store.state;
    if (!model || model === side.model) return { layer, cursor, tile, pinned };
    const to = matchingLayer(model, layer, side.model, matchedLayer);
    const from = layerNamed(model, layer);
    const place = from && to && cursor && inProportion(from, to, cursor);
    return { layer: to?.name ?? layer, cursor: place, tile: place?.[0] ?? 0, pinned: pinned && place !== null };
  }

  /**
   * @param {Pair} pair
   * @param {AbortSignal} signal
   */
  async #measure({ kind, reference, candidate }, signal) {
    const difference = kind === "network" ? null : await api.fetchDifference(candidate.analysis.id, reference.analysis.id, signal);
    if (!signal.aborted) this.store.set({ difference });
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
   * @param {CompareTarget} compareTarget
   * @param {AbortSignal} signal
   * @returns {Promise<Pair>}
   */
  async #compareTarget(reference, { kind, id }, signal) {
    if (kind === "model") return this.#network(reference, id, signal);
    if (this.#file) {
      return sendPrepared(this.#file, this.photoController.limits, ({ file, note }) => this.#photo(reference, file, { ...upload(file), credit: note }, signal));
    }
    if (kind === "analysis") return this.#opened(reference, id);
    const sample = this.store.state.samples.find((sample) => sample.id === id);
    if (!sample) throw new ProblemError({ type: "no-sample", status: 0, ...t.whatif.noSample(id) });
    /** @type {Source} */
    const source = { kind: "sample", id, title: sample.title, credit: `${sample.credit} (${sample.license})` };
    return this.#photo(reference, await api.fetchPicture(sample.url, signal), source, signal);
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
    const isSame = analysis.model === reference.model.id;
    const model = isSame ? reference.model : await api.fetchModel(analysis.model);
    /** @type {Source} */
    const source = { kind: "analysis", id, title: t.whatif.openedByLink, credit: "" };
    const candidate = { model, analysis, numbers: new Tensors(id), source, photo: null, inputImage: null };
    return { kind: isSame ? "photo" : "network", reference, candidate };
  }
}

/**
 * The photo as it is, whatever is shown of a pair.
 *
 * @param {Readonly<State>} state
 */
export function originalOf({ pair, model, analysis, source }) {
  return pair?.reference ?? { model, analysis, source };
}

/** @param {Readonly<State>} state */
export function compareModeOf({ bothSides, side }) {
  return bothSides ?? side;
}

/**
 * The layer of another network that goes with this one: the reader's choice, the one of the same
 * name, or else the one at the same relative depth among those of the same kind.
 *
 * @param {Model} model
 * @param {string} name
 * @param {Model} other
 * @param {State["matchedLayer"]} matchedLayer
 * @returns {Layer | null}
 */
export function matchingLayer(model, name, other, matchedLayer) {
  const layer = layerNamed(model, name);
  if (!layer) return null;
  const chosen = matchedLayer?.of === name ? layerNamed(other, matchedLayer.is) : null;
  const back = matchedLayer?.is === name ? layerNamed(other, matchedLayer.of) : null;
  const same = layerNamed(other, name);
  if (chosen ?? back) return chosen ?? back;
  if (same && hasMaps(same) === hasMaps(layer)) return same;
  const alike = (/** @type {Model} */ { layers }) => layers.filter((each) => hasMaps(each) === hasMaps(layer));
  const depth = alike(model).indexOf(layer) / Math.max(1, alike(model).length - 1);
  const choices = alike(other);
  return choices[Math.round(depth * (choices.length - 1))] ?? null;
}

/**
 * The same part of the picture in another layer's maps.
 *
 * @param {Layer} from
 * @param {Layer} to
 * @param {Place} place
 * @returns {Place | null}
 */
function inProportion(from, to, place) {
  if (hasMaps(from) !== hasMaps(to)) return null;
  const at = place.map((n, axis) => Math.floor((n * (to.shape[axis] ?? 1)) / (from.shape[axis] ?? 1)));
  return [Math.min(place[0] ?? 0, (to.shape[0] ?? 1) - 1), ...at.slice(1)];
}

/**
 * What the page shows of a side.
 *
 * @param {Side} side
 */
function onPage({ model, analysis, numbers, source, photo, inputImage }) {
  return { model, analysis, numbers, source, photo, inputImage, explanation: null };
}

/**
 * @param {File} file
 * @returns {Source}
 */
function upload({ name }) {
  return { kind: "upload", id: "", title: name || t.whatif.yourPhoto, credit: "" };
}
