/** One column of the strip: the button that goes there, and the places for its maps. */

import { h } from "../../lib/dom.js";
import { large, shapeText } from "../../i18n/format.js";
import { fitName, shortName } from "../../network/names.js";
import { opTitle } from "../../model/layer-text.js";
import { t } from "../../i18n/index.js";
import { rem, textWidth } from "./canvas.js";

/**
 * @typedef {import("../../network/geometry.js").Column} Column
 * @typedef {import("../../network/geometry.js").Bracket} Bracket
 * @typedef {import("../../state/types.js").Layer} Layer
 *
 * @typedef {object} Drawn A column on the page.
 * @property {Column} column
 * @property {HTMLButtonElement} button
 * @property {HTMLElement[]} thumbs none before it has come into sight
 * @property {HTMLElement[]} lights
 * @property {number[]} channels
 * @property {import("../../state/types.js").Tensor | null} tensor
 */

const LEAST_NAME = 34; // narrower columns have no room for one
const LETTER = 6; // how wide one is

/**
 * @param {Column} column
 * @param {number[]} channels that it shows
 * @param {boolean} isOutput whether one of its layers is an output of the network
 * @param {(name: string) => void} go
 * @returns {Drawn}
 */
export function drawColumn(column, channels, isOutput, go) {
  const { item, layer, left, top, width, height } = column;
  const classes = ["column", item.folded && "folded", column.lane !== 0 && "beside", isOutput && "is-output"].filter(Boolean).join(" ");
  const button = h("button", {
    type: "button",
    class: classes,
    tabindex: -1,
    title: item.folded ? `${blockName(item.block)}: ${layer.name}` : layer.name,
    "aria-label": isOutput ? `${label(column)}, ${t.prediction.strip}` : label(column),
    style: { left: rem(left), top: rem(top), width: rem(width), height: rem(height) },
    data: { layer: layer.name, family: (item.folded ? mainLayer(item.layers) : layer).family },
    on: { click: () => go(layer.name) },
  });
  return { column, button, thumbs: [], lights: [], channels, tensor: null };
}

/**
 * Give a column that comes into sight its name and the places for its maps, or from far away its
 * bar.
 *
 * @param {Drawn} drawn
 * @param {boolean} far
 */
export function dressColumn(drawn, far) {
  const { column, button } = drawn;
  const { cells, item, name, width } = column;
  if (width >= LEAST_NAME) {
    const text = fitName(nameOf(item), (text) => textWidth(text) <= name.width - 2);
    button.append(h("span", { class: "column-name", style: { left: rem(name.x), top: rem(name.y), width: rem(name.width) } }, text));
  }
  if (width >= LEAST_NAME && button.classList.contains("is-output")) button.append(h("span", { class: "output-mark", "aria-hidden": "true" }, t.prediction.strip));
  if (far) {
    drawn.thumbs = cells.map((cell) => h("span", { class: "far-bar", style: place(column, cell) }));
    button.append(...drawn.thumbs);
    return;
  }
  if (item.folded && cells.length) button.append(h("span", { class: "pile", style: place(column, pileOf(cells)) }));
  drawn.lights = cells.map(() => h("span", { class: "highlight", hidden: true }));
  drawn.thumbs = cells.map((cell, i) => h("span", { class: "thumb empty", style: place(column, cell) }, drawn.lights[i]));
  button.append(...drawn.thumbs);
}

/**
 * What a block is called, and its fold.
 *
 * @param {Bracket} bracket
 * @param {(block: Bracket["block"]) => void} toggle
 */
export function drawBracket({ block, folded, layers, left, width }, toggle) {
  const name = blockName(block);
  const text = folded ? `▸ ${layers}` : `▾ ${name}`;
  return h(
    "button",
    {
      type: "button",
      class: "bracket",
      tabindex: -1,
      title: folded ? t.strip.expand(name, layers) : t.strip.collapse(name, layers),
      "aria-label": t.strip.block(name, layers),
      "aria-expanded": String(!folded),
      style: { left: rem(left + 2), width: rem(width - 4) },
      data: { block: block.id },
      on: { click: () => toggle(block) },
    },
    width > LETTER * text.length + 8 ? text : "",
  );
}

/**
 * The columns as a list; those of a block as a list in it.
 *
 * @param {Drawn[]} all
 * @param {Map<import("../../network/blocks.js").Block, HTMLElement>} folds
 */
export function listOf(all, folds) {
  /** @type {HTMLElement[]} */
  const list = [];
  /** @type {Map<import("../../network/blocks.js").Block, HTMLElement>} */
  const inside = new Map();
  for (const { column, button } of all) {
    const { block, folded } = column.item;
    const entry = h("li", {}, button);
    const known = block && inside.get(block);
    if (!block) list.push(entry);
    else if (known) known.append(entry);
    else if (folded) list.push(h("li", {}, folds.get(block), button));
    else {
      const within = h("ol", {}, entry);
      inside.set(block, within);
      list.push(h("li", {}, folds.get(block), within));
    }
  }
  return list;
}

/** @param {import("../../network/blocks.js").Block | null} block */
export function blockName(block) {
  return block ? block.name || t.strip.number(block.number) : "";
}

/** @param {Column["item"]} item */
export function nameOf({ folded, block, layer }) {
  return folded ? blockName(block) : shortName(layer, block?.name ?? "");
}

/** @param {Column} column */
function label({ item, layer }) {
  const sum = (/** @type {"parameters" | "multiply_adds"} */ figure) => item.layers.reduce((total, each) => total + each[figure], 0);
  const kind = item.folded ? t.strip.layers(item.layers.length) : opTitle(layer);
  const name = item.folded ? blockName(item.block) : layer.name;
  return t.strip.column(name, kind, shapeText(layer.shape), figure(sum("parameters")), figure(sum("multiply_adds")));
}

/** @param {number} n */
function figure(n) {
  return n > 0 ? large(n) : null;
}

/**
 * The layer that most of a block's work is done in.
 *
 * @param {Layer[]} layers
 */
function mainLayer(layers) {
  return layers.reduce((a, b) => (b.multiply_adds > a.multiply_adds ? b : a));
}

/**
 * Behind a folded block's maps, as if there were more of them below.
 *
 * @param {import("../../network/geometry.js").Cell[]} cells
 */
function pileOf(cells) {
  const [x, y] = [Math.min(...cells.map((cell) => cell.x)), Math.min(...cells.map((cell) => cell.y))];
  const right = Math.max(...cells.map((cell) => cell.x + cell.width));
  const bottom = Math.max(...cells.map((cell) => cell.y + cell.height));
  return { x: x - 4, y: y - 4, width: right - x + 8, height: bottom - y + 8 };
}

/**
 * @param {Column} column
 * @param {import("../../network/geometry.js").Cell} cell
 */
function place({ left, top }, { x, y, width, height }) {
  return { left: rem(x - left), top: rem(y - top), width: rem(width), height: rem(height) };
}
