/** The dialog for networks that people bring: a file, what it does not say of itself, and those that are here already. */

import { isAbort } from "../../api.js";
import { find, h } from "../../dom.js";
import { bytes, large } from "../../format.js";
import { isNetwork, toldOf } from "../../own.js";
import { say } from "../../words/index.js";
import { complaint } from "./complaint.js";
import { fields, readFields } from "./form.js";

/**
 * @typedef {import("../../types.js").App} App
 * @typedef {import("../../types.js").ModelSummary} ModelSummary
 * @typedef {import("../../types.js").Problem} Problem
 * @typedef {import("../../own.js").Told} Told
 */

const words = say.own;

const USUAL_SIZE = "224x224";

/**
 * What the dialog is about. It outlives being closed, so that a file that was refused need not be looked for again.
 *
 * @type {{ file: File | null, told: Told | null, of: string | null, size: string | null, progress: import("../../own.js").Progress | null,
 *   problem: Problem | null }} `of` is the model whose file it is already; `size` that of its input, once it is known.
 */
const now = { file: null, told: null, of: null, size: null, progress: null, problem: null };

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
 * Open the dialog, with a file or to choose one.
 *
 * @param {App} app
 * @param {File | null} [file]
 */
export function openOwn(app, file = null) {
  const dialog = find("#own-dialog", HTMLDialogElement);
  if (now.progress) return; // what is being sent comes first; it can be cancelled
  if (file) take(file);
  show(app);
  if (!dialog.open) dialog.showModal();
  find(now.file ? "#own-look" : "#own-file", HTMLElement).focus();
}

/** Whether somebody is about to say what a network's classes are called. */
export function isChoosing() {
  return find("#own-dialog", HTMLDialogElement).open && now.file !== null && !now.progress;
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

/** @param {File} file */
function take(file) {
  Object.assign(now, { file, told: toldOf(file), of: null, size: null, problem: null });
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
    ...(now.progress ? [sending(app)] : now.file && now.told ? [theForm(app, now.file, now.told)] : [h("p", {}, words.lead), chooser(app, words.choose)]),
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
    now.problem && complaint(now.problem),
    ...fields(told, now.size, now.problem?.type === "/errors/model-input-size-needed"),
    h("p", {}, h("button", { type: "submit", class: "primary", id: "own-look" }, now.of === null ? words.look : words.lookAgain)),
  );
}

/**
 * @param {App} app
 * @param {string} text
 */
function chooser(app, text) {
  const change = (/** @type {Event & { currentTarget: HTMLInputElement }} */ { currentTarget: { files } }) => {
    const [file] = files ?? [];
    if (!file) return;
    take(file);
    if (!isNetwork(file)) now.problem = { type: "not-a-network", status: 0, ...words.notANetwork };
    show(app);
    find("#own-look", HTMLButtonElement).focus();
  };
  return h(
    "label",
    { class: "own-choose" },
    h("input", { type: "file", id: "own-file", class: "unseen", accept: ".onnx,.safetensors", on: { change } }),
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
  const { file, told, of } = now;
  if (!file || !told) return;
  const dialog = find("#own-dialog", HTMLDialogElement);
  now.progress = { text: words.reading, fraction: null };
  now.problem = null;
  show(app);
  find("#own-cancel", HTMLButtonElement).focus();
  try {
    now.problem = await app.own.bring({ file, told }, of, (progress) => {
      now.progress = progress;
      const bar = document.querySelector("#own-progress");
      if (bar) update(bar, progress);
    });
    now.progress = null;
    if (!now.problem) {
      now.file = null; // the list has it from here on
      dialog.close();
      return;
    }
    if (now.problem.type === "/errors/model-input-size-needed" && !told.size) now.told = { ...told, size: USUAL_SIZE };
  } catch (error) {
    if (!isAbort(error)) throw error;
  } finally {
    now.progress = null;
  }
  if (!dialog.open) return;
  show(app);
  find(now.problem?.type === "/errors/model-input-size-needed" ? "#own-form [name=height]" : "#own-look", HTMLElement).focus();
}

/**
 * @param {Element} bar
 * @param {import("../../own.js").Progress} progress
 */
function update(bar, { text, fraction }) {
  find("p", HTMLElement, bar).textContent = text;
  const meter = find("progress", HTMLProgressElement, bar);
  if (fraction === null) meter.removeAttribute("value");
  else meter.value = fraction;
}

/** @param {App} app */
function theList(app) {
  const own = app.store.state.models.filter((model) => model.own);
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
  if (now.of === id) now.file = null;
  show(app);
  find(now.file ? "#own-look" : "#own-file", HTMLElement).focus();
}
