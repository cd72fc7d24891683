/**
 * How strongly each pixel can matter to the number under the cursor: its effective receptive field,
 * on demand.
 */

import { fetchEffectiveField } from "../../api/client.js";
import { isAbort, ProblemError } from "../../api/http.js";
import { announce, debounce, h } from "../../lib/dom.js";
import { number, percent } from "../../i18n/format.js";
import { t } from "../../i18n/index.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Box} Box
 * @typedef {import("../../state/types.js").EffectiveField} EffectiveField
 * @typedef {import("../../state/types.js").State} State
 * @typedef {import("../../lib/store.js").Store<State>} Store
 */

const PAUSE = 60; // milliseconds that the cursor rests before a backward pass is asked for

/**
 * @param {App} app
 * @returns {HTMLElement} the button, and the words below it
 */
export function fieldTool({ store, shortcuts }) {
  const button = h(
    "button",
    { type: "button", class: "tool", "aria-keyshortcuts": "f", on: { click: () => toggleField(store) } },
    t.effectiveReceptiveField.button,
  );
  const words = h("p", { class: "tool-words", hidden: true });
  const ask = asker(store);
  store.watch(["cursor", "layer", "analysis"], () => store.state.effectiveField && ask());
  store.watch(["effectiveField"], ({ effectiveField }) => {
    button.setAttribute("aria-pressed", String(effectiveField !== null));
    words.hidden = effectiveField === null;
    if (!effectiveField?.answer) return;
    words.textContent = inWords(effectiveField.answer);
    announce(words.textContent);
  });
  store.watch(["effectiveField"], ({ effectiveField }) => effectiveField && !effectiveField.answer && ask());
  button.setAttribute("aria-pressed", "false");
  shortcuts.register({
    f: () => {
      store.set({ tab: "layer" });
      toggleField(store);
    },
  });
  return h("div", {}, button, words);
}

/** @param {Store} store */
function toggleField(store) {
  store.set({ effectiveField: store.state.effectiveField ? null : { answer: null } });
}

/**
 * Asks for what is under the cursor by then; superseded questions are given up.
 *
 * @param {Store} store
 */
function asker(store) {
  let abort = new AbortController();
  return debounce(async () => {
    const { analysis, layer, cursor, effectiveField, live } = store.state;
    if (!analysis || !cursor || !effectiveField || live) return; // a frame becomes an analysis first
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    try {
      const answer = await fetchEffectiveField(analysis.id, layer, cursor, signal);
      if (!signal.aborted && store.state.effectiveField && store.state.analysis === analysis) store.set({ effectiveField: { answer } });
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      if (!(error instanceof ProblemError)) throw error;
      store.set({ problem: error.problem, effectiveField: null });
    }
  }, PAUSE);
}

/** @param {EffectiveField} answer */
function inWords({ map, receptive_field }) {
  const values = map.flat();
  const sum = values.reduce((total, value) => total + value, 0);
  if (!receptive_field || sum === 0) return t.effectiveReceptiveField.nothing;
  const { left, top, right, bottom } = receptive_field.input;
  const width = map[0]?.length ?? 1;
  const strongest = values.indexOf(Math.max(...values));
  return t.effectiveReceptiveField.words({
    height: bottom - top,
    width: right - left,
    middle: percent(sumWithin(map, middleOf(receptive_field.input)) / sum),
    strongest: number(values[strongest] ?? 0),
    y: Math.floor(strongest / width),
    x: strongest % width,
  });
}

/**
 * The quarter of a box's area around its middle.
 *
 * @param {Box} box
 * @returns {Box}
 */
function middleOf({ left, top, right, bottom }) {
  const [across, down] = [(right - left) / 4, (bottom - top) / 4];
  return { left: left + across, top: top + down, right: right - across, bottom: bottom - down };
}

/**
 * The sum over a box; a pixel that lies in it by a part counts by that part.
 *
 * @param {number[][]} map
 * @param {Box} box
 */
function sumWithin(map, { left, top, right, bottom }) {
  const part = (/** @type {number} */ at, /** @type {number} */ from, /** @type {number} */ to) =>
    Math.max(0, Math.min(at + 1, to) - Math.max(at, from));
  return map.reduce(
    (sum, row, y) => sum + part(y, top, bottom) * row.reduce((sum, value, x) => sum + value * part(x, left, right), 0),
    0,
  );
}
