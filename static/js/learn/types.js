/**
 * What the API sends and takes, under the page's names: generated from its OpenAPI document
 * (scripts/types).
 *
 * @typedef {import("../state/types.js").Problem} Problem
 * @typedef {import("../state/types.js").Stats} Stats
 * @typedef {import("../api/wire.js").Dataset} PictureSet
 * @typedef {import("../api/wire.js").NetworkSpec["layers"][number]} LayerSpec
 * @typedef {import("../api/wire.js").PlannedLayer} Planned
 * @typedef {import("../api/wire.js").Plan} Plan
 * @typedef {import("../api/wire.js").Training["status"]} Status
 * @typedef {import("../api/wire.js").EpochRecord} EpochRecord
 * @typedef {import("../api/wire.js").Training["batches"][number]} BatchMetrics
 * @typedef {import("../api/wire.js").Histogram} Histogram
 * @typedef {import("../api/wire.js").LayerHealth} LayerHealth
 * @typedef {import("../api/wire.js").LayerWarning} Warning
 * @typedef {import("../api/wire.js").Diagnostics} Diagnostics
 * @typedef {import("../api/wire.js").Training} Run
 * @typedef {import("../api/wire.js").BatchEvent} News
 * @typedef {import("../api/wire.js").Mistake} Mistake
 * @typedef {import("../api/wire.js").ClassEvaluation} ClassEvaluation
 * @typedef {import("../api/wire.js").EvaluationOut} Evaluation
 * @typedef {import("../api/wire.js").ClassLoss} StepClass
 * @typedef {import("../api/wire.js").StepParameter} StepParameter
 * @typedef {import("../api/wire.js").StepLayer} StepLayer
 * @typedef {import("../api/wire.js").StepPicture} StepImage
 * @typedef {import("../api/wire.js").Step} StepTrace
 */

/**
 * Those that the page makes itself.
 *
 * @typedef {import("../api/wire.js").TrainingConfig & { name?: string }} TrainingConfig `name`:
 *   what a comparison calls it.
 *
 * @typedef {0 | 1 | 2 | 3 | 4} Phase 0 none, 1 forward, 2 loss, 3 backward, 4 update
 *
 * @typedef {"play" | "batch" | "phase" | "reset"} Control a button of the controls, by its id
 * @typedef {{ text: string, control: Control | null }} Busy in words, and the button that asked
 *
 * @typedef {object} LearnState
 * @property {PictureSet[]} datasets
 * @property {TrainingConfig} config
 * @property {Plan | null} plan of the config; null until it is known
 * @property {Run | null} run
 * @property {Run | null} secondRun a second run, compared with the first
 * @property {Evaluation | null} evaluation of the run's newest network
 * @property {{ index: number } | { blob: Blob, name: string } | null} picture whose maps are shown:
 *   one of the set, or one's own
 * @property {StepTrace | null} stepTrace
 * @property {Phase} phase
 * @property {TrainingConfig | null} learned the config that the run came from, to tell whether the
 *   config has changed since
 * @property {number | null} speed batches a second; null for as many as the machine manages
 * @property {boolean} connected Whether the server's events arrive.
 * @property {Busy | null} busy What is under way.
 * @property {Problem | null} problem
 * @property {Problem | null} missed Why something that belongs to the page did not come; null asks
 *   for it again.
 * @property {"light" | "dark"} theme
 *
 * @typedef {import("../lib/store.js").Store<LearnState>} LearnStore
 */

export {};
