/** Play, pause, step, begin again, and how it goes. */

import { announce, getElement, h, setAttribute } from "../../lib/dom.js";
import { count } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";
import { question } from "../../views/shared/delete-question.js";
import { problemLine } from "../../views/shared/problem-text.js";
import { lentMark } from "../../views/shared/share-link.js";
import { nameOf } from "./compare-runs.js";
import { beginsAnew, canGoOn, isChanged, isGoing, isOver } from "./runner.js";
import { steadyLabel } from "./steady-label.js";

/**
 * @typedef {import("./runner.js").Runner} Runner
 * @typedef {import("../types.js").LearnState} LearnState
 * @typedef {import("../types.js").LearnStore} LearnStore
 * @typedef {import("../types.js").Run} Run
 */

const words = t.learn.run.controls;
const SPEEDS = [1, 2, 4, 8, 16, 32, 64, null]; // batches a second; null for as many as the machine manages
const ICONS = { play: "M4.5 2.5v11l9-5.5z", pause: "M5 3v10M11 3v10" };

/** @type {Record<string, string[]>} All that may stand on a button whose label changes. */
const LABELS = {
  play: [words.play, words.pause, words.goOn, words.start, words.again],
  phase: [words.phase, ...words.phases.map(words.nextPhase)],
};

/**
 * @param {LearnStore} store
 * @param {Runner} runner
 * @param {HTMLElement} root
 */
export function mountControls(store, runner, root) {
  const play = button("play", () => void runner.toggle());
  const batch = button("batch", () => void runner.stepBatch());
  const phase = button("phase", () => void runner.stepPhase());
  const asking = h("div", { class: "reset-question" });
  const reset = button("reset", () => askToReset(store, runner, asking));
  const state = h("p", { class: "run-state" });
  const notes = h("div", { class: "run-notes" });
  const progress = h("progress", { class: "run-progress", max: 1, value: 0, "aria-label": words.title });
  const transport = getElement("#transport", HTMLElement);
  const setup = getElement("#setup-fields", HTMLFieldSetElement);
  const speed = speedSlider(store, runner);
  const offer = h("div", { class: "compare-runs-offer", id: "compare-runs-offer" });
  const lent = lentMark({ id: "lent" });
  const lentSetup = lentMark({ id: "lent-setup" }, t.sharing.lentSetup);
  setup.before(lentSetup);
  root.append(
    lent,
    speed,
    state,
    offer,
    progress,
    asking,
    notes,
  );
  // On a phone, what is above the buttons scrolls away (learn-phone.css).
  new ResizeObserver(() => root.style.setProperty("--above", `${transport.offsetTop}px`)).observe(root);
  const lab = getElement("#lab", HTMLElement);
  const show = () => {
    const { state: now } = store;
    showButtons(now, { play, batch, phase, reset });
    state.replaceChildren(...figures(now));
    const isLent = now.run?.lent ?? false;
    for (const control of [transport, speed, offer]) control.hidden = isLent;
    setup.disabled = isLent;
    setAttribute(getElement("#setup", HTMLElement), "tabindex", isLent && "0"); // its fields cannot be reached to scroll it
    lentSetup.hidden = !isLent;
    showLent(now, lent);
    setAttribute(lab, "aria-busy", now.busy?.control === "reset" && "true"); // what it shows is about to be gone
    progress.value = now.run ? now.run.step / Math.max(1, now.run.steps) : 0;
  };
  store.watch(["run", "secondRun", "config", "learned", "busy", "phase", "connected"], show);
  store.watch(["run", "config", "learned", "problem", "missed", "connected"], () => showNotes(store, notes));
  announceStatus(store);
  show();
  showNotes(store, notes);
}

/**
 * @param {Readonly<LearnState>} state
 * @param {Record<"play" | "batch" | "phase" | "reset", HTMLButtonElement>} buttons
 */
function showButtons(state, { play, batch, phase, reset }) {
  getElement("path", SVGPathElement, play).setAttribute("d", isGoing(state.run) ? ICONS.pause : ICONS.play);
  setLabel(play, playName(state));
  setLabel(phase, state.phase ? words.nextPhase(words.phases[state.phase % 4] ?? "") : words.phase);
  play.disabled = false;
  setAttribute(reset, "disabled", state.run === null);
  setAttribute(batch, "disabled", isOver(state.run)); // there is no next one, but the last can be looked at
  setAttribute(phase, "disabled", state.run?.status === "failed");
  for (const button of [play, batch, phase, reset]) setAttribute(button, "aria-busy", state.busy?.control === button.id && "true");
}

/**
 * Whose the runs are, where one is somebody else's.
 *
 * @param {Readonly<LearnState>} state
 * @param {HTMLElement} mark
 */
function showLent({ run, secondRun }, mark) {
  const text = run?.lent ? t.sharing.lentRun : secondRun?.lent ? t.sharing.lentSecond(nameOf(secondRun)) : "";
  mark.hidden = !text;
  const said = getElement("span", HTMLElement, mark);
  if (said.dataset.text === text) return; // a run tells something ten times a second
  said.dataset.text = text;
  said.replaceChildren(text, ...(run?.lent ? [" ", h("a", { href: "learn" }, t.sharing.ownRun)] : []));
}

/**
 * Reset, once it is sure that what has been learned may go. Where settings have changed, another
 * run begins and nothing goes.
 *
 * @param {LearnStore} store
 * @param {Runner} runner
 * @param {HTMLElement} asking where to ask
 */
function askToReset(store, runner, asking) {
  const { run } = store.state;
  if (!run?.step || isChanged(store.state)) return void runner.reset();
  const keep = () => {
    asking.replaceChildren();
    getElement("#reset", HTMLElement).focus();
  };
  const go = () => {
    keep();
    void runner.reset();
  };
  asking.replaceChildren(question(words.sure, { text: words.reset, go }, keep));
  getElement(".keep", HTMLElement, asking).focus();
}

/** @param {Readonly<LearnState>} state */
function playName(state) {
  if (isGoing(state.run)) return words.pause;
  if (state.run && !canGoOn(state.run)) return words.again;
  if (state.run && beginsAnew(state)) return words.start;
  return state.run?.step ? words.goOn : words.play;
}

/**
 * How far it is and how fast it goes, in words.
 *
 * @param {Readonly<LearnState>} state
 */
function figures({ run, busy, connected }) {
  if (!run) return busy ? [h("span", {}, busy.text)] : words.idle.map((line) => h("span", {}, line));
  const { status, epoch, epochs, step, steps, images_per_second: pace, seconds_left: left } = run;
  const at = steps ? words.epoch(count(Math.min(epoch, epochs)), count(epochs)) : "";
  const parts = steps ? [words.step(count(step), count(steps))] : [];
  if (status === "running" && pace) parts.push(words.pace(count(pace)));
  if (status === "running" && left !== null) parts.push(words.left(time(left)));
  const name = connected ? (busy?.text ?? words.status[status]) : words.reconnecting;
  return [h("span", {}, h("b", { data: { status: connected ? status : "lost" } }, name), at && ` · ${at}`), h("span", {}, parts.join(" · "))];
}

/** @param {number} seconds */
function time(seconds) {
  const whole = Math.ceil(seconds);
  return whole < 60 ? words.seconds(count(whole)) : words.minutes(count(Math.floor(whole / 60)), count(whole % 60));
}

/**
 * What went wrong, what was lost, what has changed.
 *
 * @param {LearnStore} store
 * @param {HTMLElement} notes
 */
function showNotes(store, notes) {
  const { state } = store;
  const { run, problem, missed, connected } = state;
  /** @type {[string, string, string?, (() => void)?][]} */
  const said = [];
  if (problem) said.push(["problem", problemLine(problem), words.dismiss, () => store.set({ problem: null })]);
  if (missed) said.push(["problem", problemLine(missed), t.problems.again, () => store.set({ missed: null })]);
  if (run?.status === "failed") said.push(["problem", `${words.failed}. ${run.problem ?? ""}${run.resumable ? ` ${words.resumable}` : ""}`]);
  if (connected && run?.recovered) said.push(["recovered", recovery(run.recovered)]);
  if (run && canGoOn(run) && beginsAnew(state)) said.push(["changed", words.changed]);
  const key = JSON.stringify(said.map(([kind, text]) => [kind, text]));
  if (notes.dataset.said === key) return; // a figure that changed is no reason to read the notes out again
  notes.dataset.said = key;
  notes.replaceChildren(
    ...said.map(([kind, text, way, go]) =>
      h(
        "p",
        { class: `run-note ${kind}`, role: kind === "problem" ? "alert" : "status" },
        h("span", {}, text),
        go && h("button", { type: "button", class: "text", on: { click: go } }, way),
      ),
    ),
  );
}

/** @param {NonNullable<Run["recovered"]>} recovered */
function recovery({ step_before: before, step_after: after }) {
  const lost = before - after;
  return lost > 0 ? words.recovered(words.lostBatches(lost), count(after)) : words.nothingLost(count(after));
}

/**
 * What the run does now is said politely, once a change.
 *
 * @param {LearnStore} store
 */
function announceStatus(store) {
  let said = "";
  store.watch(["run", "connected"], ({ run, connected }) => {
    const text = connected ? (run ? words.status[run.status] : "") : words.reconnecting;
    if (text && text !== said) announce(run?.steps ? `${text}, ${words.step(count(run.step), count(run.steps))}` : text);
    said = text;
  });
}

/**
 * @param {LearnStore} store
 * @param {Runner} runner
 */
function speedSlider(store, runner) {
  const output = h("output", { class: "muted", for: "speed" });
  const slider = h("input", { id: "speed", type: "range", min: 0, max: SPEEDS.length - 1, step: 1 });
  const name = (/** @type {number | null} */ speed) => (speed === null ? words.full : words.batches(speed));
  const show = () => {
    const { speed } = store.state;
    const at = SPEEDS.findIndex((one) => one === null || (speed !== null && one >= speed));
    slider.value = String(at);
    output.textContent = name(speed);
    slider.setAttribute("aria-valuetext", name(speed));
  };
  slider.addEventListener("input", () => {
    output.textContent = name(SPEEDS[Number(slider.value)] ?? null);
  });
  slider.addEventListener("change", () => void runner.setSpeed(SPEEDS[Number(slider.value)] ?? null));
  store.watch(["speed"], show);
  show();
  return h("div", { class: "speed" }, h("label", { for: "speed" }, words.speed), slider, output);
}

/**
 * A button of the template, which works from now on.
 *
 * @param {"play" | "batch" | "phase" | "reset"} id
 * @param {() => void} click
 */
function button(id, click) {
  const made = getElement(`#${id}`, HTMLButtonElement);
  getElement("span", HTMLElement, made).replaceWith(steadyLabel(words[id], LABELS[id] ?? []));
  made.addEventListener("click", click);
  return made;
}

/**
 * @param {HTMLButtonElement} button
 * @param {string} name
 */
function setLabel(button, name) {
  const label = getElement(".steady span", HTMLElement, button);
  if (label.textContent !== name) label.textContent = name;
}
