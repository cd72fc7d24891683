/** The only door to the server. Everything that goes wrong comes out as a ProblemError, whose text is meant for people. */

import { parseNpy } from "./npy.js";

/**
 * @typedef {import("./types.js").Analysis} Analysis
 * @typedef {import("./types.js").Explanation} Explanation
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").ModelSummary} ModelSummary
 * @typedef {import("./types.js").Place} Place
 * @typedef {import("./types.js").Problem} Problem
 * @typedef {import("./types.js").Sample} Sample
 * @typedef {import("./types.js").Tensor} Tensor
 */

/** An error as the server describes it (RFC 9457), or one of the same form for a server that does not answer. */
export class ProblemError extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail || problem.title);
    this.problem = problem;
  }
}

const BASE = new URL("api/v1/", document.baseURI);

/** @type {Problem} */
const NO_ANSWER = {
  type: "no-answer",
  title: "The server does not answer",
  status: 0,
  detail: "It may have been stopped, or the connection is gone. Nothing on this page is lost; try again.",
};

/** @returns {Promise<{ default: string, models: ModelSummary[] }>} */
export function fetchModels() {
  return fetchJson("models");
}

/**
 * @param {string} id
 * @returns {Promise<Model>}
 */
export function fetchModel(id) {
  return fetchJson(`models/${encodeURIComponent(id)}`);
}

/** @returns {Promise<Sample[]>} */
export function fetchSamples() {
  return fetchJson("samples");
}

/**
 * @param {string} id
 * @returns {Promise<Analysis>}
 */
export function fetchAnalysis(id) {
  return fetchJson(analysisPath(id));
}

/**
 * What the network saw, as a picture.
 *
 * @param {string} id
 */
export async function fetchSeen(id) {
  const response = await request(`${analysisPath(id)}/input`);
  return createImageBitmap(await response.blob());
}

/**
 * A picture of this site, a sample say.
 *
 * @param {string} url
 * @param {AbortSignal} signal
 */
export async function fetchPicture(url, signal) {
  const response = await request(url, signal);
  return response.blob();
}

/**
 * A layer's numbers; all of its channels, or some.
 *
 * @param {string} analysis
 * @param {import("./types.js").Layer} layer
 * @param {number[] | null} channels
 * @param {AbortSignal} signal
 * @returns {Promise<Tensor>}
 */
export async function fetchTensor(analysis, layer, channels, signal) {
  const query = channels ? `&channels=${channels.join(",")}` : "";
  const response = await request(`${layerPath(analysis, layer.name)}?format=npy${query}`, signal);
  const all = Array.from({ length: layer.shape[0] ?? 0 }, (_, i) => i);
  return { name: layer.name, channels: channels ?? all, ...parseNpy(await response.arrayBuffer()) };
}

/**
 * Where one number came from.
 *
 * @param {string} analysis
 * @param {string} layer
 * @param {Place} place
 * @param {AbortSignal} signal
 * @returns {Promise<Explanation>}
 */
export function fetchExplanation(analysis, layer, place, signal) {
  const [first = 0, y, x] = place;
  const query = place.length === 3 ? `channel=${first}&y=${y}&x=${x}` : `unit=${first}`;
  return fetchJson(`${layerPath(analysis, layer)}/explain?${query}`, signal);
}

/**
 * Send a photo. XMLHttpRequest rather than fetch, because it can say how much has been sent.
 *
 * @param {Blob} photo
 * @param {string} model
 * @param {AbortSignal} signal
 * @param {(sent: number, total: number) => void} onProgress
 * @returns {Promise<Analysis>}
 */
export function postPhoto(photo, model, signal, onProgress) {
  const form = new FormData();
  form.append("image", photo, photo instanceof File ? photo.name : "photo");
  form.append("model", model);
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", new URL("analyses", BASE));
    sending.upload.onprogress = (event) => onProgress(event.loaded, event.total);
    sending.onerror = () => reject(new ProblemError(NO_ANSWER));
    sending.onabort = () => reject(new DOMException("Cancelled", "AbortError"));
    sending.onload = () => {
      if (sending.status < 300) resolve(JSON.parse(sending.responseText));
      else reject(new ProblemError(problemOf(sending.status, sending.responseText)));
    };
    signal.addEventListener("abort", () => sending.abort(), { once: true });
    sending.send(form);
  });
}

/**
 * Where all of an analysis can be downloaded.
 *
 * @param {string} id
 * @param {"json" | "npz"} format
 */
export function exportUrl(id, format) {
  return new URL(`${analysisPath(id)}/export?format=${format}`, BASE).href;
}

/**
 * Whether an error only says that nobody waits for the answer any more.
 *
 * @param {unknown} error
 */
export function isAbort(error) {
  return error instanceof DOMException && error.name === "AbortError";
}

/** @param {string} id */
function analysisPath(id) {
  return `analyses/${encodeURIComponent(id)}`;
}

/**
 * @param {string} analysis
 * @param {string} layer
 */
function layerPath(analysis, layer) {
  return `${analysisPath(analysis)}/layers/${encodeURIComponent(layer)}`;
}

/**
 * @param {string} path
 * @param {AbortSignal} [signal]
 */
async function fetchJson(path, signal) {
  return (await request(path, signal)).json();
}

/**
 * @param {string} path
 * @param {AbortSignal} [signal]
 */
async function request(path, signal) {
  let response;
  try {
    response = await fetch(new URL(path, BASE), signal ? { signal } : {});
  } catch (error) {
    throw isAbort(error) ? error : new ProblemError(NO_ANSWER);
  }
  if (!response.ok) throw new ProblemError(problemOf(response.status, await response.text()));
  return response;
}

/**
 * @param {number} status
 * @param {string} body
 * @returns {Problem}
 */
function problemOf(status, body) {
  const fallback = { type: "unknown", title: `The server answered ${status}`, status, detail: "" };
  try {
    return { ...fallback, ...JSON.parse(body) };
  } catch {
    return fallback; // something between us and the server answered in its own words
  }
}
