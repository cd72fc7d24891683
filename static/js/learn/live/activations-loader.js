/**
 * What the newest network makes of one picture: asked for again as it learns, one question at a
 * time.
 */

import { fetchModel, fetchTensor, fetchWeights, postPhoto } from "../../api/client.js";
import { isAbort, ProblemError } from "../../api/http.js";
import { fetchPicture } from "../../api/learning.js";

/**
 * @typedef {import("../../state/types.js").Analysis} Analysis
 * @typedef {import("../../state/types.js").Layer} Layer
 * @typedef {import("../../state/types.js").Tensor} Tensor
 * @typedef {import("../../state/types.js").Weights} Weights
 * @typedef {import("../types.js").LearnState} LearnState
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../types.js").Run} Run
 *
 * @typedef {{ step: number, picture: Blob, layers: Layer[], analysis: Analysis, tensor: Tensor,
 *   layer: Layer, weights: Weights | null }} Seen
 */

const PAUSE = 1000; // milliseconds from one answer to the next question

/**
 * Follows the run and the chosen picture. `layer` is the one whose maps are wanted; "" for the
 * first.
 */
export class Watcher {
  layer = "";
  #timer = 0;
  #asking = false;
  #due = false;
  #abort = new AbortController();
  /** @type {Map<string, Promise<Blob>>} */
  #pictures = new Map();
  /** @type {{ run: string, layers: Layer[] } | null} */
  #network = null;

  /**
   * @param {LearnStore} store
   * @param {(seen: Seen | null) => void} show
   */
  constructor(store, show) {
    this.store = store;
    this.show = show;
    let [id, step] = ["", -1];
    store.watch(["run", "picture"], ({ run }) => {
      const isOther = id !== (run?.id ?? "");
      const look = run?.diagnostics?.step ?? run?.step ?? -1;
      const isBack = look < step; // what is shown is of a network that is gone
      const isNew = isOther || look !== step || run?.status === "paused";
      [id, step] = [run?.id ?? "", look];
      if (isOther || isBack) this.#drop();
      if (isNew) this.want(false);
    });
    store.watch(["picture"], () => this.want(true));
    document.addEventListener("visibilitychange", () => this.want(false));
  }

  /**
   * Ask as soon as it is time.
   *
   * @param {boolean} now the reader has chosen something and waits for it
   */
  want(now) {
    this.#due = true;
    if (now) {
      clearTimeout(this.#timer);
      this.#timer = 0;
    }
    if (!this.#timer && !this.#asking && !document.hidden) void this.#ask();
  }

  #drop() {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.show(null);
  }

  async #ask() {
    const { run, picture } = this.store.state;
    if (!run?.diagnostics || !picture) return; // before the first look there is no network to ask
    this.#asking = true;
    this.#due = false;
    try {
      const seen = await this.#look(run, picture, this.#abort.signal);
      if (this.store.state.run?.id === run.id) this.show(seen);
    } catch (error) {
      if (isAbort(error)) return;
      if (!(error instanceof ProblemError)) throw error;
      const isUnreadable = "blob" in picture && error.problem.status !== 404; // 404: that network is gone, the next look has more luck
      if (isUnreadable) this.store.set({ problem: error.problem, picture: { index: 0 } });
    } finally {
      this.#asking = false;
      this.#timer = setTimeout(() => {
        this.#timer = 0;
        if (this.#due) this.want(false);
      }, PAUSE);
    }
  }

  /**
   * @param {Run} run
   * @param {NonNullable<LearnState["picture"]>} picture
   * @param {AbortSignal} signal
   * @returns {Promise<Seen | null>}
   */
  async #look(run, picture, signal) {
    const step = run.diagnostics?.step ?? 0;
    const [blob, layers] = await Promise.all([this.#pictureOf(run, picture, signal), this.#layersOf(run)]);
    const analysis = await postPhoto(blob, run.model, signal, () => {});
    const layer = layers.find(({ name }) => name === this.layer) ?? layers.find(hasMaps);
    const first = layers.find(({ op }) => op === "conv");
    if (!layer) return null;
    const [tensor, weights] = await Promise.all([
      fetchTensor(analysis.id, layer, null, signal),
      first ? fetchWeights(run.model, first.name, null, signal) : null,
    ]);
    return { step, picture: blob, layers, analysis, tensor, layer, weights };
  }

  /**
   * @param {Run} run
   * @param {NonNullable<LearnState["picture"]>} picture
   * @param {AbortSignal} signal
   * @returns {Promise<Blob>}
   */
  #pictureOf(run, picture, signal) {
    if ("blob" in picture) return Promise.resolve(picture.blob);
    const key = `${run.config.dataset}/${picture.index}`;
    const known = this.#pictures.get(key) ?? fetchPicture(run.config.dataset, picture.index, signal);
    this.#pictures.clear(); // the latest one is enough
    this.#pictures.set(key, known);
    known.catch(() => this.#pictures.delete(key));
    return known;
  }

  /** @param {Run} run */
  async #layersOf(run) {
    if (this.#network?.run !== run.id) this.#network = { run: run.id, layers: (await fetchModel(run.model)).layers };
    return this.#network.layers;
  }
}

/** @param {Layer} layer */
export function hasMaps({ op, shape }) {
  return op !== "input" && shape.length === 3;
}
