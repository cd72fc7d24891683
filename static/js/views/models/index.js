/**
 * The dialog of networks: a model file to upload, its import options, and the list of all networks.
 */

import { isAbort } from "../../api/http.js";
import { getElement, h } from "../../lib/dom.js";
import { bytes } from "../../i18n/format.js";
import { sortFiles, defaultOptions } from "../../state/models-controller.js";
import { t } from "../../i18n/index.js";
import { complaint } from "./error.js";
import { dataList, missingOf, withData } from "./data-files.js";
import { fieldOf, fields, readFields, toldAfter } from "./form.js";
import { NetworkList } from "./list.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").ModelSummary} ModelSummary
 * @typedef {import("../../state/types.js").Problem} Problem
 * @typedef {import("../../state/models-controller.js").ImportOptions} ImportOptions
 */

const words = t.models;

const ACCEPTED = ".onnx,.safetensors,.data,.onnx_data";

/**
 * What the dialog is about. It outlives being closed, so that a file that was refused need not be
 * looked for again.
 *
 * @type {{ file: File | null, photo: File | null, data:
 *   import("../../state/models-controller.js").DataFile[], importOptions: ImportOptions | null, of:
 *   string | null, size: string | null, progress:
 *   import("../../state/models-controller.js").Progress | null, problem: Problem | null }} `data`
 *   may be here before its network is; `of` is the model whose file it is already; `size` that of
 *   its input, once it is known.
 */
const now = { file: null, data: [], photo: null, importOptions: null, of: null, size: null, progress: null, problem: null };

/** @type {NetworkList | null} One for the page, whatever else the dialog shows. */
let list = null;

/** @param {App} app */
export function mountOwn(app) {
  list = new NetworkList(app, { change: (model) => changeOf(app, model), forget: (id) => forget(app, id) });
  const dialog = getElement("#models-dialog", HTMLDialogElement);
  for (const offer of document.querySelectorAll(".models-offer")) offer.addEventListener("click", () => openOwn(app));
  dialog.addEventListener("close", () => {
    app.modelsController.cancel();
    now.progress = null;
  });
  getElement("#networks", HTMLElement).addEventListener("click", () => {
    openOwn(app);
    getElement("#networks-search", HTMLElement).focus();
  });
}

/**
 * Open the dialog, with files or to choose some.
 *
 * @param {App} app
 * @param {readonly File[]} [files]
 */
export function openOwn(app, files = []) {
  const dialog = getElement("#models-dialog", HTMLDialogElement);
  if (now.progress) return; // what is being sent comes first; it can be cancelled
  if (files.length) take(files);
  show(app);
  if (!dialog.open) {
    list?.reset();
    dialog.showModal();
  }
  focusNext();
}

/** Whether the form that takes a file of class names is open. */
export function isChoosing() {
  return getElement("#models-dialog", HTMLDialogElement).open && now.file !== null && !now.progress;
}

/** Whether a network was refused because files with its weights did not come with it. */
export function awaitsData() {
  return getElement("#models-dialog", HTMLDialogElement).open && missingOf(now.problem).length > 0;
}

/**
 * A text file that was dropped while the form is open: the classes' names.
 *
 * @param {App} app
 * @param {File} file
 */
export function offerLabels(app, file) {
  keep();
  if (now.importOptions) now.importOptions = { ...now.importOptions, labels: "file", labelFile: file };
  show(app);
}

/**
 * Files that were dropped or chosen: a network with or without its weights, or weights for the
 * network that is here.
 *
 * @param {readonly File[]} files
 */
function take(files) {
  const { network, photo, data, labels } = sortFiles(files);
  keep();
  const given = awaitsData() ? files : data; // what is asked for may be called anything
  if (!network && given.length) {
    now.data = withData(now.data, given, now.problem);
    now.problem = now.file ? null : { type: "data-alone", status: 0, ...words.data.alone };
    return;
  }
  const file = network ?? files[0];
  if (!file) return;
  const waiting = now.file ? [] : now.data; // weights that came before their network
  Object.assign(now, { file, data: withData(waiting, data, null), photo, importOptions: defaultOptions(file), of: null, size: null, problem: null });
  if (now.importOptions && labels) now.importOptions = { ...now.importOptions, labels: "file", labelFile: labels };
  if (!network) now.problem = { type: "not-a-network", status: 0, ...words.notANetwork };
}

/** To what is to be done next. */
function focusNext() {
  getElement(now.file ? "#models-open" : "#models-file", HTMLElement).focus();
}

/** Remember what the form says before it is drawn anew. */
function keep() {
  const form = document.querySelector("#models-form");
  if (form instanceof HTMLFormElement && now.importOptions) now.importOptions = readFields(form, now.importOptions);
}

/** @param {App} app */
function show(app) {
  getElement("#models-dialog", HTMLDialogElement).replaceChildren(
    h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": t.close }, "×")),
    h("h2", { id: "models-title" }, words.networks.heading),
    h("h3", {}, words.title),
    ...(now.progress ? [sending(app)] : now.file && now.importOptions ? [theForm(app, now.file, now.importOptions)] : [h("p", {}, words.lead), ...dataOf(app), chooser(app, words.choose)]),
    ...(now.problem && !now.file ? [complaint(now.problem)] : []),
    h("p", { class: "muted" }, words.stays),
    ...(list ? [list.element] : []),
  );
}

/**
 * @param {App} app
 * @param {File} file
 * @param {ImportOptions} importOptions
 */
function theForm(app, file, importOptions) {
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    keep();
    void look(app);
  };
  return h(
    "form",
    { id: "models-form", on: { submit, change: () => keep() } },
    h("p", { class: "models-file" }, h("b", {}, file.name), h("span", { class: "muted" }, bytes(file.size)), chooser(app, words.another)),
    ...dataOf(app),
    now.photo && h("p", { class: "muted", id: "models-photo" }, words.photo(now.photo.name)),
    now.problem && complaint(now.problem),
    awaitsData() && h("p", {}, chooser(app, words.data.add(missingOf(now.problem).length), "models-data")),
    ...fields(importOptions, now.size, now.problem?.type === "/errors/model-input-size-needed", asked(now.problem)),
    h("p", {}, h("button", { type: "submit", class: "primary", id: "models-open" }, now.of === null ? words.submit : words.submitAgain)),
  );
}

/**
 * The weights that go with the network.
 *
 * @param {App} app
 */
function dataOf(app) {
  const remove = (/** @type {number} */ at) => {
    keep();
    now.data = now.data.filter((_, i) => i !== at);
    show(app);
    focusNext();
  };
  return now.data.length ? [dataList(now.data, remove)] : [];
}

/**
 * @param {App} app
 * @param {string} text
 * @param {"models-file" | "models-data"} [id]
 */
function chooser(app, text, id = "models-file") {
  const change = (/** @type {Event & { currentTarget: HTMLInputElement }} */ { currentTarget: { files } }) => {
    if (!files?.length) return;
    take([...files]);
    show(app);
    focusNext();
  };
  return h(
    "label",
    { class: "models-choose" },
    h("input", { type: "file", id, class: "visually-hidden", multiple: true, ...(id === "models-file" && { accept: ACCEPTED }), on: { change } }),
    h("span", {}, text),
  );
}

/** @param {App} app */
function sending(app) {
  const { text = "", fraction = null } = now.progress ?? {};
  return h(
    "div",
    { class: "progress", id: "models-progress" },
    h("p", {}, text),
    h("progress", { max: 1, value: fraction, "aria-label": text }),
    h("button", { type: "button", class: "text", id: "models-cancel", on: { click: () => app.modelsController.cancel() } }, t.cancel),
  );
}

/**
 * Send the file. What was there before stays until the new network has looked at the photo; a
 * refusal changes nothing.
 *
 * @param {App} app
 */
async function look(app) {
  const { file, data, importOptions, of } = now;
  if (!file || !importOptions) return;
  const dialog = getElement("#models-dialog", HTMLDialogElement);
  now.progress = { text: words.reading, fraction: null };
  now.problem = null;
  show(app);
  getElement("#models-cancel", HTMLButtonElement).focus();
  try {
    now.problem = await app.modelsController.bring({ file, data, importOptions }, of, (progress) => {
      now.progress = progress;
      const bar = document.querySelector("#models-progress");
      if (bar) update(bar, progress);
    });
    now.progress = null;
    if (!now.problem) {
      const { photo } = now;
      Object.assign(now, { file: null, data: [], photo: null }); // the list has it from here on
      dialog.close();
      if (photo) void app.photoController.analyseFile(photo);
      return;
    }
    now.importOptions = toldAfter(importOptions, now.problem);
  } catch (error) {
    if (!isAbort(error)) throw error;
  } finally {
    now.progress = null;
  }
  if (!dialog.open) return;
  show(app);
  placeOf(now.problem).focus();
}

/**
 * Where something can be done about a refusal.
 *
 * @param {Problem | null} problem
 */
function placeOf(problem) {
  if (missingOf(problem).length) return getElement("#models-data", HTMLElement);
  return fieldOf(problem?.field) ?? getElement("#models-open", HTMLElement);
}

/**
 * @param {Element} bar
 * @param {import("../../state/models-controller.js").Progress} progress
 */
function update(bar, { text, fraction }) {
  getElement("p", HTMLElement, bar).textContent = text;
  const meter = getElement("progress", HTMLProgressElement, bar);
  if (fraction === null) meter.removeAttribute("value");
  else meter.value = fraction;
}

/**
 * Say something else of a network that is here.
 *
 * @param {App} app
 * @param {ModelSummary} model
 */
function changeOf(app, { id, input_size: [, height, width] }) {
  const importedFile = app.modelsController.importedFileOf(id);
  if (!importedFile) return;
  Object.assign(now, { ...importedFile, photo: null, of: id, size: `${height} × ${width}`, problem: null });
  show(app);
  getElement("#models-form [name=name]", HTMLInputElement).focus();
}

/**
 * A network was deleted: the form about its file is no longer about anything.
 *
 * @param {App} app
 * @param {string} id
 */
function forget(app, id) {
  if (now.of !== id) return;
  Object.assign(now, { file: null, data: [], of: null });
  show(app);
}

/**
 * The inputs that a network was refused for: all but the photo's.
 *
 * @param {Problem | null} problem
 */
function asked(problem) {
  return (problem?.inputs ?? []).filter(({ photo }) => !photo).map(({ name }) => name);
}
