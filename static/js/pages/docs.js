// The description of the API, put together from the OpenAPI document in the visitor's browser.
// Only text is ever inserted, never markup, so nothing in the document can become part of the page.

/**
 * The parts of an OpenAPI document that are shown here.
 * @typedef {{ [key: string]: any }} Schema
 * @typedef {{ schema?: Schema, example?: unknown, examples?: Record<string, { value: unknown }> }} Content
 * @typedef {{ description?: string, content?: Record<string, Content> }} Body
 * @typedef {{ name: string, in: string, required?: boolean, description?: string, schema: Schema, example?: unknown }} Parameter
 * @typedef {{
 *   summary: string, description?: string, operationId: string, tags?: string[],
 *   parameters?: Parameter[], requestBody?: Body, responses: Record<string, Body>,
 * }} Operation
 * @typedef {{
 *   info: { description?: string },
 *   paths: Record<string, Record<string, Operation>>,
 *   components: { schemas: Record<string, Schema> },
 * }} Document
 */

/**
 * An element with attributes and children; strings become text.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** @param {string} id */
function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/** @param {unknown} value */
const asJson = (value) => JSON.stringify(value, null, 2);

/** @param {string} ref */
const refName = (ref) => ref.slice(ref.lastIndexOf("/") + 1);

/**
 * A schema's type, with a link where it is a shape of its own.
 * @param {Schema} schema
 * @returns {Node}
 */
function typeOf(schema) {
  if (schema.$ref) {
    const name = refName(schema.$ref);
    return h("a", { href: `#schema-${name}` }, name);
  }
  if (schema.anyOf) {
    const parts = schema.anyOf.flatMap((/** @type {Schema} */ one, /** @type {number} */ i) =>
      i ? [" or ", typeOf(one)] : [typeOf(one)],
    );
    return h("span", {}, ...parts);
  }
  if (schema.type === "array") return h("span", {}, "list of ", typeOf(schema.items ?? {}));
  return document.createTextNode(schema.format ?? schema.type ?? "anything");
}

/**
 * A table that scrolls by itself when it is too wide, also by keyboard.
 * @param {string} name
 * @param {string[]} head
 * @param {(Node | string)[][]} rows
 */
function table(name, head, rows) {
  const header = h("tr", {}, ...head.map((text) => h("th", { scope: "col" }, text)));
  const body = rows.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, cell))));
  return h(
    "div",
    { class: "scroll", role: "region", "aria-label": name, tabindex: "0" },
    h("table", {}, h("thead", {}, header), h("tbody", {}, ...body)),
  );
}

/** @param {Operation} operation */
function parameters(operation) {
  const rows = (operation.parameters ?? [])
    .filter((p) => p.in !== "header")
    .map((p) => [
      h("code", {}, p.name),
      p.in + (p.required ? ", required" : ""),
      typeOf(p.schema),
      p.description ?? p.schema.description ?? "",
    ]);
  if (!rows.length) return [];
  const name = `Parameters of ${operation.summary}`;
  return [h("h4", {}, "Parameters"), table(name, ["name", "where", "type", "meaning"], rows)];
}

/** @param {Body} body */
function examples(body) {
  return Object.entries(body.content ?? {}).flatMap(([mediaType, content]) => {
    const named = Object.entries(content.examples ?? {}).map(([name, one]) => [name, one.value]);
    const all = named.length ? named : [["", content.example]];
    return all
      .filter(([, value]) => value !== undefined && value !== "(bytes)")
      .map(([name, value]) =>
        h(
          "details",
          {},
          h("summary", {}, [mediaType, name].filter(Boolean).join(" · ")),
          h("pre", { tabindex: "0" }, asJson(value)),
        ),
      );
  });
}

/** @param {Body} body */
function shapes(body) {
  const parts = Object.entries(body.content ?? {}).flatMap(([mediaType, content], i) => [
    i ? ", " : "",
    h("code", {}, mediaType),
    ...(content.schema?.$ref ? [" ", typeOf(content.schema)] : []),
  ]);
  return h("span", {}, ...parts);
}

/** @param {Operation} operation */
function responses(operation) {
  const rows = Object.entries(operation.responses).map(([status, body]) => [
    status,
    body.description ?? "",
    h("div", {}, shapes(body), ...examples(body)),
  ]);
  return [
    h("h4", {}, "Answers"),
    table(`Answers of ${operation.summary}`, ["status", "meaning", "what comes"], rows),
  ];
}

/**
 * A line for the shell that does this call.
 * @param {string} method
 * @param {string} path
 * @param {Operation} operation
 */
function curl(method, path, operation) {
  const given = (operation.parameters ?? []).filter((p) => exampleOf(p) !== undefined);
  const filled = given
    .filter((p) => p.in === "path")
    .reduce((text, p) => text.replace(`{${p.name}}`, String(exampleOf(p))), path);
  const query = given
    .filter((p) => p.in === "query")
    .map((p) => `${p.name}=${encodeURIComponent(String(exampleOf(p)))}`)
    .join("&");
  const upload = operation.requestBody ? "-F image=@photo.jpg " : "";
  const address = `${location.origin}${filled}${query ? `?${query}` : ""}`;
  return `curl ${method === "post" && !upload ? "-X POST " : ""}${upload}"${address}"`;
}

/** @param {Parameter} parameter */
const exampleOf = (parameter) => parameter.example ?? parameter.schema.examples?.[0];

/**
 * @param {string} method
 * @param {string} path
 * @param {Operation} operation
 */
function section(method, path, operation) {
  return h(
    "section",
    { id: operation.operationId },
    h("h3", {}, operation.summary),
    h("div", { class: "call", tabindex: "0" }, h("strong", {}, method.toUpperCase()), path),
    h("p", {}, operation.description ?? ""),
    h("pre", { tabindex: "0" }, curl(method, path, operation)),
    ...parameters(operation),
    ...responses(operation),
  );
}

/**
 * @param {string} name
 * @param {Schema} schema
 */
function shape(name, schema) {
  /** @type {[string, Schema][]} */
  const fields = Object.entries(schema.properties ?? {});
  const rows = fields.map(([field, one]) => [
    h("code", {}, field),
    typeOf(one),
    one.description ?? "",
    one.examples ? h("code", {}, JSON.stringify(one.examples[0])) : "",
  ]);
  return h(
    "section",
    { id: `schema-${name}` },
    h("h3", {}, name),
    h("p", {}, schema.description ?? ""),
    table(`Fields of ${name}`, ["field", "type", "meaning", "example"], rows),
  );
}

/** @param {Document} api */
function show(api) {
  /** @type {Map<string, [string, string, Operation][]>} */
  const groups = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? "other";
      groups.set(tag, [...(groups.get(tag) ?? []), [method, path, operation]]);
    }
  }
  for (const [tag, calls] of groups) {
    const links = calls.map(([, , o]) => h("li", {}, h("a", { href: `#${o.operationId}` }, o.summary)));
    byId("contents").append(h("h2", {}, tag), h("ul", {}, ...links));
    byId("operations").append(h("h2", {}, tag), ...calls.map((call) => section(...call)));
  }
  /** @type {[id: string, text: string][]} */
  const extra = [["schemas-title", "Shapes"], ["errors-title", "Errors"]];
  const links = extra.map(([id, text]) => h("li", {}, h("a", { href: `#${id}` }, text)));
  byId("contents").append(h("h2", {}, "more"), h("ul", {}, ...links));
  byId("schemas").append(...Object.entries(api.components.schemas).map((entry) => shape(...entry)));
  byId("description").textContent = api.info.description ?? "";
}

/** The element that the address names may only exist now. */
function goToHash() {
  document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
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
  const status = byId("status");
  try {
    const answer = await fetch(document.body.dataset.openapi ?? "");
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    show(await answer.json());
    goToHash();
  } catch (error) {
    status.textContent = `The description could not be read: ${error instanceof Error ? error.message : error}`;
  }
}

await main();
