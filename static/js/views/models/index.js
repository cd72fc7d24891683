/** The dialog for networks that people bring: a file, what it does not say of itself, and those that are here already. */

import { isAbort } from "../../api/client.js";
import { find, h } from "../../lib/dom.js";
import { bytes, large } from "../../i18n/format.js";
import { sortFiles, toldOf } from "../../state/models-controller.js";
import { say } from "../../i18n/index.js";
import { complaint } from "./error.js";
import { dataList, missingOf, withData } from "./data-files.js";
import { fieldOf, fields, readFields, toldAfter } from "./form.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").ModelSummary} ModelSummary
 * @typedef {import("../../state/types.js").Problem} Problem
 * @typedef {import("../../state/models-controller.js").Told} Told
 */

const words = say.own;

const ACCEPTED = ".onnx,.safetensors,.data,.onnx_data";

/**
 * What the dialog is about. It outlives being closed, so that a file that was refused need not be looked for again.
 *
 * @type {{ file: File | null, data: import("../../state/models-controller.js").DataFile[], told: Told | null, of: string | null, size: string | null,
 *   progress: import("../../state/models-controller.js").Progress | null, problem: Problem | null }} `data` may be here before its network is; `of` is the
 *   model whose file it is already; `size` that of its input, once it is known.
 */
const now = { file: null, data: [], told: null, of: null, size: null, progress: null, problem: null };

/** @param {App} app */
export function mountOwn(app) {
  const dialog = find("#own-dialog", HTMLDialogElement);
  for (const offer of document.querySelectorAll(".own-offer")) offer.addEventListener("click", () => openOwn(app));
  dialog.addEventListener("close", () => {
    app.own.cancel();
    now.progress = null;
  });
  app.store.watch(["models"], () => dialog.open && !now.progress && show(app));
}

/**
 * Open the dialog, with files or to choose some.
 *
 * @param {App} app
 * @param {readonly File[]} [files]
 */
export function openOwn(app, files = []) {
  const dialog = find("#own-dialog", HTMLDialogElement);
  if (now.progress) return; // what is being sent comes first; it can be cancelled
  if (files.length) take(files);
  show(app);
  if (!dialog.open) dialog.showModal();
  focusNext();
}

/** Whether somebody is about to say what a network's classes are called. */
export function isChoosing() {
  return find("#own-dialog", HTMLDialogElement).open && now.file !== null && !now.progress;
}

/** Whether a network was refused because files with its weights did not come with it. */
export function awaitsData() {
  return find("#own-dialog", HTMLDialogElement).open && missingOf(now.problem).length > 0;
}

/**
 * A text file that was dropped while the form is open: the classes' names.
 *
 * @param {App} app
 * @param {File} file
 */
export function offerLabels(app, file) {
  keep();
  if (now.told) now.told = { ...now.told, labels: "file", labelFile: file };
  show(app);
}

/**
 * Files that were dropped or chosen: a network with or without its weights, or weights for the network that is here.
 *
 * @param {readonly File[]} files
 */
function take(files) {
  const { network, data, labels } = sortFiles(files);
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
  Object.assign(now, { file, data: withData(waiting, data, null), told: toldOf(file), of: null, size: null, problem: null });
  if (now.told && labels) now.told = { ...now.told, labels: "file", labelFile: labels };
  if (!network) now.problem = { type: "not-a-network", status: 0, ...words.notANetwork };
}

/** To what is to be done next. */
function focusNext() {
  find(now.file ? "#own-look" : "#own-file", HTMLElement).focus();
}

/** Remember what the form says before it is drawn anew. */
function keep() {
  const form = document.querySelector("#own-form");
  if (form instanceof HTMLFormElement && now.told) now.told = readFields(form, now.told);
}

/** @param {App} app */
function show(app) {
  find("#own-dialog", HTMLDialogElement).replaceChildren(
    h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": say.close }, "×")),
    h("h2", { id: "own-title" }, words.title),
    ...(now.progress ? [sending(app)] : now.file && now.told ? [theForm(app, now.file, now.told)] : [h("p", {}, words.lead), ...dataOf(app), chooser(app, words.choose)]),
    ...(now.problem && !now.file ? [complaint(now.problem)] : []),
    theList(app),
  );
}

/**
 * @param {App} app
 * @param {File} file
 * @param {Told} told
 */
function theForm(app, file, told) {
  const submit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    keep();
    void look(app);
  };
  return h(
    "form",
    { id: "own-form", on: { submit, change: () => keep() } },
    h("p", { class: "own-file" }, h("b", {}, file.name), h("span", { class: "quiet" }, bytes(file.size)), chooser(app, words.another)),
    ...dataOf(app),
    now.problem && complaint(now.problem),
    awaitsData() && h("p", {}, chooser(app, words.data.add(missingOf(now.problem).length), "own-data")),
    ...fields(told, now.size, now.problem?.type === "/errors/model-input-size-needed", asked(now.problem)),
    h("p", {}, h("button", { type: "submit", class: "primary", id: "own-look" }, now.of === null ? words.look : words.lookAgain)),
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
 * @param {"own-file" | "own-data"} [id]
 */
function chooser(app, text, id = "own-file") {
  const change = (/** @type {Event & { currentTarget: HTMLInputElement }} */ { currentTarget: { files } }) => {
    if (!files?.length) return;
    take([...files]);
    show(app);
    focusNext();
  };
  return h(
    "label",
    { class: "own-choose" },
    h("input", { type: "file", id, class: "unseen", multiple: true, ...(id === "own-file" && { accept: ACCEPTED }), on: { change } }),
    h("span", {}, text),
  );
}

/** @param {App} app */
function sending(app) {
  const { text = "", fraction = null } = now.progress ?? {};
  return h(
    "div",
    { class: "progress", id: "own-progress" },
    h("p", {}, text),
    h("progress", { max: 1, value: fraction, "aria-label": text }),
    h("button", { type: "button", class: "text", id: "own-cancel", on: { click: () => app.own.cancel() } }, say.cancel),
  );
}

/**
 * Send the file. What was there before stays until the new network has looked at the photo; a refusal changes nothing.
 *
 * @param {App} app
 */
async function look(app) {
  const { file, data, told, of } = now;
  if (!file || !told) return;
  const dialog = find("#own-dialog", HTMLDialogElement);
  now.progress = { text: words.reading, fraction: null };
  now.problem = null;
  show(app);
  find("#own-cancel", HTMLButtonElement).focus();
  try {
    now.problem = await app.own.bring({ file, data, told }, of, (progress) => {
      now.progress = progress;
      const bar = document.querySelector("#own-progress");
      if (bar) update(bar, progress);
    });
    now.progress = null;
    if (!now.problem) {
      Object.assign(now, { file: null, data: [] }); // the list has it from here on
      dialog.close();
      return;
    }
    now.told = toldAfter(told, now.problem);
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
  if (missingOf(problem).length) return find("#own-data", HTMLElement);
  return fieldOf(problem?.field) ?? find("#own-look", HTMLElement);
}

/**
 * @param {Element} bar
 * @param {import("../../state/models-controller.js").Progress} progress
 */
function update(bar, { text, fraction }) {
  find("p", HTMLElement, bar).textContent = text;
  const meter = find("progress", HTMLProgressElement, bar);
  if (fraction === null) meter.removeAttribute("value");
  else meter.value = fraction;
}

/** @param {App} app */
function theList(app) {
  const own = app.store.state.models.filter((model) => model.uploaded);
  if (!own.length) return h("p", { class: "quiet" }, words.stays);
  return h(
    "section",
    { class: "own-list" },
    h("h3", {}, words.list),
    h("ul", {}, ...own.map((model) => line(app, model))),
    h("p", { class: "quiet" }, words.stays),
  );
}

/**
 * @param {App} app
 * @param {ModelSummary} model
 */
function line(app, model) {
  const { id, title, parameters, bytes: size, expires_in: left } = model;
  const isShown = app.store.state.model?.id === id;
  const button = (/** @type {string} */ text, /** @type {string} */ name, /** @type {() => void} */ click) =>
    h("button", { type: "button", class: "text", "aria-label": name, on: { click } }, text);
  const lookAt = () => {
    find("#own-dialog", HTMLDialogElement).close();
    void app.intake.changeModel(id);
  };
  return h(
    "li",
    { data: { model: id } },
    h("b", {}, title),
    h("span", { class: "quiet" }, words.figures(large(parameters), bytes(size ?? 0), Math.round((left ?? 0) / 3600))),
    h(
      "span",
      { class: "ways-out" },
      isShown ? h("span", { class: "quiet" }, words.shown) : button(words.open, words.openNamed(title), lookAt),
      app.own.broughtAs(id) && button(words.change, words.changeNamed(title), () => changeOf(app, model)),
      button(words.remove, words.removeNamed(title), () => void removeIt(app, id)),
    ),
  );
}

/**
 * Say something else of a network that is here.
 *
 * @param {App} app
 * @param {ModelSummary} model
 */
function changeOf(app, { id, input_size: [, height, width] }) {
  const brought = app.own.broughtAs(id);
  if (!brought) return;
  Object.assign(now, { ...brought, of: id, size: `${height} × ${width}`, problem: null });
  show(app);
  find("#own-form [name=name]", HTMLInputElement).focus();
}

/**
 * @param {App} app
 * @param {string} id
 */
async function removeIt(app, id) {
  now.problem = await app.own.remove(id);
  if (now.of === id) Object.assign(now, { file: null, data: [] });
  show(app);
  focusNext();
}

/**
 * The inputs that a network was refused for: all but the photo's.
 *
 * @param {Problem | null} problem
 */
function asked(problem) {
  return (problem?.inputs ?? []).filter(({ photo }) => !photo).map(({ name }) => name);
}
