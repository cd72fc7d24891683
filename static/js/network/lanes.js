/**
 * Where each item of a network stands: its column, and its lane. The longest way from the input to
 * the answer is the trunk, in lane 0, which is straight. Each branch is a chain in a lane of its
 * own, above or below, that nobody else uses from where it leaves to where it arrives; so no line
 * has to cross an item.
 */

/**
 * @typedef {import("./fold.js").Item} Item
 *
 * @typedef {object} Chain Items one after another, beside the trunk.
 * @property {number[]} items
 * @property {number} first column that it needs
 * @property {number} last column that it needs
 * @property {number} lane negative: above the trunk
 *
 * @typedef {{ first: number, last: number, above: number, below: number }} Section Columns with
 *   lanes beside the trunk.
 *
 * @typedef {{ column: number[], lane: number[], columns: number, chains: Chain[], sections:
 *   Section[] }} Places
 */

/**
 * @param {Item[]} items in order of computation
 * @returns {Places}
 */
export function placesOf(items) {
  const column = depths(items);
  const readers = readersOf(items);
  const trunk = new Set(trunkOf(items, column));
  const chains = chainsOf(items, column, readers, trunk);
  assignLanes(items, readers, chains);
  const lane = items.map(() => 0);
  for (const chain of chains) for (const i of chain.items) lane[i] = chain.lane;
  return { column, lane, columns: Math.max(0, ...column) + 1, chains, sections: sectionsOf(chains) };
}

/**
 * The longest way to each item.
 *
 * @param {Item[]} items
 * @returns {number[]}
 */
function depths(items) {
  /** @type {number[]} */
  const depth = [];
  for (const { inputs } of items) depth.push(Math.max(-1, ...inputs.map((i) => depth[i] ?? 0)) + 1);
  return depth;
}

/**
 * @param {Item[]} items
 * @returns {number[][]}
 */
function readersOf(items) {
  /** @type {number[][]} */
  const readers = items.map(() => []);
  items.forEach(({ inputs }, i) => {
    for (const input of new Set(inputs)) readers[input]?.push(i);
  });
  return readers;
}

/**
 * The longest way to the deepest item; of several, the one with the most work on it.
 *
 * @param {Item[]} items
 * @param {number[]} column
 */
function trunkOf(items, column) {
  /** @type {number[]} */
  const work = [];
  /** @type {(number | undefined)[]} */
  const before = [];
  items.forEach(({ layers, inputs }, i) => {
    const nearest = inputs.filter((input) => column[input] === (column[i] ?? 0) - 1);
    const best = nearest.sort((a, b) => (work[b] ?? 0) - (work[a] ?? 0))[0];
    before.push(best);
    work.push((best === undefined ? 0 : (work[best] ?? 0)) + layers.reduce((sum, layer) => sum + layer.multiply_adds, 0));
  });
  const trunk = [];
  /** @type {number | undefined} */
  let at = column.lastIndexOf(Math.max(...column));
  for (; at !== undefined && at >= 0; at = before[at]) trunk.unshift(at);
  return trunk;
}

/**
 * Everything beside the trunk as chains, each from its first item as far as it goes.
 *
 * @param {Item[]} items
 * @param {number[]} column
 * @param {number[][]} readers
 * @param {Set<number>} trunk
 * @returns {Chain[]}
 */
function chainsOf(items, column, readers, trunk) {
  const isFree = items.map((_, i) => !trunk.has(i));
  const ahead = items.map(() => 0); // how long a chain from here can be
  for (let i = items.length - 1; i >= 0; i--) {
    ahead[i] = isFree[i] ? 1 + Math.max(0, ...(readers[i] ?? []).map((reader) => ahead[reader] ?? 0)) : 0;
  }
  /** @type {Chain[]} */
  const chains = [];
  items.forEach((_, first) => {
    if (!isFree[first]) return;
    const chain = [first];
    isFree[first] = false;
    for (let at = first; ; ) {
      const next = (readers[at] ?? []).filter((i) => isFree[i]).sort((a, b) => (ahead[b] ?? 0) - (ahead[a] ?? 0))[0];
      if (next === undefined) break;
      isFree[next] = false;
      chain.push(next);
      at = next;
    }
    const end = chain.at(-1) ?? first;
    const arrivals = (readers[end] ?? []).map((i) => (column[i] ?? 0) - 1);
    const last = Math.max(column[end] ?? 0, Math.min(...arrivals, Infinity) === Infinity ? 0 : Math.min(...arrivals));
    chains.push({ items: chain, first: column[first] ?? 0, last, lane: 0 });
  });
  return chains;
}

/**
 * Give each chain the free lane nearest to what it hangs between. What hangs on the trunk comes
 * first, short before long, so that the longer ones go around the shorter.
 *
 * @param {Item[]} items
 * @param {number[][]} readers
 * @param {Chain[]} chains
 */
function assignLanes(items, readers, chains) {
  const owner = new Map(chains.flatMap((chain) => chain.items.map((i) => [i, chain])));
  const ends = new Map(
    chains.map((chain) => {
      const [first = 0, last = 0] = [chain.items[0], chain.items.at(-1)];
      return [chain, [...(items[first]?.inputs ?? []), ...(readers[last] ?? [])].map((i) => owner.get(i) ?? null)];
    }),
  );
  /** @type {Set<Chain | null>} */
  const placed = new Set([null]);
  const waiting = [...chains].sort((a, b) => a.last - a.first - (b.last - b.first) || a.first - b.first);
  while (waiting.length) {
    const ready = waiting.findIndex((chain) => ends.get(chain)?.every((end) => placed.has(end)));
    const half = waiting.findIndex((chain) => ends.get(chain)?.some((end) => placed.has(end)));
    const [chain] = waiting.splice(Math.max(0, ready < 0 ? half : ready), 1);
    if (!chain) return;
    const hangs = (ends.get(chain) ?? []).filter((end) => placed.has(end)).map((end) => end?.lane ?? 0);
    const middle = hangs.reduce((a, b) => a + b, 0) / Math.max(1, hangs.length);
    chain.lane = nearestFree(chain, middle, chains.filter((other) => placed.has(other)));
    placed.add(chain);
  }
}

/**
 * @param {Chain} chain
 * @param {number} middle of the lanes that it hangs between
 * @param {Chain[]} others
 */
function nearestFree({ first, last }, middle, others) {
  const near = others.filter((other) => other.first <= last && first <= other.last);
  const taken = new Set(near.map(({ lane }) => lane));
  const side = Math.sign(middle) || 1; // below rather than above
  let best = Infinity;
  for (let i = 1; i <= taken.size + 1; i++) {
    for (const lane of [i * side, -i * side]) {
      if (!taken.has(lane) && Math.abs(lane - middle) < Math.abs(best - middle)) best = lane;
    }
  }
  return best;
}

/**
 * Neighbouring columns that have lanes, with as many as any of them has.
 *
 * @param {Chain[]} chains
 * @returns {Section[]}
 */
function sectionsOf(chains) {
  /** @type {Section[]} */
  const sections = [];
  for (const { first, last, lane } of [...chains].sort((a, b) => a.first - b.first)) {
    const [above, below] = [Math.max(0, -lane), Math.max(0, lane)];
    const section = sections.at(-1);
    if (section && first <= section.last) {
      section.last = Math.max(section.last, last);
      section.above = Math.max(section.above, above);
      section.below = Math.max(section.below, below);
    } else sections.push({ first, last, above, below });
  }
  return sections;
}
