/**
 * Small helpers around the DOM. Text only ever enters as text nodes: names in a model file are
 * hostile input.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @typedef {{ class?: string, on?: Record<string, (event: any) => void>, style?: Record<string,
 *   string>, data?: Record<string, string>, [attribute: string]: unknown }} Props
 * @typedef {Node | string | null | undefined | false} Child
 */

/**
 * Make an element. Attributes that are false, null or undefined are left out, true ones are set
 * without a value.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props = {}, ...children) {
  return applyProps(document.createElement(tag), props, children);
}

/**
 * Make an SVG element.
 *
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Props} [props]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function svg(tag, props = {}, ...children) {
  return applyProps(document.createElementNS(SVG, tag), props, children);
}

/**
 * @template {HTMLElement | SVGElement} E
 * @param {E} element
 * @param {Props} props
 * @param {Child[]} children
 * @returns {E}
 */
function applyProps(element, { on = {}, style = {}, data = {}, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  for (const [type, handler] of Object.entries(on)) element.addEventListener(type, handler);
  for (const [name, value] of Object.entries(style)) element.style.setProperty(name, value);
  for (const [name, value] of Object.entries(data)) element.dataset[name] = value;
  element.append(...children.filter(isChild));
  return element;
}

/**
 * @param {Child} child
 * @returns {child is Node | string}
 */
function isChild(child) {
  return child !== null && child !== undefined && child !== false;
}

/**
 * Set, or with false, null and undefined remove, an attribute.
 *
 * @param {Element} element
 * @param {string} name
 * @param {unknown} value
 */
export function setAttribute(element, name, value) {
  if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/**
 * The element of this selector and class; it is a mistake in the page if there is none.
 *
 * @template {Element} E
 * @param {string} selector
 * @param {new () => E} kind
 * @param {ParentNode} [root]
 * @returns {E}
 */
export function getElement(selector, kind, root = document) {
  const element = root.querySelector(selector);
  if (element instanceof kind) return element;
  throw new Error(`There is no ${kind.name} ${selector} in the page.`);
}

/**
 * Put a box over its parent, as fractions of the parent's size; null hides it.
 *
 * @param {HTMLElement} element
 * @param {{ left: number, top: number, width: number, height: number } | null} box
 */
export function placeBox(element, box) {
  element.hidden = box === null;
  if (!box) return;
  for (const side of /** @type {const} */ (["left", "top", "width", "height"])) {
    element.style[side] = `${box[side] * 100}%`;
  }
}

/** Whether the reader has fingers to point with, and nothing that could hover. */
export function isTouchScreen() {
  return matchMedia("(hover: none)").matches;
}

/** Whether the reader asked for less motion. */
export function prefersReducedMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/**
 * Say something to those who listen rather than look. Waits until things have settled, so that a
 * moving cursor is not read out pixel by pixel.
 *
 * @type {(text: string) => void}
 */
export const announce = debounce((text) => {
  getElement("#live", HTMLElement).textContent = text;
}, 350);

/**
 * The last call within `wait` milliseconds wins.
 *
 * @template {unknown[]} A
 * @param {(...values: A) => void} call
 * @param {number} wait
 * @returns {(...values: A) => void}
 */
export function debounce(call, wait) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...values), wait);
  };
}
