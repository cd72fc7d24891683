/**
 * The picture on the stage as a Python script, or a notebook, that computes it anew through the
 * API: the same pixels.
 */

import { API } from "../api/http.js";
import { isMoved } from "../model/crop.js";
import { hasMaps } from "../model/graph.js";
import { originalOf } from "../state/compared-analyses.js";
import { palette } from "../render/palette.js";

/**
 * @typedef {import("../state/types.js").Layer} Layer
 * @typedef {import("../state/types.js").State} State
 */

const BREAK = "\n# %%\n"; // between the parts that are cells of the notebook

/**
 * @param {Readonly<State>} state
 * @param {Layer} layer
 */
export function scriptOf(state, layer) {
  return `"""A layer of a network, computed and painted as Convscope's page does: the same pixels.

    python FILE [PHOTO]        another photo, or the same one again when the server no longer has the analysis

Needs numpy and Pillow.
"""
${parts(state, layer, "sys.argv[1] if len(sys.argv) > 1 else None").join(BREAK)}`;
}

/**
 * As nbformat 4 has it.
 *
 * @param {Readonly<State>} state
 * @param {Layer} layer
 */
export function notebookOf(state, layer) {
  const cells = [...parts(state, layer, "None  # or the path of a photo"), "picture\n"].map((source, i) => ({
    id: `cell-${i}`, cell_type: "code", execution_count: null, metadata: {}, outputs: [], source: source.match(/.*\n|.+$/g) ?? [],
  }));
  const metadata = { kernelspec: { display_name: "Python 3", language: "python", name: "python3" }, language_info: { name: "python" } };
  return JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1);
}

/**
 * @param {Readonly<State>} state
 * @param {Layer} layer
 * @param {string} photo Python
 */
function parts(state, layer, photo) {
  const { analysis, model, open, tile, scale, cursor, theme } = state;
  const original = originalOf(state);
  const isOpen = open && hasMaps(layer);
  const crop = original.analysis && original.model && isMoved(original.analysis.input, original.model) ? original.analysis.input.crop.join(",") : null;
  const place = cursor && Object.fromEntries((cursor.length === 3 ? ["channel", "y", "x"] : ["unit"]).map((name, i) => [name, cursor[i] ?? 0]));
  const across = Math.ceil(Math.sqrt(layer.shape[0] ?? 1));
  return [
    `import io
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

import numpy as np
from PIL import Image

API = ${py(API)}
MODEL = ${py(model?.id)}
ANALYSIS = ${py(analysis?.id)}
CROP = ${py(crop)}  # left,top,right,bottom in pixels of the photo; None is its middle
CHANGES = json.loads(${py(analysis?.changes ? JSON.stringify(analysis.changes) : "null")})  # what if
LAYER = ${py(layer.name)}
CHANNEL = ${py(isOpen ? tile : null)}  # None: all maps side by side
ACROSS = ${across}
SCALE = ${py(scale)}  # shared by the numbers of a "map", a "layer" or the "network"
PLACE = ${place ? py(place) : "None"}  # of the number that is explained
FILE = ${py(`convscope-${layer.name.replace(/[^\w-]/g, "_")}.png`)}
PHOTO = ${photo}

# 256 colours each, from the lowest number to the highest: for numbers from zero up, and for those with a sign.
COLOURS = ${py(hex(palette(false, theme)))}
SIGNED = ${py(hex(palette(true, theme)))}
`,
    `def ask(path, data=None, kind="application/octet-stream"):
    return urllib.request.urlopen(urllib.request.Request(API + path, data, {"Content-Type": kind} if data else {})).read()


def analyse(photo):
    """Upload a photo; with the same changes to it and to the network, if there were any."""
    query = urllib.parse.urlencode({"model": MODEL, **({"crop": CROP} if CROP else {})})
    with open(photo, "rb") as file:
        made = json.loads(ask(f"analyses?{query}", file.read()))
    if CHANGES:
        made = json.loads(ask(f"analyses/{made['id']}/variants", json.dumps(CHANGES).encode(), "application/json"))
    return made


def fetch():
    if PHOTO:
        return analyse(PHOTO)
    try:
        return json.loads(ask(f"analyses/{ANALYSIS}"))
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        raise SystemExit("The server no longer has this analysis. Give the photo's path, and it is made again.") from None


analysis = fetch()
path = f"analyses/{analysis['id']}/layers/-"
numbers = np.load(io.BytesIO(ask(f"{path}?{urllib.parse.urlencode({'layer': LAYER, 'format': 'npy'})}")))
layers = {layer["name"]: layer for layer in analysis["layers"]}
print(LAYER, numbers.shape, "from", numbers.min(), "to", numbers.max())
`,
    `def range_of(low, high, signed=None):
    """Numbers with a sign are shown symmetric about zero, others from zero up."""
    signed = low < 0 if signed is None else signed
    reach = max(abs(low), abs(high))
    return (-reach, reach, True) if signed else (0.0, max(0.0, high), False)


def scale_of(plane):
    layer, maps = layers[LAYER], numbers.ndim == 3
    stats = layer["stats"]
    own = range_of(0, 1) if layer["op"] == "softmax" else range_of(stats["min"], stats["max"])
    if SCALE == "network" and maps and layer["op"] != "input":
        every = [one["stats"] for one in layers.values() if len(one["shape"]) == 3 and one["op"] != "input"]
        return range_of(min(s["min"] for s in every) if own[2] else 0, max(s["max"] for s in every), own[2])
    if SCALE == "map" and maps:
        return range_of(float(plane.min()), float(plane.max()), own[2])
    return own


def paint(plane):
    """One pixel for each number, as red, green, blue and opacity."""
    low, high, signed = scale_of(plane)
    table = np.array([[*bytes.fromhex(colour), 255] for colour in (SIGNED if signed else COLOURS).split()], np.uint8)
    if high <= low:
        steps = np.full(plane.shape, 128 if signed else 0)
    else:
        steps = np.clip(np.floor((plane.astype(np.float64) - low) / (high - low) * 255 + 0.5), 0, 255).astype(int)
    return table[steps]


planes = numbers if numbers.ndim == 3 else numbers[None, None, :]
if numbers.ndim == 3 and CHANNEL is not None:
    planes = planes[CHANNEL : CHANNEL + 1]
across = min(ACROSS, len(planes))
height, width = planes.shape[1:]
sheet = np.zeros((-(-len(planes) // across) * (height + 1) - 1, across * (width + 1) - 1, 4), np.uint8)
for i, plane in enumerate(planes):
    y, x = i // across * (height + 1), i % across * (width + 1)
    sheet[y : y + height, x : x + width] = paint(plane)
picture = Image.fromarray(sheet)
picture.save(FILE)
print("painted", FILE, picture.size)
`,
    `if PLACE:
    why = json.loads(ask(f"{path}/explain?{urllib.parse.urlencode({'layer': LAYER, **PLACE})}"))
    print(f"{LAYER} {PLACE} = {why['value']:.6g}, by: {why['rule']}; bias {why['bias']:.6g} and")
    for term in sorted(why["terms"], key=lambda term: -abs(term["product"]))[:10]:
        where = {name: term[name] for name in ("channel", "y", "x", "unit") if term.get(name) is not None}
        print(f"  {term['product']:+.6g} from {term['input']} {where}: {term['value']:.6g}")
`,
  ];
}

/**
 * A text, a number, a plain object of numbers, or nothing as Python writes it.
 *
 * @param {unknown} value
 */
function py(value) {
  return JSON.stringify(value ?? null).replace(/^null$/, "None");
}

/** @param {Uint32Array} colours */
function hex(colours) {
  const byte = (/** @type {number} */ n) => (n & 255).toString(16).padStart(2, "0");
  return Array.from(colours, (c) => byte(c) + byte(c >> 8) + byte(c >> 16)).join(" ");
}
