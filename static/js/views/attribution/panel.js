/**
 * The panel of “Why this class?”: what is asked, of which class, and what came out, in words and
 * figures.
 */

import { h } from "../../lib/dom.js";
import { count, probability, words } from "../../i18n/format.js";
import { hasMaps } from "../../model/graph.js";
import { NumberCheck } from "../shared/number-check.js";
import { outputOf } from "../../model/outputs.js";
import { t } from "../../i18n/index.js";
import { curves } from "./curves.js";
import { figures } from "./key-figures.js";
import { METHODS, methodOf } from "../../model/attribution-methods.js";
import { askedOf } from "../../model/attribution-target.js";
import { blank } from "../../model/preprocess.js";
import { UnitField } from "./unit-field.js";

/**
 * @typedef {import("../../state/types.js").App} App
 * @typedef {import("../../state/types.js").Problem} Problem
 * @typedef {import("../../state/types.js").State} State
 * @typedef {import("../../state/types.js").AttributionRequest} AttributionRequest
 * @typedef {import("./loader.js").AttributionLoader} Asking
 */

export class Panel {
  #method = h("select", { id: "attribution-method" });
  #asks = h("p", { class: "sentence" });
  #blind = h("p", { class: "sentence muted" });
  #output = h("select", { id: "attribution-output" });
  #outputRow = field("attribution-output", t.attribution.output, this.#output);
  #target = h("select", { id: "attribution-target" });
  #targetRow = field("attribution-target", t.attribution.target, this.#target);
  #unit = new UnitField((target) => this.#request({ target }));
  #title = h("h2", {}, t.attribution.title);
  #from = h("select", { id: "attribution-from" });
  #fromRow = field("attribution-from", t.attribution.from, this.#from);
  #options = h("details", { class: "attribution-options" });
  #work = h("div", { class: "attribution-work" });
  #outcome = h("div", { class: "attribution-outcome" });

  /**
   * @param {App} app
   * @param {Asking} asking
   */
  constructor(app, asking) {
    this.app = app;
    this.asking = asking;
    this.#method.append(...METHODS.map(({ id }) => h("option", { value: id }, t.attribution.methods[id].title)));
    // Options belong to a method; another one begins with its own.
    this.#method.addEventListener("change", () => this.#request({ method: this.#method.value, options: {} }));
    this.#target.addEventListener("change", () => this.#request({ target: this.#target.value || null }));
    // A class of one output is none of another.
    this.#output.addEventListener("change", () =>
      app.store.set({ output: this.#output.value, attributionRequest: { ...app.store.state.attributionRequest, target: null, from: null } }),
    );
    this.#from.addEventListener("change", () => this.#request({ from: this.#from.value || null }));
    this.element = h(
      "div",
      { class: "attribution-panel" },
      this.#title,
      h("p", { class: "muted" }, t.attribution.warning),
      field("attribution-method", t.attribution.method, this.#method),
      h("div", { class: "attribution-words" }, this.#asks, this.#blind),
      this.#outputRow,
      this.#targetRow,
      this.#unit.element,
      this.#fromRow,
      this.#options,
      this.#work,
      this.#outcome,
    );
    const { store } = app;
    store.watch(["analysis", "model", "output"], (state) => this.#fill(state));
    store.watch(["attributionRequest", "analysis", "model", "output"], (state) => this.#choose(state));
    store.watch(["attribution", "attributionRequest", "theme"], (state) => this.#tell(state));
    this.#choose(store.state);
  }

  /** @param {Partial<AttributionRequest>} change */
  #request(change) {
    this.app.store.set({ attributionRequest: { ...this.app.store.state.attributionRequest, ...change } });
  }

  /**
   * The outputs, the classes of the chosen one, best first, or how many numbers it has, and the
   * layers that have maps.
   *
   * @param {Readonly<State>} state
   */
  #fill({ analysis, model, output }) {
    const found = outputOf({ analysis, model, output });
    if (!model || !found) return;
    this.#output.replaceChildren(...model.outputs.map(({ name }) => h("option", { value: name }, name)));
    this.#output.value = found.info.name;
    this.#outputRow.hidden = model.outputs.length < 2;
    const predictions = found.answer.predictions ?? [];
    const [best] = predictions;
    this.#targetRow.hidden = !best;
    this.#unit.ask(model, best ? null : found.info);
    this.#title.textContent = best ? t.attribution.title : t.attribution.titleOfValue;
    this.#target.replaceChildren(
      ...(best ? [h("option", { value: "" }, t.attribution.best(words(best.label), probability(best.score)))] : []),
      ...predictions.map(({ label, score }) => h("option", { value: label }, t.attribution.choice(words(label), probability(score)))),
    );
    const layers = model.layers.filter((layer) => hasMaps(layer) && layer.op !== "input");
    this.#from.replaceChildren(
      h("option", { value: "" }, t.attribution.usual),
      ...layers.map(({ name, shape }) => h("option", { value: name }, t.attribution.layer(name, shape[1] ?? 1, shape[2] ?? 1))),
    );
  }

  /** @param {Readonly<State>} state */
  #choose(state) {
    const attributionRequest = askedOf(state);
    const method = methodOf(attributionRequest.method);
    this.#method.value = method.id;
    this.#target.value = attributionRequest.target ?? "";
    this.#unit.show(attributionRequest.target === null ? null : Number(attributionRequest.target));
    this.#from.value = attributionRequest.from ?? "";
    this.#fromRow.hidden = !method.atLayer;
    this.#asks.textContent = t.attribution.methods[method.id].asks;
    const { blind } = t.attribution.methods[method.id];
    this.#blind.textContent = typeof blind === "string" ? blind : blind(zeroColour(state.model));
    this.#listOptions(method, attributionRequest);
  }

  /**
   * @param {import("../../model/attribution-methods.js").Method} method
   * @param {AttributionRequest} attributionRequest
   */
  #listOptions(method, attributionRequest) {
    this.#options.hidden = method.options.length === 0;
    const isSame = this.#options.dataset.method === method.id;
    this.#options.dataset.method = method.id;
    if (!isSame) {
      this.#options.replaceChildren(
        h("summary", {}, t.attribution.options),
        ...method.options.map((option) => this.#optionField(option)),
      );
    }
    for (const input of this.#options.querySelectorAll("input")) {
      const value = attributionRequest.options[input.name];
      if (document.activeElement !== input && !input.hasAttribute("aria-invalid")) input.value = value === undefined ? "" : String(value);
    }
  }

  /** @param {import("../../model/attribution-methods.js").Option} option */
  #optionField({ name, least, most, whole }) {
    const step = whole ? 1 : "any";
    const input = h("input", { id: `attribution-${name}`, name, type: "number", min: least, max: most, step, inputmode: "decimal" });
    const check = new NumberCheck(input, true);
    input.addEventListener("change", () => {
      if (check.fault) return;
      const { [name]: _, ...rest } = this.app.store.state.attributionRequest.options;
      this.#request({ options: input.value === "" ? rest : { ...rest, [name]: input.valueAsNumber } });
    });
    return field(`attribution-${name}`, t.attribution.option[name], input, check.note);
  }

  /** @param {Readonly<State>} state */
  #tell(state) {
    const { attribution, attributionRequest } = state;
    const answer = attribution?.answer ?? null;
    if (answer) this.#unit.suggest(answer.target.unit);
    this.#work.replaceChildren(...this.#workOf(attribution, methodOf(attributionRequest.method).slow));
    for (const input of this.#options.querySelectorAll("input")) {
      const used = answer?.options[input.name];
      if (used !== undefined) input.placeholder = String(used);
    }
    const test = () => void this.asking.compute(true);
    this.#outcome.replaceChildren(...(answer ? [...figures(answer, state), ...curves(answer, test)] : []));
  }

  /**
   * @param {State["attribution"]} attribution
   * @param {boolean} isSlow
   * @returns {HTMLElement[]}
   */
  #workOf(attribution, isSlow) {
    if (attribution?.progress) return [this.#progress(attribution.progress)];
    if (attribution?.problem) return [this.#complaint(attribution.problem)];
    if (attribution?.answer) {
      const { timings_ms } = attribution.answer;
      return [h("p", { class: "muted" }, t.attribution.took(count(timings_ms.total ?? 0)))];
    }
    const compute = () => void this.asking.compute();
    return [
      h("button", { type: "button", class: "primary", on: { click: compute } }, t.attribution.compute),
      ...(isSlow ? [h("p", { class: "muted" }, t.attribution.slow)] : []),
    ];
  }

  /** @param {{ done: number, total: number }} progress */
  #progress({ done, total }) {
    const text = total ? t.attribution.progress(count(done), count(total)) : t.attribution.asking;
    return h(
      "div",
      { class: "progress" },
      h("p", {}, text),
      h("progress", { max: 1, value: total ? done / total : null, "aria-label": text }),
      h("button", { type: "button", class: "text", on: { click: () => this.asking.cancel() } }, t.attribution.cancel),
    );
  }

  /** @param {Problem} problem */
  #complaint({ title, detail }) {
    const again = () => void this.asking.compute();
    const usual = () => this.#request({ target: null, from: null, options: {} });
    return h(
      "div",
      { class: "problem", role: "alert" },
      h("h3", {}, title),
      h("p", {}, detail),
      h(
        "p",
        { class: "ways-out" },
        h("button", { type: "button", class: "text", on: { click: again } }, t.attribution.again),
        h("button", { type: "button", class: "text", on: { click: usual } }, t.attribution.reset),
      ),
    );
  }
}

/**
 * The colour of which the network's input is zero, in words.
 *
 * @param {State["model"]} model
 */
function zeroColour(model) {
  const input = model?.layers.find(({ op }) => op === "input");
  if (!model || !input) return "";
  const [red = 0, green = 0, blue = 0] = blank(model.preprocess, input);
  const { black, white, grey, mixed } = t.attribution.baselines;
  if (red !== green || green !== blue) return mixed(red, green, blue);
  return red === 0 ? black : red === 255 ? white : grey(red);
}

/**
 * @param {string} id
 * @param {string} label
 * @param {...HTMLElement} control
 */
function field(id, label, ...control) {
  return h("div", { class: "field" }, h("label", { for: id }, label), ...control);
}
