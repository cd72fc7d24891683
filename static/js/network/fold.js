/** What the strip shows as one column: a layer, or a block folded into one. */

/**
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("./blocks.js").Block} Block
 *
 * @typedef {object} Item
 * @property {Layer} layer the one that is shown; of a folded block, its last
 * @property {Layer[]} layers all that it stands for
 * @property {Block | null} block that it is in, or that it is
 * @property {boolean} folded
 * @property {number[]} inputs the items that it reads, as often as it does
 */

/**
 * @param {Layer[]} layers in order of computation
 * @param {Block[]} blocks
 * @param {(block: Block) => boolean} isOpen
 * @returns {Item[]} in order of computation
 */
export function itemsOf(layers, blocks, isOpen) {
  /** @type {Item[]} */
  const items = [];
  /** @type {Map<string, number>} */
  const shownIn = new Map();
  const add = (/** @type {number} */ start, /** @type {number} */ end, /** @type {Block | null} */ block) => {
    const all = layers.slice(start, end);
    const layer = all.at(-1);
    if (!layer) return;
    const folded = all.length > 1;
    const read = all.flatMap(({ inputs }) => inputs.flatMap((name) => shownIn.get(name) ?? []));
    for (const { name } of all) shownIn.set(name, items.length);
    items.push({ layer, layers: all, block, folded, inputs: folded ? [...new Set(read)] : read });
  };
  let at = 0;
  for (const block of blocks) {
    for (; at < block.start; at++) add(at, at + 1, null);
    if (isOpen(block)) for (; at < block.end; at++) add(at, at + 1, block);
    else add(at, block.end, block);
    at = block.end;
  }
  for (; at < layers.length; at++) add(at, at + 1, null);
  return items;
}

/**
 * The block that a layer is in.
 *
 * @param {Layer[]} layers
 * @param {Block[]} blocks
 * @param {string} name
 */
export function blockOf(layers, blocks, name) {
  const at = layers.findIndex((layer) => layer.name === name);
  return blocks.find(({ start, end }) => start <= at && at < end) ?? null;
}
