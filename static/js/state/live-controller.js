/**
 * A moving picture runs through the network: one frame at a time, and the next one is the latest.
 * The page shows each as it shows an analysis, and the server keeps none of them.
 */

import { postFrame } from "../api/frames.js";
import { isAbort, isPassing, ProblemError } from "../api/http.js";
import { framesOfFile, takeFrame } from "../lib/frame-source.js";
import { FrameTensors } from "../model/frame-tensors.js";
import { hasMaps, layerNamed } from "../model/graph.js";
import { outputOf } from "../model/outputs.js";

/**
 * @typedef {import("./types.js").Analysis} Analysis
 * @typedef {import("./types.js").State} State
 * @typedef {import("../api/frames.js").FrameAnswer} FrameAnswer
 * @typedef {import("../lib/frame-source.js").FrameSource} FrameSource
 *
 * @typedef {Pick<State, "analysis" | "numbers" | "source" | "photo" | "inputImage" |
 *   "explanation">} Shown What there was before, and is there again afterwards.
 */

const LEAST = 320; // pixels of a frame's shorter side: it is shown, too
const BUSY = 2; // seconds until a server that was too busy is asked again
const MEASURED = 3000; // milliseconds over which frames are counted

export class LiveController {
  #abort = new AbortController();
  /** @type {FrameSource | null} */
  #source = null;
  #numbers = new FrameTensors();
  /** @type {(Shown & { here: import("./photo-controller.js").PhotoHere }) | null} */
  #before = null;
  /** @type {Blob | null} The frame that is shown. */
  #frame = null;

  /**
   * @param {import("../lib/store.js").Store<State>} store
   * @param {import("./photo-controller.js").PhotoController} photoController
   */
  constructor(store, photoController) {
    this.store = store;
    this.photoController = photoController;
    store.watch(["analysis"], ({ live, analysis }) => live && analysis?.id && this.#end()); // another photo, or another network
    // What needs an analysis that the server keeps takes the frame that is shown for one.
    store.watch(["tab", "effectiveField", "changes", "compareTarget"], ({ live, tab, effectiveField, changes, compareTarget }) => {
      if (live && (tab !== "layer" || effectiveField || changes.length || compareTarget)) void this.freeze();
    });
    photoController.onVideo = (video) => this.#startVideo(video);
    document.addEventListener("visibilitychange", () => document.hidden && this.stop());
  }

  /**
   * @param {FrameSource} source
   * @param {string} title
   */
  start(source, title) {
    this.stop();
    if (!this.store.state.analysis) return source.stop(); // there is nothing yet to be followed
    this.store.set({ changes: [], compareTarget: null });
    this.store.set({ strongestPath: null, effectiveField: null, attribution: null, tab: "layer", problem: null });
    const { analysis, numbers, source: before, photo, inputImage, explanation } = this.store.state;
    this.#before = { analysis, numbers, source: before, photo, inputImage, explanation, here: this.photoController.here };
    this.#source = source;
    this.#numbers = new FrameTensors();
    this.#abort = new AbortController();
    this.store.set({ live: { rate: null, isWaiting: false }, numbers: this.#numbers, source: { kind: "upload", id: "", title, credit: "" } });
    this.store.advance({}, "frame"); // so that all that is on the page asks for its numbers
    void this.#run(source, this.#abort.signal);
  }

  /** @param {File} video */
  async #startVideo(video) {
    const source = await framesOfFile(video);
    if (source) this.start(source, video.name);
    return source !== null;
  }

  /** Back to what there was before. */
  stop() {
    const before = this.#before;
    if (!before) return;
    const { photo, inputImage } = this.store.state;
    const { here, ...shown } = before;
    this.#before = null;
    this.#end();
    if (photo !== shown.photo) photo?.close();
    if (inputImage !== shown.inputImage) inputImage?.close();
    this.photoController.here = here;
    this.store.set(shown);
    this.store.advance({}, "frame");
  }

  /** Make the frame that is shown an analysis like any other; then the camera is off. */
  async freeze() {
    const { live, source } = this.store.state;
    if (!live || !this.#frame || !source || this.store.state.busy) return;
    const frame = new File([this.#frame], source.title, { type: this.#frame.type });
    await this.photoController.analyseFile(frame);
  }

  /** No more frames; what is shown stays. */
  #end() {
    this.#abort.abort();
    this.#source?.stop();
    this.#source = null;
    this.#frame = null;
    this.#numbers.close();
    const before = this.#before;
    this.#before = null;
    if (before) {
      before.numbers?.close();
      before.photo?.close();
      before.inputImage?.close();
    }
    this.store.set({ live: null });
  }

  /**
   * @param {FrameSource} source
   * @param {AbortSignal} signal
   */
  async #run(source, signal) {
    /** @type {number[]} When the latest frames were painted. */
    let painted = [];
    while (!signal.aborted) {
      await source.next(signal);
      await this.#whileBusy(signal);
      if (signal.aborted) return;
      try {
        await this.#follow(source, signal);
      } catch (error) {
        if (signal.aborted || isAbort(error)) return;
        if (!(error instanceof ProblemError)) throw error;
        if (!isPassing(error.problem)) return this.#fail(error);
        this.#say({ rate: null, isWaiting: true });
        painted = [];
        await wait(1000 * (error.retryAfter ?? BUSY), signal);
        continue;
      }
      const now = performance.now();
      painted = [...painted.filter((at) => now - at < MEASURED), now];
      const [first = now] = painted;
      const isKnown = source.isSteady && now - first > MEASURED / 4;
      this.#say({ rate: isKnown ? ((painted.length - 1) * 1000) / (now - first) : null, isWaiting: false });
    }
  }

  /**
   * One frame: sent, answered, painted.
   *
   * @param {FrameSource} source
   * @param {AbortSignal} signal
   */
  async #follow(source, signal) {
    const { model } = this.store.state;
    if (!model) return;
    const [, height = 1, width = 1] = model.preprocess.input_size;
    const wanted = this.#numbers.take();
    const { blob, picture } = await takeFrame(source, Math.max(LEAST, Math.ceil(Math.max(height, width) / model.preprocess.crop_pct)));
    try {
      const answer = await postFrame(blob, model.id, this.#view(wanted), signal);
      const inputImage = answer.pixels && (await createImageBitmap(answer.pixels));
      await this.#whileBusy(signal);
      if (signal.aborted) {
        inputImage?.close();
        picture.close();
        return;
      }
      this.#show(answer, wanted, picture, inputImage);
      this.#frame = blob;
      this.photoController.here = { blob, crop: null, made: new Map() };
    } catch (error) {
      picture.close();
      throw error;
    }
    await new Promise((resolve) => void requestAnimationFrame(resolve));
  }

  /**
   * What the page shows now: the maps that it has asked for, the number that is explained, and the
   * key figures that scales are made of.
   *
   * @param {import("../model/frame-tensors.js").Wanted} wanted
   * @returns {import("../api/frames.js").FrameRequest}
   */
  #view(wanted) {
    const { model, layer, cursor, scale } = this.store.state;
    const current = model && layerNamed(model, layer);
    const logits = outputOf(this.store.state)?.info.logits;
    const figures = [layer, current?.inputs[0], logits, ...(scale === "network" ? (model?.layers.filter(hasMaps) ?? []).map(({ name }) => name) : [])];
    const all = new Map(wanted);
    for (const name of figures) if (name && !all.has(name) && model && layerNamed(model, name)) all.set(name, []);
    const [first = 0, y, x] = cursor ?? [];
    const place = y === undefined || x === undefined ? { unit: first } : { channel: first, y, x };
    return {
      layers: [...all].map(([name, channels]) => ({ name, channels, stats: name === layer || name === logits })),
      explain: cursor ? { layer, ...place } : null,
      pixels: true,
    };
  }

  /**
   * @param {FrameAnswer} answer
   * @param {import("../model/frame-tensors.js").Wanted} wanted
   * @param {ImageBitmap} photo
   * @param {ImageBitmap | null} inputImage
   */
  #show({ frame, layers }, wanted, photo, inputImage) {
    const { state } = this.store;
    const before = this.#before;
    const { explanation, ...seen } = frame;
    const now = new Map(frame.layers.map((layer) => [layer.name, layer]));
    // The maps that stand for a layer stay those that they were: what is looked at does not jump.
    const all = (state.analysis?.layers ?? []).map((old) => {
      const found = now.get(old.name);
      return found ? { ...old, stats: found.stats ?? { ...old.stats, min: found.min, max: found.max } } : old;
    });
    const analysis = /** @type {Analysis} */ ({ ...seen, id: "", layers: all });
    if (state.photo !== before?.photo) state.photo?.close();
    if (state.inputImage !== before?.inputImage) state.inputImage?.close();
    this.#numbers.put(wanted, layers);
    this.store.advance({ analysis, photo, inputImage, explanation: explanation ?? state.explanation }, "frame");
  }

  /** @param {{ rate: number | null, isWaiting: boolean }} live */
  #say(live) {
    const { state } = this.store;
    const isSame = state.live?.isWaiting === live.isWaiting && roundOf(state.live.rate) === roundOf(live.rate);
    if (state.live && !isSame) this.store.set({ live });
  }

  /** @param {ProblemError} error */
  #fail(error) {
    this.stop();
    this.store.set({ problem: error.problem });
  }

  /**
   * While another photo, or another network, is on its way, no frame is sent.
   *
   * @param {AbortSignal} signal
   */
  async #whileBusy(signal) {
    while (this.store.state.busy && !signal.aborted) await wait(50, signal);
  }
}

/** @param {number | null} rate */
function roundOf(rate) {
  return rate === null ? null : Math.round(rate);
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function wait(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
