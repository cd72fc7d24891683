/**
 * The shapes that travel through the page. Those that come from the API are described in full by
 * /api/v1/openapi.json.
 *
 * @typedef {{ id: string, title: string, summary: string, classes: number, parameters: number,
 *   multiply_adds: number, input_size: number[], uploaded: boolean, bytes: number | null, expires_in: number | null }} ModelSummary
 *
 * @typedef {{ input_size: number[], crop_pct: number, interpolation: string, mean: number[], std: number[],
 *   scale: number, channels: string, crop_mode: "center" | "squash" | "border", source: "file" | "graph" | "chosen" | "assumed" }} Preprocess
 *
 * @typedef {{ preset: string | null, preprocess: Preprocess, predictions: Prediction[], outputs: TrialOutput[] }} PreprocessTrial
 *
 * @typedef {{ name: string, kind: OutputKind, predictions?: Prediction[], boxes?: number, best_score?: number | null, values?: number[],
 *   stats?: { min: number, max: number, mean: number } }} TrialOutput What an output says in short.
 *
 * @typedef {object} Layer What the model says of a layer, whatever the photo.
 * @property {string} name
 * @property {string} [label] The file's own name of the step, where it has one.
 * @property {string} op "conv", "relu", "max_pool", …; "input" for the first one.
 * @property {string[]} inputs Names of the layers that it reads.
 * @property {number[]} shape [C, H, W] or [K], as it is shown.
 * @property {string} layout A letter for each of the network's own axes: N pictures, C channels, H rows, W columns, L places.
 * @property {number[] | null} native_shape The network's own, where that is another.
 * @property {number} parameters
 * @property {number} multiply_adds
 * @property {Record<string, unknown>} attributes
 * @property {number[]} receptive_field [height, width] on the network's input.
 * @property {string} display_name The op's name for people.
 * @property {string} formula Of a function of one number, what it makes of x; else empty.
 * @property {"input" | "weights" | "norm" | "activation" | "pool" | "merge" | "reshape" | "output" | "other"} family
 * @property {boolean} per_channel Whether channel k depends on channel k of each input alone.
 * @property {boolean} weighted Whether it has a kernel for each of its channels or units.
 * @property {boolean} preserves_order Whether it has its input's values in their order.
 *
 * @typedef {object} Model
 * @property {string} id
 * @property {string} title
 * @property {string} description
 * @property {Preprocess} preprocess
 * @property {boolean} uploaded Whether somebody brought it.
 * @property {string[] | null} labels
 * @property {number} parameters
 * @property {number} multiply_adds
 * @property {Record<string, unknown>} card
 * @property {Layer[]} layers In the order in which they are computed, the input first.
 * @property {ModelOutput[]} outputs In the file's order.
 *
 * @typedef {"classes" | "binary" | "multilabel" | "numbers" | "boxes" | "map" | "image" | "tokens" | "unknown"} OutputKind
 *
 * @typedef {object} ModelOutput What an output is; it is a layer of the same name.
 * @property {string} name
 * @property {OutputKind} kind
 * @property {number[]} shape One picture's, as the network has it.
 * @property {number} classes
 * @property {string[] | null} labels
 * @property {string} logits The layer that attributions ask about.
 * @property {"softmax" | "sigmoid" | null} activation
 * @property {boolean} primary
 * @property {string} reason
 *
 * @typedef {Box & { label: string, score: number, output: string, row: number }} OutputBox In pixels of the photo.
 *
 * @typedef {{ name: string, kind: OutputKind, predictions?: Prediction[] | null, values?: number[] | null, boxes?: OutputBox[] | null,
 *   format?: string | null, note?: string | null }} AnalysisOutput
 *
 * @typedef {{ min: number, max: number, mean: number, std: number, zero_fraction: number,
 *   dead_channels: number | null }} Stats
 *
 * @typedef {{ name: string, op: string, shape: number[], stats: Stats, top_channels: number[] }} LayerResult
 *
 * @typedef {{ label: string, score: number }} Prediction
 *
 * @typedef {object} Analysis
 * @property {string} id
 * @property {string} model
 * @property {{ width: number, height: number, format: string, crop: number[], size: number[] }} input
 * @property {LayerResult[]} layers
 * @property {Prediction[]} predictions All classes of the primary output, best first; none where it has none.
 * @property {AnalysisOutput[]} outputs
 * @property {{ forward: number, total: number }} timings_ms
 * @property {string | null} [original] The analysis that this one is a variant of.
 * @property {Changes | null} [changes] What was changed in it.
 *
 * @typedef {{ left: number, top: number, right: number, bottom: number }} Box Half open: left ≤ x < right.
 *
 * @typedef {object} Term One of the numbers that a number was made from.
 * @property {string} input The layer that it is in.
 * @property {number | null} [channel]
 * @property {number | null} [y]
 * @property {number | null} [x]
 * @property {number | null} [unit]
 * @property {number} value
 * @property {number | null} weight
 * @property {number} product
 * @property {boolean} padding
 *
 * @typedef {{ x: number[], y: (number | null)[] }} Curve
 *
 * @typedef {object} Explanation
 * @property {string} layer
 * @property {string} op
 * @property {{ channel?: number | null, y?: number | null, x?: number | null, unit?: number | null }} index
 * @property {string} rule
 * @property {number} value
 * @property {number} bias
 * @property {Record<string, number>} details
 * @property {Term[]} terms
 * @property {Curve} [curve] The function, where the rule is one of a single number.
 * @property {{ input: Box, photo: Box } | null} receptive_field
 *
 * @typedef {object} Changes What a variant changes; lengths are pixels of the network's input.
 * @property {{ shift?: number[], rotate?: number, blur?: number, occlude?: number[][] }} [photo]
 * @property {NetworkEdit[]} [network]
 *
 * @typedef {{ layer: string, filter: number, scale: number }
 *   | { layer: string, filter: number, channel: number, y?: number, x?: number, weight: number }} NetworkEdit
 *
 * @typedef {object} Difference
 * @property {string} of
 * @property {string} to
 * @property {{ name: string, op: string, relative: number | null, largest: number, cosine: number | null }[]} layers
 * @property {{ label: string, score: number, other: number }[]} predictions
 *
 * @typedef {{ name: string, op: string, shape: number[], filters: number[], parameters: Record<string, any> }} Weights
 *   `parameters.weight` is nested: [filter][input channel][row][column], or [unit][input].
 *
 * @typedef {{ name: string, rows: number[][] | null, columns: number[][] | null }} ReceptiveFields [top, bottom] of each row.
 *
 * @typedef {object} PathStep A number, and what it brought to the one before it on the way back.
 * @property {string} layer
 * @property {string} op
 * @property {{ channel?: number | null, y?: number | null, x?: number | null, unit?: number | null }} index
 * @property {number} value
 * @property {number | null} product
 * @property {Explanation["receptive_field"]} receptive_field
 *
 * @typedef {{ steps: PathStep[] }} StrongestPath
 *
 * @typedef {{ layer: string, shape: number[], map: number[][], receptive_field: Explanation["receptive_field"] }} EffectiveField
 *
 * @typedef {object} Attribution Which pixels of the input speak for a class.
 * @property {string} method
 * @property {{ output: string, layer: string, unit: number, label: string | null }} target
 * @property {string | null} layer
 * @property {number} score
 * @property {number | null} baseline_score
 * @property {boolean} signed
 * @property {number[]} size [height, width]
 * @property {number[][]} map
 * @property {number} sum
 * @property {Record<string, number>} options
 * @property {Curves | null} curves
 * @property {Record<string, number>} timings_ms
 *
 * @typedef {{ deletion: number[], insertion: number[], deletion_area: number, insertion_area: number }} CurveLines
 *
 * @typedef {CurveLines & { fractions: number[], random: CurveLines }} Curves `random` is a map that knows nothing.
 *
 * @typedef {{ id: string, title: string, url: string, credit: string, license: string }} Sample
 *
 * @typedef {{ type: string, title: string, status: number, detail: string, limit?: number, actual?: number,
 *   what?: string, op?: string, node?: string, supported?: string[], missing?: string[],
 *   inputs?: { name: string, shape: number[], photo: boolean }[], channels?: number,
 *   field?: string, fixed_size?: (number | null)[], suggested_size?: number[] | null }} Problem `field` is the option that it is about.
 */

/**
 * Those that the page makes itself.
 *
 * @typedef {readonly number[]} Place Where a number is in its layer: [channel, y, x] in maps, [unit] in a vector.
 *
 * @typedef {{ name: string, shape: number[], channels: number[], data: Float32Array }} Tensor
 *   Raw numbers, (C, H, W) or (K) in C order; `channels` says which channel each plane is.
 *
 * @typedef {{ low: number, high: number, signed: boolean }} Range What the ends of a colour scale stand for.
 *
 * @typedef {"map" | "layer" | "network"} ScaleMode
 *
 * @typedef {"number" | "mean" | "max" | "spread"} MapOrder What a layer's maps are put in order by.
 *
 * @typedef {{ kind: "sample" | "upload" | "analysis", id: string, title: string, credit: string }} Source
 *   Where the photo came from. `id` is the sample's; an upload has none; an analysis opened by its link has its own.
 *
 * @typedef {{ text: string, since: number, fraction: number | null }} Busy
 *
 * @typedef {"layer" | "whatif" | "attribution"} Tab What the inspector shows.
 *
 * @typedef {{ layer: string, fields: ReceptiveFields[] }} LayerReceptiveFields What a layer's rows and columns see of the input; for a
 *   vector, what those of the maps see that it is made from.
 *
 * @typedef {{ y: number, x: number, held: boolean }} Probe A pixel of the input that the reader points at, or holds on to.
 *
 * @typedef {{ analysis: string, steps: PathStep[], at: number }} FollowedPath The strongest path, and the step that the reader is at.
 *
 * @typedef {object} AttributionRequest Which attribution is asked for, and how it is shown.
 * @property {string} method
 * @property {string | null} target a class or a unit's number; null for the best one
 * @property {string | null} from the layer that a CAM is taken at; null for the server's choice
 * @property {Record<string, number>} options only those that the reader has changed
 *
 * @typedef {object} Attributed
 * @property {string} analysis
 * @property {AttributionRequest} request
 * @property {Attribution | null} answer null while it is not there
 * @property {{ done: number, total: number } | null} progress while it is computed
 * @property {Problem | null} problem
 *
 * @typedef {{ kind: "shift", right: number, down: number }
 *   | { kind: "rotate", degrees: number }
 *   | { kind: "blur", sigma: number }
 *   | { kind: "occlude", boxes: number[][] }
 *   | { kind: "scale", layer: string, filter: number, scale: number }
 *   | { kind: "weight", layer: string, filter: number, channel: number, y: number | null, x: number | null, weight: number }
 * } Change One what-if; lengths are pixels of the network's input.
 *
 * @typedef {{ kind: "photo" | "model" | "analysis", id: string }} CompareTarget What the photo is compared with, instead of changes.
 *
 * @typedef {object} Side One of two analyses that are compared, with all that the page shows of it.
 * @property {Model} model
 * @property {Analysis} analysis
 * @property {import("../model/tensors.js").Tensors} numbers
 * @property {Source | null} source
 * @property {ImageBitmap | null} photo
 * @property {ImageBitmap | null} inputImage
 *
 * @typedef {{ kind: "variant" | "photo" | "network", one: Side, other: Side }} Pair `one` is the original.
 *
 * @typedef {object} State
 * @property {ModelSummary[]} models
 * @property {Sample[]} samples
 * @property {Model | null} model
 * @property {Analysis | null} analysis
 * @property {string | null} output The output that the reader has chosen; null is the one that stands for the network.
 * @property {Source | null} source
 * @property {ImageBitmap | null} photo The upright photo, when this browser has it; maybe transparent.
 * @property {ImageBitmap | null} inputImage What the network saw, pixel by pixel.
 * @property {import("../model/tensors.js").Tensors | null} numbers The analysis' raw numbers.
 * @property {string} layer Name of the current layer; "" before there is one.
 * @property {number} tile The map (or unit) in focus.
 * @property {boolean} open Whether that map is shown large.
 * @property {Place | null} cursor The number that is explained.
 * @property {boolean} pinned Whether the reader put the cursor there on purpose.
 * @property {ScaleMode} scale
 * @property {MapOrder} order Of the maps in the grid.
 * @property {Explanation | null} explanation
 * @property {Busy | null} busy
 * @property {Problem | null} problem
 * @property {boolean} walking
 * @property {Tab} tab
 * @property {LayerReceptiveFields | null} receptiveFields Of the current layer, once it is known.
 * @property {{ answer: EffectiveField | null } | null} effectiveField How strongly pixels matter; null while nobody asks.
 * @property {Probe | null} probe
 * @property {FollowedPath | null} strongestPath
 * @property {AttributionRequest} attributionRequest
 * @property {Attributed | null} attribution
 * @property {{ strength: number, positive: boolean, compare: boolean }} overlay How an attribution is shown.
 * @property {Change[]} changes
 * @property {CompareTarget | null} compareTarget
 * @property {Pair | null} pair
 * @property {"one" | "other"} side Which one of a pair the page shows: analysis, numbers and the rest are that one's.
 * @property {"difference" | "side-by-side" | null} bothSides Both at once on the stage, as differences or side by side.
 * @property {{ of: string, is: string } | null} matchedLayer The reader's choice of which layer of another network goes with which.
 * @property {Difference | null} difference Of the latest pair of one network; the one before until that is known.
 * @property {Problem | null} compareError Why a comparison that was asked for failed.
 * @property {{ reached: number, playing: boolean } | null} animation How far the window has slid over the open map, counted row by row.
 * @property {{ input: string, channel: number } | null} focus The input map whose numbers are shown; null: the largest contribution.
 * @property {import("../network/view.js").StripView} strip How the reader looks at the strip.
 * @property {boolean} kernels Whether the stage shows the layer's kernels instead of its maps.
 * @property {"light" | "dark"} theme
 *
 * @typedef {{ store: import("../lib/store.js").Store<State>, photoController: import("./photo-controller.js").PhotoController,
 *   navigation: import("./navigation.js").Navigation, windowAnimation: import("./window-animation.js").WindowAnimation,
 *   comparison: import("./comparison.js").Comparison, modelsController: import("./models-controller.js").ModelsController,
 *   shortcuts: import("./shortcuts.js").Shortcuts }} App What every view is given.
 */

export {};
