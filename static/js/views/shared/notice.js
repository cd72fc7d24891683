/** What is under way, with a way to cancel it; what went wrong, with a way out. */

import { getElement, h, setAttribute } from "../../lib/dom.js";
import { fixed } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { problemDetail, problemTitle } from "./problem-text.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Problem} Problem
 */

const PATIENCE = 700; // milliseconds before anything is said: most analyses are done by then

/** @param {App} app */
export function mountNotice(app) {
  const { store } = app;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const tick = () => {
    const { busy } = store.state;
    if (!busy) return;
    show(progress(app));
    timer = setTimeout(tick, 250);
  };
  store.watch(["busy", "problem"], ({ busy, problem }) => {
    clearTimeout(timer);
    setAttribute(document.body, "aria-busy", busy !== null && "true");
    if (problem) show(complaint(app, problem));
    else if (!busy) show(null);
    else if (performance.now() - busy.since > PATIENCE) tick();
    else timer = setTimeout(tick, PATIENCE - (performance.now() - busy.since));
  });
}

/** @param {HTMLElement | null} content */
function show(content) {
  const notice = getElement("#notice", HTMLElement);
  if (content) notice.replaceChildren(content);
  else notice.replaceChildren();
}

/**
 * @param {App} app
 * @returns {HTMLElement}
 */
function progress({ store, photoController }) {
  const { text = "", since = 0, fraction = null } = store.state.busy ?? {};
  const seconds = fixed((performance.now() - since) / 1000, 1);
  return h(
    "div",
    { class: "progress" },
    h("p", {}, t.status.seconds(text, seconds)),
    h("progress", { max: 1, value: fraction, "aria-label": text }),
    h("button", { type: "button", class: "text", on: { click: () => photoController.cancel() } }, t.cancel),
  );
}

/**
 * @param {App} app
 * @param {Problem} problem
 */
function complaint({ store, photoController }, problem) {
  const { samples: [sample], models: [usual] } = store.state;
  const isOfModel = problem.type === "/errors/unknown-model";
  const isTakenBack = problem.type === "network-taken-back";
  const isForLearning = problem.type === "to-learn-from";
  const mayPass = !isForLearning && (problem.status === 0 || problem.status >= 500 || [408, 429].includes(problem.status));
  const button = (/** @type {string} */ text, /** @type {() => void} */ click) =>
    h("button", { type: "button", class: "text", on: { click } }, text);
  return h(
    "div",
    { class: "problem", role: "alert" },
    h("h3", {}, problemTitle(problem)),
    ...problemDetail(problem),
    h(
      "p",
      { class: "ways-out" },
      mayPass && button(t.problems.again, () => photoController.retry()),
      usual && (isTakenBack || (isOfModel && store.state.analysis === null)) && button(t.problems.usual(usual.title), () => void photoController.startUsual()),
      isOfModel && button(t.models.offer, () => getElement(".models-offer", HTMLElement).click()),
      isForLearning && h("a", { href: "learn" }, t.problems.learn),
      !isOfModel && !isTakenBack && button(t.problems.another, () => getElement("#file", HTMLInputElement).click()),
      !isOfModel && !isTakenBack && sample && button(t.problems.sample, () => void photoController.analyseSample(sample)),
      button(t.problems.dismiss, () => photoController.dismiss()),
    ),
  );
}
