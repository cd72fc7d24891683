/** Names as model files have them, in the few letters that a column has room for. */

/** @typedef {import("../state/types.js").Layer} Layer */

/**
 * The parts of a name, from the outermost: layer1 · 0 · conv1, however it is written:
 * `layer1.0.conv1`, or `/layer1/layer1.0/conv1/Conv_output_0`, where each part says again what it
 * is in.
 *
 * @param {string} name
 * @returns {string[]}
 */
export function pathOf(name) {
  /** @type {string[]} */
  const parts = [];
  let outer = "";
  for (const part of name.replace(/_output_\d+$/, "").split("/").filter(Boolean)) {
    const rest = outer && part.startsWith(`${outer}.`) ? part.slice(outer.length + 1) : part;
    parts.push(...rest.split(".").filter(Boolean));
    outer = part;
  }
  return parts;
}

/**
 * What the names of some layers have in common, as in `layer1.0`; "" if that is nothing.
 *
 * @param {Layer[]} layers
 */
export function commonPath(layers) {
  const [first = [], ...others] = layers.map(bestPath);
  const differs = first.findIndex((part, i) => others.some((other) => other[i] !== part));
  const length = Math.min(differs < 0 ? first.length : differs, ...others.map((other) => other.length - 1));
  return first.slice(0, Math.max(0, length)).join(".");
}

/**
 * A layer's name without that of the block that it is in, and without what exporters add.
 *
 * @param {Layer} layer
 * @param {string} block
 */
export function shortName(layer, block) {
  const { name } = layer;
  const path = bestPath(layer);
  const inside = block === "" ? [] : block.split(".");
  const isInside = inside.length > 0 && inside.every((part, i) => path[i] === part);
  if (!isInside && !name.startsWith("/") && !/^\d+$/.test(name)) return name;
  const rest = path.slice(isInside ? inside.length : 0);
  if (name.startsWith("/") && rest.length > 1) rest.pop(); // the op's own name, which exporters put last
  return rest.slice(isInside ? 0 : -2).join(".") || name;
}

/**
 * A name in the room that there is: without its outer parts, or else without its middle, since what
 * tells layers apart is mostly the end of their names.
 *
 * @param {string} name
 * @param {(text: string) => boolean} fits
 */
export function fitName(name, fits) {
  if (fits(name)) return name;
  for (let rest = innerOf(name); rest.length >= 3; rest = innerOf(rest)) {
    if (fits(`…${rest}`)) return `…${rest}`;
  }
  for (let letters = name.length - 2; letters >= 2; letters--) {
    const head = Math.floor(letters / 2);
    const text = `${name.slice(0, head)}…${name.slice(name.length - letters + head)}`;
    if (fits(text)) return text;
  }
  return name;
}

/**
 * A name without the outermost of its parts; "" if it has but one.
 *
 * @param {string} name
 */
function innerOf(name) {
  return /^[^./_]*[./_]+(.+)$/.exec(name)?.[1] ?? "";
}

/**
 * A file's own name of the step, where the value's is only a number.
 *
 * @param {Layer} layer
 */
function bestPath({ name, label }) {
  return pathOf(/^\d+$/.test(name) && label ? label : name);
}
