/**
 * What the API sends and takes, under the page's names: generated from its OpenAPI document
 * (scripts/types).
 *
 * @typedef {import("../api/wire.js").ModelSummary} ModelSummary
 * @typedef {import("../api/wire.js").PreprocessInfo} Preprocess
 * @typedef {import("../api/wire.js").PreprocessTrial} PreprocessTrial
 * @typedef {import("../api/wire.js").TrialOutput} TrialOutput
 * @typedef {import("../api/wire.js").LayerInfo} Layer
 * @typedef {import("../api/wire.js").Model} Model
 * @typedef {import("../api/wire.js").ModelOutput["kind"]} OutputKind
 * @typedef {import("../api/wire.js").ModelOutput} ModelOutput
 * @typedef {import("../api/wire.js").OutputBox} OutputBox
 * @typedef {import("../api/wire.js").AnalysisOutput} AnalysisOutput
 * @typedef {import("../api/wire.js").Stats} Stats
 * @typedef {import("../api/wire.js").AnalysisLayer} LayerResult
 * @typedef {import("../api/wire.js").Prediction} Prediction
 * @typedef {import("../api/wire.js").Analysis} Analysis
 * @typedef {import("../api/wire.js").Rectangle} Box
 * @typedef {import("../api/wire.js").Term} Term
 * @typedef {import("../api/wire.js").Curve} Curve
 * @typedef {import("../api/wire.js").ExplanationOut} Explanation
 * @typedef {import("../api/wire.js").Changes} Changes
 * @typedef {import("../api/wire.js").NetworkEdit} NetworkEdit
 * @typedef {import("../api/wire.js").Difference} Difference
 * @typedef {Omit<import("../api/wire.js").Weights, "parameters"> & { parameters: Record<string,
 *   any> }} Weights `parameters.weight` is nested: [filter][input channel][row][column], or
 *   [unit][input].
 * @typedef {import("../api/wire.js").ReceptiveFields} ReceptiveFields
 * @typedef {import("../api/wire.js").PathStep} PathStep
 * @typedef {import("../api/wire.js").StrongestPath} StrongestPath
 * @typedef {import("../api/wire.js").EffectiveField} EffectiveField
 * @typedef {import("../api/wire.js").AttributionOut} Attribution
 * @typedef {import("../api/wire.js").CurveLines} CurveLines
 * @typedef {import("../api/wire.js").CurvesOut} Curves
 * @typedef {import("../api/wire.js").Sample} Sample
 * @typedef {import("../api/wire.js").Problem} Problem
 */

/**
 * Those that the page makes itself.
 *
 * @typedef {readonly number[]} Place Where a number is in its layer: [channel, y, x] in maps,
 *   [unit] in a vector.
 *
 * @typedef {{ name: string, shape: number[], channels: number[], data: Float32Array }} Tensor
 *   Raw numbers, (C, H, W) or (K) in C order; `channels` says which channel each plane is.
 *
 * @typedef {{ low: number, high: number, signed: boolean }} Range What the ends of a colour scale
 *   stand for.
 *
 * @typedef {"map" | "layer" | "network"} ScaleMode
 *
 * @typedef {"number" | "mean" | "max" | "spread"} MapOrder What a layer's maps are put in order by.
 *
 * @typedef {{ kind: "sample" | "upload" | "analysis", id: string, title: string, credit: string }}
 *   Source Where the photo came from. `id` is the sample's; an upload has none; an analysis opened
 *   by its link has its own.
 *
 * @typedef {{ text: string, since: number, fraction: number | null }} Busy
 *
 * @typedef {Pick<import("../model/tensors.js").Tensors, "peek" | "whole" | "some" | "close">}
 *   Numbers
 *
 * @typedef {{ rate: number | null, isWaiting: boolean }} Live Frames a second, once that is known;
 *   and whether the server is too busy for the next.
 *
 * @typedef {"layer" | "whatif" | "attribution"} Tab What the inspector shows.
 *
 * @typedef {{ layer: string, place: Place }} Held A number that is held, in the layer where it was
 *   taken hold of.
 *
 * @typedef {{ layer: string, fields: ReceptiveFields[] }} LayerReceptiveFields What a layer's rows
 *   and columns see of the input; for a vector, what those of the maps see that it is made from.
 *
 * @typedef {{ y: number, x: number, held: boolean }} Probe A pixel of the input that the reader
 *   points at, or holds on to.
 *
 * @typedef {{ analysis: string, steps: PathStep[], at: number }} FollowedPath The strongest path,
 *   and the step that the reader is at.
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
 * @typedef {[left: number, top: number, right: number, bottom: number]} CoveredBox
 *
 * @typedef {{ kind: "shift", right: number, down: number }
 *   | { kind: "rotate", degrees: number }
 *   | { kind: "blur", sigma: number }
 *   | { kind: "occlude", boxes: CoveredBox[] }
 *   | { kind: "scale", layer: string, filter: number, scale: number }
 *   | { kind: "weight", layer: string, filter: number, channel: number, y: number | null, x: number
 *   | null, weight: number }
 * } Change One what-if; lengths are pixels of the network's input.
 *
 * @typedef {{ kind: "photo" | "model" | "analysis", id: string }} CompareTarget What the photo is
 *   compared with, instead of changes.
 *
 * @typedef {object} Side One of two analyses that are compared, with all that the page shows of it.
 * @property {Model} model
 * @property {Analysis} analysis
 * @property {Numbers} numbers
 * @property {Source | null} source
 * @property {ImageBitmap | null} photo
 * @property {ImageBitmap | null} inputImage
 *
 * @typedef {{ kind: "variant" | "photo" | "network" | "trained", reference: Side, candidate: Side
 *   }} Pair `reference` is the original; "trained" is its photo seen by its network after training
 *   steps on it.
 *
 * @typedef {object} State
 * @property {ModelSummary[]} models
 * @property {Sample[]} samples
 * @property {Model | null} model
 * @property {Analysis | null} analysis
 * @property {string | null} output The output that the reader has chosen; null is the one that
 *   stands for the network.
 * @property {Source | null} source
 * @property {ImageBitmap | null} photo The upright photo, when this browser has it; maybe
 *   transparent.
 * @property {ImageBitmap | null} inputImage What the network saw, pixel by pixel.
 * @property {Numbers | null} numbers The analysis' raw numbers.
 * @property {Live | null} live While a moving picture runs through the network.
 * @property {number} frame Counts its frames: what is shown of each is watched by this, as nobody
 *   is told of the other entries.
 * @property {string} layer Name of the current layer; "" before there is one.
 * @property {number} tile The map (or unit) in focus.
 * @property {boolean} open Whether that map is shown large.
 * @property {Place | null} cursor The number that is explained.
 * @property {Held | null} held The number that the reader holds: the pointer moves the cursor only
 *   where this is null.
 * @property {ScaleMode} scale
 * @property {MapOrder} order Of the maps in the grid.
 * @property {Explanation | null} explanation
 * @property {Busy | null} busy
 * @property {Problem | null} problem
 * @property {string | null} takenBack A network that somebody else shared, and shares no longer.
 * @property {boolean} walking
 * @property {Tab} tab
 * @property {LayerReceptiveFields | null} receptiveFields Of the current layer, once it is known.
 * @property {{ answer: EffectiveField | null } | null} effectiveField How strongly pixels matter;
 *   null while nobody asks.
 * @property {Probe | null} probe
 * @property {FollowedPath | null} strongestPath
 * @property {AttributionRequest} attributionRequest
 * @property {Attributed | null} attribution
 * @property {{ strength: number, positive: boolean, compare: boolean }} overlay How an attribution
 *   is shown.
 * @property {Change[]} changes
 * @property {CompareTarget | null} compareTarget
 * @property {Pair | null} pair
 * @property {"reference" | "candidate"} side Which one of a pair the page shows: analysis, numbers
 *   and the rest are that one's.
 * @property {"difference" | "side-by-side" | null} bothSides Both at once on the stage, as
 *   differences or side by side.
 * @property {{ of: string, is: string } | null} matchedLayer The reader's choice of which layer of
 *   another network goes with which.
 * @property {Difference | null} difference Of the latest pair; the one before until that is known,
 *   null where nothing is comparable.
 * @property {Problem | null} compareError Why a comparison that was asked for failed.
 * @property {{ reached: number, playing: boolean } | null} animation How far the window has slid
 *   over the open map, counted row by row.
 * @property {{ input: string, channel: number } | null} focus The input map whose numbers are
 *   shown; null: the largest contribution.
 * @property {import("../network/view.js").StripView} strip How the reader looks at the strip.
 * @property {boolean} kernels Whether the stage shows the layer's kernels instead of its maps.
 * @property {"light" | "dark"} theme
 *
 * @typedef {{ store: import("../lib/store.js").Store<State>, photoController:
 *   import("./photo-controller.js").PhotoController, navigation:
 *   import("./navigation.js").Navigation, live: import("./live-controller.js").LiveController,
 *   windowAnimation:
 *   import("./window-animation.js").WindowAnimation, comparison:
 *   import("./comparison.js").Comparison, modelsController:
 *   import("./models-controller.js").ModelsController, shortcuts:
 *   import("./shortcuts.js").Shortcuts }} App What every view is given.
 */

export {};
