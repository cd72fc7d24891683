/** The calls of the REST API that the main page makes. */

import { fetchJson, NO_ANSWER, post, postJson, ProblemError, request, send, urlOf } from "./http.js";
import { readEvents } from "./sse.js";
import { parseNpy } from "./npy.js";

/**
 * @typedef {import("../state/types.js").Analysis} Analysis
 * @typedef {import("../state/types.js").Attribution} Attribution
 * @typedef {import("../state/types.js").Changes} Changes
 * @typedef {import("../state/types.js").Difference} Difference
 * @typedef {import("../state/types.js").EffectiveField} EffectiveField
 * @typedef {import("../state/types.js").Explanation} Explanation
 * @typedef {import("../state/types.js").Model} Model
 * @typedef {import("../state/types.js").ModelSummary} ModelSummary
 * @typedef {import("../state/types.js").Place} Place
 * @typedef {import("../state/types.js").ReceptiveFields} ReceptiveFields
 * @typedef {import("../state/types.js").Sample} Sample
 * @typedef {import("../state/types.js").Tensor} Tensor
 * @typedef {import("../state/types.js").StrongestPath} StrongestPath
 * @typedef {import("../state/types.js").Weights} Weights
 */

/** @returns {Promise<{ default: string, models: ModelSummary[] }>} */
export function fetchModels() {
  return fetchJson("models");
}

/**
 * @param {string} id
 * @returns {Promise<Model>}
 */
export function fetchModel(id) {
  return fetchJson(modelPath(id));
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
export async function fetchInputImage(id) {
  const response = await request(`${analysisPath(id)}/input`);
  return createImageBitmap(await response.blob());
}

/**
 * A picture of this site, a sample t.
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
 * @param {import("../state/types.js").Layer} layer
 * @param {number[] | null} channels
 * @param {AbortSignal} signal
 * @returns {Promise<Tensor>}
 */
export async function fetchTensor(analysis, layer, channels, signal) {
  const query = { format: "npy", ...(channels && { channels: channels.join(",") }) };
  const response = await request(layerPath(analysisPath(analysis), layer.name, "", query), signal);
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
  return fetchJson(layerPath(analysisPath(analysis), layer, "/explain", placeQuery(place)), signal);
}

/**
 * The strongest path from a number back to the input.
 *
 * @param {string} analysis
 * @param {string} layer
 * @param {Place} place
 * @param {AbortSignal} [signal]
 * @returns {Promise<StrongestPath>}
 */
export function fetchStrongestPath(analysis, layer, place, signal) {
  return fetchJson(layerPath(analysisPath(analysis), layer, "/strongest-path", placeQuery(place)), signal);
}

/**
 * How strongly each pixel of the input can move a number.
 *
 * @param {string} analysis
 * @param {string} layer
 * @param {Place} place
 * @param {AbortSignal} [signal]
 * @returns {Promise<EffectiveField>}
 */
export function fetchEffectiveField(analysis, layer, place, signal) {
  return fetchJson(layerPath(analysisPath(analysis), layer, "/effective-receptive-field", placeQuery(place)), signal);
}

/**
 * What each row and each column of a layer's maps sees of the input.
 *
 * @param {string} model
 * @param {string} layer
 * @returns {Promise<ReceptiveFields>}
 */
export function fetchReceptiveFields(model, layer) {
  return fetchJson(layerPath(modelPath(model), layer, "/receptive-fields", {}));
}

/**
 * A layer's weights; those of all filters, or of some.
 *
 * @param {string} model
 * @param {string} layer
 * @param {number[] | null} filters
 * @param {AbortSignal} [signal]
 * @returns {Promise<Weights>}
 */
export function fetchWeights(model, layer, filters, signal) {
  /** @type {Record<string, string>} */
  const query = filters ? { filters: filters.join(",") } : {};
  return fetchJson(layerPath(modelPath(model), layer, "/weights", query), signal);
}

/**
 * The same photo with something changed in it or in the network.
 *
 * @param {string} analysis the original
 * @param {Changes} changes
 * @param {AbortSignal} [signal]
 * @returns {Promise<Analysis>}
 */
export function postVariant(analysis, changes, signal) {
  return postJson(`${analysisPath(analysis)}/variants`, changes, signal);
}

/**
 * How far apart two analyses are, layer by layer.
 *
 * @param {string} of
 * @param {string} to
 * @param {AbortSignal} [signal]
 * @returns {Promise<Difference>}
 */
export function fetchDifference(of, to, signal) {
  return fetchJson(`${analysisPath(of)}/difference?to=${encodeURIComponent(to)}`, signal);
}

/**
 * Which pixels speak for a class. Slow methods tell how far they are; aborting stops them on the
 * server, too.
 *
 * @param {string} analysis
 * @param {Record<string, unknown>} options the method, the target and its options
 * @param {AbortSignal} signal
 * @param {(done: number, total: number) => void} onProgress
 * @returns {Promise<Attribution>}
 */
export async function postAttribution(analysis, options, signal, onProgress) {
  const response = await post(`${analysisPath(analysis)}/attributions`, options, "text/event-stream", signal);
  for await (const { event, data } of readEvents(response)) {
    if (event === "progress") onProgress(data.done, data.total);
    else if (event === "problem") throw new ProblemError(data);
    else return data;
  }
  throw new ProblemError(NO_ANSWER); // the connection ended before the result
}

/**
 * Send a photo.
 *
 * @param {Blob} photo
 * @param {string} model
 * @param {AbortSignal} signal
 * @param {(sent: number, total: number) => void} onProgress
 * @param {number[] | null} [crop] left, top, right, bottom in its pixels; without it, the middle
 * @returns {Promise<Analysis>}
 */
export function postPhoto(photo, model, signal, onProgress, crop = null) {
  const form = new FormData();
  form.append("image", photo, photo instanceof File ? photo.name : "photo");
  form.append("model", model);
  if (crop) form.append("crop", crop.join(","));
  return send("analyses", form, signal, onProgress);
}

/**
 * Send a model file, with what is said of it.
 *
 * @param {FormData} form
 * @param {AbortSignal} signal
 * @param {(sent: number, total: number) => void} onProgress
 * @returns {Promise<Model>}
 */
export function postModel(form, signal, onProgress) {
  return send("models", form, signal, onProgress);
}

/**
 * What a model answers to a photo that is prepared in one way or another, its own first.
 *
 * @param {string} model
 * @param {Blob} photo
 * @param {number[] | null} crop
 * @param {AbortSignal} signal
 * @returns {Promise<{ options: import("../state/types.js").PreprocessTrial[] }>}
 */
export function comparePreprocessing(model, photo, crop, signal) {
  const form = new FormData();
  form.append("image", photo, "photo");
  if (crop) form.append("crop", crop.join(","));
  return send(`${modelPath(model)}/preprocessing`, form, signal, () => {});
}

/**
 * The same model for photos that are prepared in another way.
 *
 * @param {string} model
 * @param {string} preset
 * @returns {Promise<Model>}
 */
export function copyModel(model, preset) {
  return postJson(`${modelPath(model)}/copies?preset=${encodeURIComponent(preset)}`, {});
}

/**
 * Call an uploaded or trained model something else.
 *
 * @param {string} id
 * @param {string} name
 */
export async function renameModel(id, name) {
  const headers = { "Content-Type": "application/json" };
  await request(modelPath(id), undefined, { method: "PATCH", headers, body: JSON.stringify({ name }) });
}

/**
 * Delete an uploaded model.
 *
 * @param {string} id
 */
export async function deleteModel(id) {
  await request(modelPath(id), undefined, { method: "DELETE" });
}

/**
 * Let others look at a model.
 *
 * @param {string} id
 * @returns {Promise<{ id: string }>} by which they find it
 */
export function shareModel(id) {
  return postJson(`${modelPath(id)}/share`, {});
}

/** @param {string} id */
export async function unshareModel(id) {
  await request(`${modelPath(id)}/share`, undefined, { method: "DELETE" });
}

/**
 * Where all of an analysis can be downloaded.
 *
 * @param {string} id
 * @param {"json" | "npz"} format
 */
export function exportUrl(id, format) {
  return urlOf(`${analysisPath(id)}/export?format=${format}`);
}

/**
 * Where a layer's numbers can be downloaded.
 *
 * @param {string} analysis
 * @param {string} layer
 * @param {"json" | "npy" | "npz"} format
 */
export function layerUrl(analysis, layer, format) {
  return urlOf(layerPath(analysisPath(analysis), layer, "", { format }));
}

/** @param {string} id */
function analysisPath(id) {
  return `analyses/${encodeURIComponent(id)}`;
}

/** @param {string} id */
function modelPath(id) {
  return `models/${encodeURIComponent(id)}`;
}

/**
 * The address of a layer, or of something about it.
 *
 * @param {string} base the analysis or the model
 * @param {string} layer
 * @param {string} resource what of it, with its slash; nothing for its numbers
 * @param {Record<string, string>} query
 */
function layerPath(base, layer, resource, query) {
  const { segment, named } = layerSegment(layer);
  const all = new URLSearchParams({ ...named, ...query }).toString();
  return `${base}/layers/${segment}${resource}${all && `?${all}`}`;
}

/**
 * A layer's name as a segment of a path; or "-", and the query that says it: proxies decode paths,
 * and browsers take ".." out.
 *
 * @param {string} layer
 * @returns {{ segment: string, named: Record<string, string> }}
 */
export function layerSegment(layer) {
  const isPlain = /^[\w-][\w.-]*$/.test(layer);
  return isPlain ? { segment: layer, named: {} } : { segment: "-", named: { layer } };
}

/**
 * @param {Place} place
 * @returns {Record<string, string>}
 */
function placeQuery([first = 0, y, x]) {
  return y === undefined ? { unit: `${first}` } : { channel: `${first}`, y: `${y}`, x: `${x}` };
}
