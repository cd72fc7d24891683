/**
 * The API reference: Swagger UI over the server's own OpenAPI document, with the document's
 * examples in curl and Python above the answers.
 */

import { getElement } from "../lib/dom.js";
import { Store } from "../lib/store.js";
import { mountTheme } from "../lib/theme.js";
import { t } from "../i18n/index.js";
import { openGlossary } from "../views/shared/glossary.js";
import { mountMenu } from "../views/shared/menu.js";

/**
 * What of Swagger UI is used here. Its package has no types.
 * @typedef {(props: any) => unknown} Component
 * @typedef {{ React: { createElement: (type: unknown, props: unknown, ...children: unknown[]) =>
 *   unknown, useState: <T>(initial: T) => [T, (next: T) => void] } }} System
 * @typedef {{ source: string, label: string }} CodeSample
 */

const { openapi = "", exampleHost = "" } = document.body.dataset;

/**
 * This server's address, with the prefix under which a proxy may offer it. In examples it takes the
 * place of theirs.
 */
const base = new URL(".", document.baseURI).href.replace(/\/$/, "");

/** The row of an error to which the address leads; a call's address begins with a slash. */
const errorId = /^#([^/].*)$/.exec(location.hash)?.[1] ?? "";

/**
 * Shows an operation's examples above its answers.
 * @param {System} system
 */
function codeSamples({ React }) {
  const h = React.createElement;

  /** @param {{ samples: CodeSample[] }} props */
  function Examples({ samples }) {
    const [chosen, choose] = React.useState(0);
    const [isCopied, setCopied] = React.useState(false);
    const source = samples[chosen]?.source.replaceAll(exampleHost, base) ?? "";
    const tabs = samples.map(({ label }, i) =>
      h("button", { key: label, type: "button", "aria-pressed": i === chosen, onClick: () => show(i) }, label),
    );
    /** @param {number} i */
    function show(i) {
      choose(i);
      setCopied(false);
    }
    async function copy() {
      await navigator.clipboard.writeText(source);
      setCopied(true);
    }
    const button = h("button", { type: "button", onClick: copy }, isCopied ? "Copied" : "Copy");
    return h(
      "div",
      { className: "code-samples" },
      h("div", { className: "code-samples-bar" }, h("h4", {}, "Example"), ...tabs, button),
      h("pre", { tabIndex: 0 }, h("code", {}, source)),
    );
  }

  /** @param {Component} Responses */
  const withExamples = (Responses) => (/** @type {any} */ props) => {
    const { path, method, specSelectors } = props;
    const samples = specSelectors.specJson().getIn(["paths", path, method, "x-codeSamples"]);
    return h(
      "div",
      {},
      samples && h(Examples, { samples: samples.toJS() }),
      h(Responses, props),
    );
  };
  return { wrapComponents: { responses: withExamples } };
}

/**
 * The page has a heading and one server of its own. An operation's heading is one button: a link
 * inside it could not be reached by keyboard or screen reader.
 * @param {System} system
 */
function plainParts({ React }) {
  const Nothing = () => null;
  /** @param {{ text: string }} props */
  const DeepLink = ({ text }) => React.createElement("span", {}, text);
  return { components: { DeepLink, InfoContainer: Nothing, ServersContainer: Nothing } };
}

/**
 * Swagger UI leaves some of its controls without a name, and texts that scroll out of the
 * keyboard's reach.
 */
const NAMES = {
  "textarea.body-param__text": "Request body",
  ".examples-select-element": "Example",
  ".content-type": "Media type",
  ".parameters select": "Value",
  "input[type=file]": "File",
};

/** @param {Element} reference */
function nameControls(reference) {
  for (const [selector, name] of Object.entries(NAMES)) {
    for (const control of reference.querySelectorAll(selector)) {
      if (!control.hasAttribute("aria-label")) control.setAttribute("aria-label", name);
    }
  }
  // A table that calls itself a region is a landmark without a name of its own.
  for (const table of reference.querySelectorAll("table[role]")) table.removeAttribute("role");
  for (const text of reference.querySelectorAll("pre:not([tabindex])")) text.setAttribute("tabindex", "0");
}

/**
 * Swagger UI fills a text field of a form with the word "string"; one that may be left out begins
 * empty.
 *
 * @param {any} document
 */
function leaveOptionalFieldsEmpty(document) {
  for (const path of Object.values(document.paths)) {
    for (const { requestBody } of Object.values(path)) {
      const form = requestBody?.content?.["multipart/form-data"]?.schema;
      for (const field of Object.values(form?.properties ?? {})) {
        if (field.type === "string" && !field.format) field.default ??= "";
      }
    }
  }
  return document;
}

/** The header that all pages have. Swagger UI knows its dark colours by a class. */
function mountHeader() {
  mountMenu();
  const { classList, dataset } = document.documentElement;
  const store = new Store({ theme: /** @type {"light" | "dark"} */ (dataset.theme === "dark" ? "dark" : "light") });
  mountTheme(store);
  const showTheme = () => classList.toggle("dark-mode", store.state.theme === "dark");
  store.watch(["theme"], showTheme);
  showTheme();
  getElement("#help", HTMLElement).addEventListener("click", () => void openGlossary());
}

/** The row of an error moves down when the calls appear above it. */
function goToError() {
  document.getElementById(errorId)?.scrollIntoView();
}

/** A file that is dropped by mistake must not take the place of the page. */
function refuseDrops() {
  addEventListener("dragover", (event) => {
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "none";
  });
  addEventListener("drop", (event) => event.preventDefault());
}

async function main() {
  refuseDrops();
  mountHeader();
  const reference = getElement("#reference", HTMLElement);
  new MutationObserver(() => nameControls(reference)).observe(reference, { childList: true, subtree: true });
  try {
    const answer = await fetch(openapi);
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    /** @type {any} */ (window).SwaggerUIBundle({
      spec: { ...leaveOptionalFieldsEmpty(await answer.json()), servers: [{ url: base }] },
      domNode: reference,
      deepLinking: !errorId, // it would take the id for the name of a call
      defaultModelsExpandDepth: 0,
      displayRequestDuration: true,
      plugins: [codeSamples, plainParts],
      syntaxHighlight: false, // its colours are too pale to read
      tryItOutEnabled: true,
      validatorUrl: null, // the default sends the document to another host
      onComplete: goToError,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    getElement("#status", HTMLElement).textContent = t.apiReference.unread(String(reason));
  }
}

main();
