/**
 * The list of what-ifs as plain data: what replaces what, what it is called in an address, what the
 * server is asked.
 */

/**
 * @typedef {import("./types.js").Change} Change
 * @typedef {import("./types.js").Changes} Changes
 * @typedef {import("./types.js").CoveredBox} CoveredBox
 * @typedef {import("./types.js").Model} Model
 * @typedef {import("./types.js").NetworkEdit} NetworkEdit
 */

/**
 * The list with a change made, or made anew. There is one of each kind, filter and weight, which
 * keeps its place; a change that changes nothing leaves the list.
 *
 * @param {Change[]} changes
 * @param {Change} change
 */
export function withChange(changes, change) {
  const key = keyOf(change);
  const at = changes.findIndex((other) => keyOf(other) === key);
  if (isNothing(change)) return changes.filter((_, i) => i !== at);
  return at < 0 ? [...changes, change] : changes.map((other, i) => (i === at ? change : other));
}

/**
 * What a change is about, whatever it does there.
 *
 * @param {Change} change
 */
export function keyOf(change) {
  if (change.kind === "scale") return JSON.stringify([change.kind, change.layer, change.filter]);
  if (change.kind !== "weight") return change.kind;
  const { kind, layer, filter, channel, y, x } = change;
  return JSON.stringify([kind, layer, filter, channel, y, x]);
}

/**
 * The change of a kind of which there is at most one.
 *
 * @template {"shift" | "rotate" | "blur" | "occlude"} K
 * @param {Change[]} changes
 * @param {K} kind
 * @returns {Extract<Change, { kind: K }> | undefined}
 */
export function kindOf(changes, kind) {
  const isOne = (/** @type {Change} */ change) => change.kind === kind;
  return /** @type {Extract<Change, { kind: K }> | undefined} */ (changes.find(isOne));
}

/** @param {Change} change */
function isNothing(change) {
  if (change.kind === "shift") return change.right === 0 && change.down === 0;
  if (change.kind === "rotate") return change.degrees === 0;
  if (change.kind === "blur") return change.sigma === 0;
  if (change.kind === "occlude") return change.boxes.length === 0;
  return change.kind === "scale" && change.scale === 1;
}

/**
 * Whether a network has what a change is about. A link may be older than the network, and another
 * network may have been chosen since.
 *
 * @param {Change} change
 * @param {Model} model
 */
export function appliesTo(change, model) {
  if (change.kind !== "scale" && change.kind !== "weight") return true;
  const layer = model.layers.find(({ name }) => name === change.layer);
  return layer !== undefined && layer.parameters > 0 && change.filter < (layer.shape[0] ?? 0);
}

/**
 * What the server is asked to do; null if that is nothing.
 *
 * @param {Change[]} changes
 * @param {Model} model
 * @returns {Changes | null}
 */
export function asked(changes, model) {
  /** @type {NonNullable<Changes["photo"]>} */
  const photo = {};
  /** @type {NetworkEdit[]} */
  const network = [];
  for (const change of changes.filter((change) => appliesTo(change, model))) {
    if (change.kind === "shift") photo.shift = [change.right, change.down];
    else if (change.kind === "rotate") photo.rotate = change.degrees;
    else if (change.kind === "blur") photo.blur = change.sigma;
    else if (change.kind === "occlude") photo.occlude = change.boxes;
    else network.push(edit(change));
  }
  const hasPhoto = Object.keys(photo).length > 0;
  return hasPhoto || network.length ? { ...(hasPhoto && { photo }), ...(network.length && { network }) } : null;
}

/**
 * @param {Extract<Change, { layer: string }>} change
 * @returns {NetworkEdit}
 */
function edit(change) {
  const { layer, filter } = change;
  if (change.kind === "scale") return { layer, filter, scale: change.scale };
  const { channel, y, x, weight } = change;
  return y === null || x === null ? { layer, filter, channel, weight } : { layer, filter, channel, y, x, weight };
}

/**
 * As it stands in an address; "" for no changes.
 *
 * @param {Change[]} changes
 */
export function writeChanges(changes) {
  return changes.length ? JSON.stringify(changes.map(write)) : "";
}

/** @param {Change} change */
function write(change) {
  if (change.kind === "shift") return [change.kind, change.right, change.down];
  if (change.kind === "rotate") return [change.kind, change.degrees];
  if (change.kind === "blur") return [change.kind, change.sigma];
  if (change.kind === "occlude") return [change.kind, ...change.boxes];
  if (change.kind === "scale") return [change.kind, change.layer, change.filter, change.scale];
  const { kind, layer, filter, channel, y, x, weight } = change;
  return [kind, layer, filter, channel, y, x, weight];
}

/**
 * The reverse. What cannot be understood is left out: an address is anybody's word.
 *
 * @param {string | null} text
 * @returns {Change[]}
 */
export function readChanges(text) {
  /** @type {unknown} */
  let list = [];
  try {
    list = JSON.parse(text ?? "[]");
  } catch {
    return [];
  }
  if (!Array.isArray(list)) return [];
  return list.map(read).filter((change) => change !== null).reduce(withChange, /** @type {Change[]} */ ([]));
}

/**
 * @param {unknown} item
 * @returns {Change | null}
 */
function read(item) {
  if (!Array.isArray(item)) return null;
  const [kind, ...rest] = item;
  if (kind === "occlude") return rest.every(isBox) ? { kind, boxes: rest } : null;
  if (kind === "shift" || kind === "rotate" || kind === "blur") {
    const [first, second] = rest;
    if (!Number.isFinite(first)) return null;
    if (kind === "rotate") return { kind, degrees: first };
    if (kind === "blur") return { kind, sigma: first };
    return Number.isFinite(second) ? { kind, right: first, down: second } : null;
  }
  return readEdit(kind, rest);
}

/**
 * @param {unknown} kind
 * @param {any[]} rest
 * @returns {Change | null}
 */
function readEdit(kind, [layer, filter, ...rest]) {
  if (typeof layer !== "string" || !isCount(filter)) return null;
  if (kind === "scale") return Number.isFinite(rest[0]) ? { kind, layer, filter, scale: rest[0] } : null;
  const [channel, y, x, weight] = rest;
  const isPlace = (isCount(y) && isCount(x)) || (y === null && x === null);
  if (kind !== "weight" || !isCount(channel) || !isPlace || !Number.isFinite(weight)) return null;
  return { kind, layer, filter, channel, y, x, weight };
}

/** @param {unknown} n */
function isCount(n) {
  return Number.isInteger(n) && Number(n) >= 0;
}

/** @param {unknown} box */
function isBox(box) {
  return Array.isArray(box) && box.length === 4 && box.every(Number.isInteger);
}

/**
 * Boxes [left, top, right, bottom] with one more covered, or uncovered, in as few boxes as a run of
 * equal rows needs.
 *
 * @param {number[][]} boxes
 * @param {number[]} box
 * @param {boolean} covered
 * @param {number} width of the picture
 * @param {number} height
 * @returns {CoveredBox[]}
 */
export function paintMask(boxes, box, covered, width, height) {
  const mask = new Uint8Array(width * height);
  for (const each of boxes) fill(mask, each, 1, width, height);
  fill(mask, box, covered ? 1 : 0, width, height);
  return boxesOf(mask, width, height);
}

/**
 * @param {Uint8Array} mask
 * @param {number[]} box
 * @param {0 | 1} value
 * @param {number} width
 * @param {number} height
 */
function fill(mask, [left = 0, top = 0, right = 0, bottom = 0], value, width, height) {
  const [from, to] = [Math.max(0, left), Math.min(width, right)];
  for (let y = Math.max(0, top); y < Math.min(height, bottom); y++) {
    if (to > from) mask.fill(value, y * width + from, y * width + to);
  }
}

/**
 * Runs of each row, joined with an equal run of the row above.
 *
 * @param {Uint8Array} mask
 * @param {number} width
 * @param {number} height
 */
function boxesOf(mask, width, height) {
  /** @type {CoveredBox[]} */
  const done = [];
  /** @type {Map<string, CoveredBox>} those that reach down to the present row */
  let open = new Map();
  for (let y = 0; y <= height; y++) {
    /** @type {Map<string, CoveredBox>} */
    const next = new Map();
    for (const [left, right] of y < height ? runs(mask.subarray(y * width, (y + 1) * width)) : []) {
      const key = `${left},${right}`;
      const [, top = y] = open.get(key) ?? [];
      open.delete(key);
      next.set(key, [left, top, right, y + 1]);
    }
    done.push(...open.values());
    open = next;
  }
  return done;
}

/**
 * @param {Uint8Array} row
 * @returns {[number, number][]} the first and the one after the last of each run of ones
 */
function runs(row) {
  /** @type {[number, number][]} */
  const found = [];
  for (let x = 0; x < row.length; x++) {
    if (!row[x]) continue;
    const from = x;
    while (x < row.length && row[x]) x++;
    found.push([from, x]);
  }
  return found;
}
