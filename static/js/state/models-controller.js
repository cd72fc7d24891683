/** Uploads of models: a file and its import options. One at a time; the latest wins. */

import * as api from "../api/client.js";
import { ProblemError } from "../api/http.js";
import { deleteTraining } from "../api/learning.js";
import { bytes } from "../i18n/format.js";
import { originalOf } from "./compared-analyses.js";
import { t } from "../i18n/index.js";

/**
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").Problem} Problem
 *
 * @typedef {object} ImportOptions What a person says of a model file; what is "" or null is the
 *   file's own, or the usual.
 * @property {string} name
 * @property {string} size HEIGHTxWIDTH
 * @property {readonly (number | null)[]} fixed the height and width that the file fixes, as far as
 *   a refusal told
 * @property {string} preset "imagenet", "unit", "symmetric", "raw", "caffe"; or "custom" for mean,
 *   std and scale
 * @property {string} mean
 * @property {string} std
 * @property {string} scale "1" where mean and std are for pixels from 0 to 255
 * @property {string} channels what each channel is given: "bgr", "rgba", "r,g,b,128"
 * @property {string} cropMode "center", "squash", "border"
 * @property {Record<string, string>} inputs constants for inputs that are no photo
 * @property {"" | "imagenet" | "file"} labels
 * @property {File | null} labelFile a class's name a line
 *
 * @typedef {{ file: File, name: string }} DataFile A file with weights that an ONNX file keeps
 *   outside, and the name that this has for it.
 *
 * @typedef {{ file: File, data: DataFile[], importOptions: ImportOptions }} ImportedFile
 *
 * @typedef {{ text: string, fraction: number | null }} Progress
 */

/**
 * Files that hold a network. Those that the server does not read are sent all the same: it knows
 * what to do with them.
 */
const NETWORK = /\.(onnx|safetensors|pt|pth|ckpt|pkl|h5|hdf5|keras|tflite|pb|mlmodel|caffemodel|prototxt|gguf|ort|weights)$/i;

/** Files that hold nothing but an ONNX file's weights, as exporters call them. */
const WEIGHTS = /\.data$|[._]onnx[._]data$|\.onnx_data|\.weights?$/i;

const LABELS = /\.(txt|json)$/i;

export class ModelsController {
  #abort = new AbortController();
  /**
   * @type {Map<string, ImportedFile>} The files of the models made in this visit, by the model's
   *   id, so that what was said of them can be changed.
   */
  #imports = new Map();

  /**
   * @param {import("../lib/store.js").Store<import("./types.js").State>} store
   * @param {import("./photo-controller.js").PhotoController} photoController
   */
  constructor(store, photoController) {
    this.store = store;
    this.photoController = photoController;
  }

  /**
   * The file that a model was made from, if it came in this visit.
   *
   * @param {string} id
   */
  importedFileOf(id) {
    return this.#imports.get(id) ?? null;
  }

  /**
   * Send a model and let it look at the photo that is shown; `instead` of a model that is given up
   * for it.
   *
   * @param {ImportedFile} importedFile
   * @param {string | null} instead
   * @param {(progress: Progress) => void} onProgress
   * @returns {Promise<Problem | null>} why it was refused; AbortError when it was cancelled
   */
  async bring(importedFile, instead, onProgress) {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    try {
      const model = await api.postModel(formOf(importedFile), signal, (sent, total) => {
        const isSent = sent >= total;
        onProgress({ text: isSent ? t.models.reading : t.status.sending(bytes(sent), bytes(total)), fraction: isSent ? null : sent / total });
      });
      this.#imports.set(model.id, importedFile);
      if (instead !== null && instead !== model.id) await this.#forget(instead);
      await this.#list();
      await this.photoController.changeModel(model.id);
      return null;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return error.problem;
    }
  }

  /**
   * Preprocess a model's photos in another way; the file is not sent again. An uploaded model is
   * replaced.
   *
   * @param {Model} model
   * @param {string} preset
   * @param {() => void} onMade the model is there, and is about to be run on the photo
   * @returns {Promise<Problem | null>}
   */
  async prepareAnew(model, preset, onMade) {
    try {
      const copy = await api.copyModel(model.id, preset);
      const file = this.importedFileOf(model.id);
      if (file) this.#imports.set(copy.id, { ...file, importOptions: { ...file.importOptions, preset } });
      if (model.uploaded && !model.lent && copy.id !== model.id) await this.#forget(model.id);
      await this.#list();
      onMade();
      await this.photoController.changeModel(copy.id);
      return null;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return error.problem;
    }
  }

  /** Stop sending. */
  cancel() {
    this.#abort.abort();
  }

  /**
   * Take a model off the server; one that was trained here with its training. If it is the one that
   * is shown, the usual one looks at the photo instead; if it is compared with that, the comparison
   * ends.
   *
   * @param {string} id
   * @returns {Promise<Problem | null>}
   */
  async remove(id) {
    const training = this.store.state.models.find((model) => model.id === id)?.training;
    const problem = await this.#attempt(() => (training ? this.#gone(deleteTraining(training)) : this.#forget(id)));
    if (problem) return problem;
    const { models: [usual], compareTarget } = this.store.state;
    if (compareTarget?.kind === "model" && compareTarget.id === id) this.store.set({ compareTarget: null });
    if (originalOf(this.store.state).model?.id === id && usual) await this.photoController.changeModel(usual.id);
    return null;
  }

  /**
   * @param {string} id
   * @param {string} name
   * @returns {Promise<Problem | null>}
   */
  rename(id, name) {
    return this.#attempt(() => api.renameModel(id, name));
  }

  /**
   * Let others look at a model. Returns the id by which they find it, too.
   *
   * @param {string} id
   * @returns {Promise<{ problem: Problem | null, share: string }>}
   */
  async share(id) {
    let share = "";
    const problem = await this.#attempt(async () => {
      share = (await api.shareModel(id)).id;
    });
    return { problem, share };
  }

  /** @param {string} id */
  unshare(id) {
    return this.#attempt(() => api.unshareModel(id));
  }

  /**
   * Change something on the server, and list what is there now.
   *
   * @param {() => Promise<unknown>} work
   * @returns {Promise<Problem | null>}
   */
  async #attempt(work) {
    try {
      await work();
      await this.#list();
      return null;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return error.problem;
    }
  }

  /** @param {string} id */
  async #forget(id) {
    this.#imports.delete(id);
    await this.#gone(api.deleteModel(id));
  }

  /**
   * @param {Promise<unknown>} deletion what the server has forgotten by itself is as good as
   *   deleted
   */
  async #gone(deletion) {
    try {
      await deletion;
    } catch (error) {
      const isGone = error instanceof ProblemError && error.problem.status === 404;
      if (!isGone) throw error;
    }
  }

  async #list() {
    this.store.set({ models: (await api.fetchModels()).models });
  }
}

/**
 * Whether a file is a network rather than a photo, told by its name.
 *
 * @param {File} file
 */
export function isNetwork({ name }) {
  return NETWORK.test(name);
}

/** @param {File} file */
function isPicture({ type }) {
  return type.startsWith("image/");
}

/**
 * Files that came together: the network, a photo for it, its weights beside it, and its classes'
 * names. Weights may be called anything (PyTorch once named one file after each tensor), so beside
 * a network every other file is taken for them.
 *
 * @param {readonly File[]} files
 */
export function sortFiles(files) {
  const network = files.find(isNetwork) ?? null;
  const photo = network ? (files.find(isPicture) ?? null) : null;
  const others = files.filter((file) => file !== network && !(network && isPicture(file)));
  const data = others.filter((file) => (network ? !LABELS.test(file.name) : WEIGHTS.test(file.name)));
  return { network, photo, data, labels: others.find(({ name }) => LABELS.test(name)) ?? null };
}

/**
 * What is said of a file that nobody has said anything of.
 *
 * @param {File} file
 * @returns {ImportOptions}
 */
export function defaultOptions(file) {
  return { name: file.name.replace(/\.[^.]*$/, ""), size: "", fixed: [], preset: "", mean: "", std: "", scale: "", channels: "", cropMode: "", inputs: {}, labels: "", labelFile: null };
}

/** @param {ImportedFile} importedFile */
function formOf({ file, data, importOptions }) {
  const form = new FormData();
  const isCustom = importOptions.preset === "custom";
  const texts = {
    name: importOptions.name,
    size: importOptions.size,
    preset: isCustom ? "" : importOptions.preset,
    mean: isCustom ? numbersOf(importOptions.mean) : "",
    std: isCustom ? numbersOf(importOptions.std) : "",
    scale: isCustom ? importOptions.scale : "",
    channels: importOptions.channels,
    crop_mode: importOptions.cropMode,
    labels: importOptions.labels === "imagenet" ? "imagenet" : "",
  };
  for (const [name, text] of Object.entries(texts)) if (text) form.append(name, text);
  for (const [name, text] of Object.entries(importOptions.inputs)) if (text) form.append(`input:${name}`, numbersOf(text));
  if (importOptions.labels === "file" && importOptions.labelFile) form.append("labels", importOptions.labelFile, importOptions.labelFile.name);
  form.append("file", file, file.name);
  for (const { file: weights, name } of data) form.append("data", weights, name);
  return form;
}

/**
 * Numbers as people write them, as the API reads them: 0.5, 0.4, 0.3 and 0,5; 0,4; 0,3 are the
 * same, and 0,5 is one number.
 *
 * @param {string} text
 */
function numbersOf(text) {
  const apart = text.trim().split(/\s*;\s*|,?\s+/);
  const parts = apart.length > 1 || /^\d+,\d+$/.test(text.trim()) ? apart : text.trim().split(",");
  return parts.map((part) => part.replace(",", ".").replace("−", "-")).join(",");
}
