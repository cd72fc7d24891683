/**
 * Two analyses at once: a photo and a variant of it, two photos, or two networks. Sees to it that
 * the pair that the state asks for is on the page.
 */

import * as api from "../api/client.js";
import { isAbort, ProblemError } from "../api/http.js";
import { asked, keyOf, withChange, writeChanges } from "./changes.js";
import { layerNamed } from "../model/graph.js";
import { haveCommonLayer, onPage, placeOnSide } from "./compared-analyses.js";
import { PairLoader } from "./pair-loader.js";

/**
 * @typedef {import("./types.js").CompareTarget} CompareTarget
 * @typedef {import("./types.js").Change} Change
 * @typedef {import("./types.js").Pair} Pair
 * @typedef {import("./types.js").Side} Side
 * @typedef {import("./types.js").State} State
 * @typedef {import("./compared-analyses.js").CompareMode} CompareMode
 * @typedef {import("./pair-loader.js").CompareRequest} CompareRequest
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
  #loader;
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
    this.#loader = new PairLoader(store, photoController);
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
    this.#loader.file = null;
    this.store.set({ compareTarget });
  }

  /** @param {File} file */
  compareWithFile(file) {
    this.#loader.file = file;
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
   * Another photo, or another network for it, has come onto the page: the requested comparison is
   * made of that.
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
   * Make the requested comparison. While a slider moves, one variant is made at a time and the
   * latest request is next; anything else that is under way is given up.
   */
  #follow() {
    if (this.store.state.live) return; // what is asked for is made of the frame that becomes an analysis
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
      const pair = await this.#loader.load(reference, request, signal);
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
    this.store.set({ ...onPage(pair.reference), ...placeOnSide(this.store.state, pair.reference), pair: null, difference: null, bothSides: null, compareError });
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
    const { layer: name } = placeOnSide(this.store.state, shown);
    const at = layerNamed(shown.model, name);
    await Promise.all([at && shown.numbers.whole(at), this.inputImage(shown)]);
    const now = this.store.state;
    if (now.pair !== pair || now.side !== side || now.analysis === shown.analysis) return;
    if (now.layer === layer) this.store.set({ ...onPage(shown), ...placeOnSide(this.store.state, shown) });
    else await this.#show(); // the reader has gone on meanwhile
  }

  /**
   * @param {Pair} pair
   * @param {AbortSignal} signal
   */
  async #measure({ kind, reference, candidate }, signal) {
    const isComparable = kind !== "network" || haveCommonLayer(reference.model, candidate.model);
    const difference = isComparable ? await api.fetchDifference(candidate.analysis.id, reference.analysis.id, signal) : null;
    if (!signal.aborted) this.store.set({ difference });
  }
}
