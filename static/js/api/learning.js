/** What the page of learning asks the server. All of it goes through the one door, client.js. */

import { layerSegment } from "./client.js";
import { API, fetchJson, postJson, request, send } from "./http.js";
import { parseNpy } from "./npy.js";

/**
 * @typedef {import("../learn/types.js").Evaluation} Evaluation
 * @typedef {import("../learn/types.js").StepTrace} StepTrace
 * @typedef {import("../learn/types.js").LayerSpec} LayerSpec
 * @typedef {import("../learn/types.js").PictureSet} PictureSet
 * @typedef {import("../learn/types.js").Plan} Plan
 * @typedef {import("../learn/types.js").Run} Run
 * @typedef {import("./wire.js").DatasetList} DatasetList
 * @typedef {import("./wire.js").TrainingRequest} TrainingRequest
 * @typedef {import("./wire.js").TrainingStepRequest} TrainingStepRequest
 */

/** @returns {Promise<DatasetList>} what there is to learn from, and what to begin with */
export function fetchOffer() {
  return fetchJson("datasets");
}

/**
 * @param {string} id
 * @returns {Promise<PictureSet>}
 */
export function fetchDataset(id) {
  return fetchJson(`datasets/${encodeURIComponent(id)}`);
}

/**
 * Bring pictures of one's own: a folder a class, in a ZIP.
 *
 * @param {string} name
 * @param {Blob} zip
 * @param {AbortSignal} signal
 * @param {(sent: number, total: number) => void} onProgress
 * @returns {Promise<PictureSet>}
 */
export function postDataset(name, zip, signal, onProgress) {
  const body = zip.slice(0, zip.size, "application/zip"); // systems have several names for the kind of file
  return send(`datasets?name=${encodeURIComponent(name)}`, body, signal, onProgress);
}

/** @param {string} id */
export function deleteDataset(id) {
  return request(datasetPath(id), undefined, { method: "DELETE" });
}

/**
 * Delete a training with its networks.
 *
 * @param {string} id
 */
export function deleteTraining(id) {
  return request(trainingPath(id), undefined, { method: "DELETE" });
}

/**
 * Let others look at a training.
 *
 * @param {string} id
 * @returns {Promise<{ id: string }>} by which they find it
 */
export function shareTraining(id) {
  return postJson(`${trainingPath(id)}/share`, {});
}

/** @param {string} id */
export function unshareTraining(id) {
  return request(`${trainingPath(id)}/share`, undefined, { method: "DELETE" });
}

/**
 * Where a few pictures of every class are to be seen at once, a row a class.
 *
 * @param {string} id
 * @param {number} perClass
 */
export function sheetUrl(id, perClass) {
  return `${API}${sheetPath(id, perClass)}`;
}

/**
 * The same picture, asked for with patience.
 *
 * @param {string} id
 * @param {number} perClass
 */
export async function fetchSheet(id, perClass) {
  return (await request(sheetPath(id, perClass))).blob();
}

/**
 * Where one picture of a set is.
 *
 * @param {string} id
 * @param {number} picture
 */
export function pictureUrl(id, picture) {
  return `${API}${datasetPath(id)}/pictures/${picture}`;
}

/**
 * One picture of a set, as a file.
 *
 * @param {string} id
 * @param {number} picture
 * @param {AbortSignal} [signal]
 */
export async function fetchPicture(id, picture, signal) {
  return (await request(`${datasetPath(id)}/pictures/${picture}`, signal)).blob();
}

/**
 * The shapes and counts of a network before it is built.
 *
 * @param {{ dataset: string, layers: LayerSpec[] }} sketch
 * @param {AbortSignal} [signal]
 * @returns {Promise<Plan>}
 */
export function postPlan(sketch, signal) {
  return postJson("trainings/plan", sketch, signal, true);
}

/**
 * @param {TrainingRequest} config
 * @returns {Promise<Run>}
 */
export function postTraining(config) {
  return postJson("trainings", config);
}

/**
 * @param {string} id
 * @param {AbortSignal} [signal]
 * @returns {Promise<Run>}
 */
export function fetchTraining(id, signal) {
  return fetchJson(trainingPath(id), signal);
}

/** @returns {Promise<import("./wire.js").TrainingList>} all trainings, the newest first */
export function fetchTrainings() {
  return fetchJson("trainings");
}

/**
 * Tell a training to do something.
 *
 * @param {string} id
 * @param {"pause" | "resume" | "stop" | "advance" | "reset"} command
 * @param {Record<string, number | null>} [options]
 * @returns {Promise<Run>}
 */
export function command(id, command, options = {}) {
  return postJson(`${trainingPath(id)}/${command}`, options);
}

/**
 * Where a training tells what happens.
 *
 * @param {string} id
 * @param {number} after the last step that is known
 */
export function eventsUrl(id, after) {
  return `${API}${trainingPath(id)}/events?last_event_id=${after}`;
}

/**
 * How the newest network reads the pictures that it never learned from.
 *
 * @param {string} id
 * @param {AbortSignal} [signal]
 * @returns {Promise<Evaluation>}
 */
export function fetchEvaluation(id, signal) {
  return fetchJson(`${trainingPath(id)}/evaluation`, signal);
}

/**
 * Where the trained network can be downloaded.
 *
 * @param {string} id
 * @param {"safetensors" | "onnx"} format
 */
export function modelUrl(id, format) {
  return `${API}${trainingPath(id)}/model?format=${format}`;
}

/**
 * One step of a training, number by number.
 *
 * @param {string} id
 * @param {number | null} number the step; null for the one about to be taken
 * @param {number} picture its place in the batch
 * @param {AbortSignal} [signal]
 * @returns {Promise<StepTrace>}
 */
export function fetchStep(id, number, picture, signal) {
  const which = number === null ? "" : `&step=${number}`;
  return fetchJson(`${trainingPath(id)}/next-step?picture=${picture}${which}`, signal);
}

/**
 * One step on a photo that was analysed, not kept in the model.
 *
 * @param {string} analysis
 * @param {TrainingStepRequest} config
 * @param {AbortSignal} [signal]
 * @returns {Promise<StepTrace>}
 */
export function postPhotoStep(analysis, config, signal) {
  return postJson(`analyses/${encodeURIComponent(analysis)}/training-step`, config, signal);
}

/**
 * The same step, seen from another picture of the batch.
 *
 * @param {string} stepTrace
 * @param {number} picture
 * @param {AbortSignal} [signal]
 * @returns {Promise<StepTrace>}
 */
export function fetchStepTrace(stepTrace, picture, signal) {
  return fetchJson(`steps/${encodeURIComponent(stepTrace)}?picture=${picture}`, signal);
}

/**
 * What else a step tells, as JSON: `explain/…`, `gradient/…`, `activation-gradient/…`, `update/…`.
 *
 * @param {string} stepTrace
 * @param {string[]} path what, of which layer, and of which of its parameters
 * @param {Record<string, string | number>} query
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export function fetchStepDetail(stepTrace, path, query, signal) {
  return fetchJson(stepPath(stepTrace, path, query), signal);
}

/**
 * The raw numbers of a layer (`values`) or of its weights (`parameters`) in a step.
 *
 * @param {string} stepTrace
 * @param {string[]} path
 * @param {Record<string, string | number>} query
 * @param {AbortSignal} [signal]
 */
export async function fetchStepValues(stepTrace, path, query, signal) {
  const response = await request(stepPath(stepTrace, path, { ...query, format: "npy" }), signal);
  return parseNpy(await response.arrayBuffer());
}

/**
 * @param {string} stepTrace
 * @param {string[]} path
 * @param {Record<string, string | number>} query
 */
function stepPath(stepTrace, path, query) {
  const [resource = "", layer = "", ...parameter] = path;
  const { segment, named } = layerSegment(layer);
  const parts = ["steps", stepTrace, resource, segment, ...parameter].map(encodeURIComponent).join("/");
  const all = Object.entries({ ...named, ...query });
  return `${parts}?${new URLSearchParams(all.map(([name, value]) => [name, String(value)]))}`;
}

/**
 * @param {string} id
 * @param {number} perClass
 */
function sheetPath(id, perClass) {
  return `${datasetPath(id)}/sheet?per_class=${perClass}`;
}

/** @param {string} id */
function datasetPath(id) {
  return `datasets/${encodeURIComponent(id)}`;
}

/** @param {string} id */
function trainingPath(id) {
  return `trainings/${encodeURIComponent(id)}`;
}
