/** Earlier runs: a list of all that the server keeps, to be opened again or deleted. */

import { deleteTraining, fetchTrainings } from "../../api/learning.js";
import { ProblemError } from "../../api/http.js";
import { count, large, moment, percent } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { getElement, h } from "../../lib/dom.js";
import { problemLine } from "../../views/shared/problem-text.js";

/**
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../../api/wire.js").ListedTraining} Listed
 */

const words = t.learn.run.runs;

/**
 * The button that opens the list.
 *
 * @param {LearnStore} store
 */
export function runsButton(store) {
  const dialog = getElement("#runs-dialog", HTMLDialogElement);
  const body = h("div", { class: "runs", "aria-live": "polite" });
  dialog.append(
    h("form", { method: "dialog" }, h("button", { class: "icon close", "aria-label": t.close }, "×")),
    h("h2", { id: "runs-title" }, words.title),
    body,
  );
  const open = () => {
    body.replaceChildren(h("p", { class: "muted" }, words.loading));
    dialog.showModal();
    void list(store, body);
  };
  return h("button", { type: "button", class: "text", id: "runs", on: { click: open } }, words.title);
}

/**
 * @param {LearnStore} store
 * @param {HTMLElement} body
 */
async function list(store, body) {
  try {
    const { trainings } = await fetchTrainings();
    const heads = [words.name, words.begun, words.network, words.accuracy].map((title) => h("th", { scope: "col" }, title));
    const table = h(
      "table",
      { class: "figures" },
      h("thead", {}, h("tr", {}, ...heads, h("td", {}))),
      h("tbody", {}, ...trainings.map((run) => row(store, run, body))),
    );
    body.replaceChildren(trainings.length ? table : h("p", { class: "muted" }, words.none));
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    body.replaceChildren(h("p", { role: "alert" }, problemLine(error.problem)));
  }
}

/**
 * @param {LearnStore} store
 * @param {Listed} run
 * @param {HTMLElement} body
 */
function row(store, run, body) {
  const { id, name, created, parameters, last_validation_accuracy: accuracy, status, epoch, epochs } = run;
  const isShown = store.state.run?.id === id;
  const link = h("a", { href: `learn?run=${encodeURIComponent(id)}`, "aria-current": isShown && "true" }, name);
  const about = h("small", { class: "muted" }, `${t.learn.run.controls.status[status]} · ${t.learn.run.controls.epoch(count(epoch), count(epochs))}`);
  return h(
    "tr",
    { data: { run: id } },
    h("th", { scope: "row" }, link, h("br"), about),
    h("td", {}, moment(Date.parse(created) / 1000)),
    h("td", {}, words.parameters(large(parameters))),
    h("td", {}, accuracy === null ? "–" : percent(accuracy)),
    h("td", {}, isShown ? words.shown : deletion(store, run, body)),
  );
}

/**
 * A button that deletes at the second click: nothing brings a run back.
 *
 * @param {LearnStore} store
 * @param {Listed} run
 * @param {HTMLElement} body
 */
function deletion(store, { id, name }, body) {
  const click = async () => {
    if (button.dataset.sure === undefined) {
      button.dataset.sure = "";
      button.textContent = words.sure;
      return;
    }
    button.disabled = true;
    try {
      await deleteTraining(id);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      store.set({ problem: error.problem });
    }
    await list(store, body);
  };
  const button = h("button", { type: "button", class: "text", "aria-label": words.remove(name), on: { click: () => void click() } }, words.delete);
  button.addEventListener("click", () => button.setAttribute("aria-label", button.dataset.sure === undefined ? words.remove(name) : words.reallyRemove(name)));
  return button;
}
