/**
 * The shapes that travel through the page of learning; the API's are described in full by
 * /api/v1/openapi.json.
 *
 * @typedef {import("../state/types.js").Problem} Problem
 * @typedef {import("../state/types.js").Stats} Stats
 *
 * @typedef {object} PictureSet
 * @property {string} id
 * @property {string} name
 * @property {string} description
 * @property {string[]} classes
 * @property {number[]} size [height, width]
 * @property {number} pictures
 * @property {number[]} pictures_per_class
 * @property {boolean} uploaded Whether somebody brought it, so that it can be deleted.
 * @property {string[]} problems What was left out of it, and why.
 * @property {string[]} notes What was made of what was brought.
 *
 * @typedef {{ kind: "conv", filters: number, kernel: number, stride: number, padding: number }
 *   | { kind: "batchnorm" | "relu" | "sigmoid" | "tanh" }
 *   | { kind: "maxpool" | "avgpool", kernel: number, stride: number }
 *   | { kind: "dropout", rate: number }
 *   | { kind: "dense", units: number }} LayerSpec
 *
 * @typedef {object} TrainingConfig What a training is asked to be.
 * @property {string} [name]
 * @property {string} dataset
 * @property {LayerSpec[]} [layers]
 * @property {"everyday"} [architecture] instead of `layers`
 * @property {string} loss
 * @property {string} optimiser
 * @property {number} learning_rate
 * @property {number} momentum
 * @property {string} schedule
 * @property {number} batch_size
 * @property {number} weight_decay
 * @property {number} label_smoothing
 * @property {string} augmentation
 * @property {number} epochs
 * @property {number} seed
 * @property {boolean} [paused]
 * @property {number | null} [speed] batches a second; null for as many as the machine manages
 *
 * @typedef {object} Planned
 * @property {string} name
 * @property {string} kind
 * @property {number[] | null} shape null from the first impossible layer on
 * @property {number | null} parameters
 * @property {number | null} multiply_adds
 * @property {string | null} problem
 *
 * @typedef {{ input: number[], classes: number, layers: Planned[], parameters: number | null, multiply_adds: number | null,
 *   problem: string | null }} Plan
 *
 * @typedef {"starting" | "running" | "paused" | "finished" | "stopped" | "failed"} Status
 *
 * @typedef {{ epoch: number, step: number, train_loss: number, train_accuracy: number, validation_loss: number | null,
 *   validation_accuracy: number | null, seconds: number }} EpochRecord null where nothing is held out
 *
 * @typedef {number[]} BatchMetrics [step, loss, accuracy, learning rate] of one batch
 *
 * @typedef {{ low: number, high: number, counts: number[] }} Histogram
 *
 * @typedef {object} LayerHealth
 * @property {string} layer
 * @property {Histogram | null} [weights]
 * @property {Histogram | null} [gradients]
 * @property {number | null} [weight_rms]
 * @property {number | null} [gradient_rms]
 * @property {number | null} [update_ratio] how large a step is beside the weights
 * @property {number | null} [dead] share of units that were zero for the whole batch
 * @property {number | null} [saturated]
 *
 * @typedef {{ kind: "dead_units" | "vanishing" | "exploding" | "saturated", layer: string, share_or_ratio: number }} Warning
 *
 * @typedef {{ step: number, layers: LayerHealth[], warnings: Warning[] }} Diagnostics
 *
 * @typedef {object} Run
 * @property {string} id
 * @property {string} name
 * @property {Status} status
 * @property {Problem | string | null} problem
 * @property {TrainingConfig} config
 * @property {string[]} classes
 * @property {number | null} training_pictures null until it is counted
 * @property {number | null} validation_pictures
 * @property {number} step
 * @property {number} steps
 * @property {number} epoch
 * @property {number} epochs
 * @property {number} batch_size
 * @property {number} learning_rate
 * @property {number | null} images_per_second
 * @property {number | null} seconds_left
 * @property {number | null} speed
 * @property {number} parameters
 * @property {{ name: string, kind: string, shape: number[], parameters: number }[]} layers
 * @property {EpochRecord[]} history
 * @property {BatchMetrics[]} batches
 * @property {Diagnostics | null} diagnostics
 * @property {string} model
 * @property {{ step_before: number, step_after: number } | null} recovered
 * @property {Record<string, number>} limits
 *
 * @typedef {{ batches: BatchMetrics[], images_per_second: number | null, seconds_left: number | null, epoch: number, step: number }} News
 *
 * @typedef {{ picture: number, label: number, prediction: number, probability: number }} Mistake classes by number
 *
 * @typedef {{ label: string, training_pictures: number, validation_pictures: number, correct: number,
 *   accuracy: number | null }} ClassEvaluation
 *
 * @typedef {object} Evaluation
 * @property {number} step
 * @property {string} model
 * @property {number} training_pictures
 * @property {number} validation_pictures
 * @property {number | null} accuracy null where nothing is held out
 * @property {number | null} balanced_accuracy
 * @property {number | null} loss
 * @property {string[]} classes
 * @property {ClassEvaluation[]} per_class
 * @property {number[][]} confusion_matrix [label][prediction]
 * @property {Mistake[]} mistakes the surest first
 *
 * @typedef {object} StepClass
 * @property {string} label
 * @property {number} score
 * @property {number} probability
 * @property {number} target
 * @property {number} term
 * @property {number} score_after
 * @property {number} probability_after
 * @property {number} gradient
 *
 * @typedef {object} StepParameter
 * @property {string} name
 * @property {number[]} shape
 * @property {number} size
 * @property {Stats} value
 * @property {Stats} gradient
 * @property {{ max_abs: number, relative: number | null }} change relative: none of what was zero everywhere
 * @property {{ filter: number, relative: number }[]} largest_updates the most moved first
 *
 * @typedef {object} StepLayer
 * @property {string} name
 * @property {string} op
 * @property {string[]} inputs
 * @property {number[]} shape
 * @property {string} display_name
 * @property {boolean} preserves_order whether it has its input's values in their order
 * @property {string[]} cached what it keeps for the way back
 * @property {Stats} value
 * @property {Stats | null} gradient
 * @property {StepParameter[]} parameters
 *
 * @typedef {{ batch_index: number, index: number | null, label: string, loss: number, loss_after: number, probability: number,
 *   probability_after: number }} StepImage
 *
 * @typedef {object} StepTrace One step, number by number.
 * @property {string} id
 * @property {string | null} training
 * @property {number | null} step
 * @property {boolean} applied Whether the step was taken; otherwise it is about to be.
 * @property {number | null} epoch
 * @property {number} batch_size
 * @property {StepImage[]} pictures
 * @property {number} picture the place in the batch of the one that is shown
 * @property {number} learning_rate
 * @property {string} optimiser
 * @property {Record<string, number>} options
 * @property {{ name: string, value: number, after: number, mean: number, mean_after: number, classes: StepClass[] }} loss of the
 *   picture, and in the mean of the batch
 * @property {StepLayer[]} layers
 * @property {number} parameters_changed
 * @property {string | null} [after_analysis] of a step on a photo, the same photo with the network after the step
 *
 * @typedef {0 | 1 | 2 | 3 | 4} Phase 0 none, 1 forward, 2 loss, 3 backward, 4 update
 *
 * @typedef {object} LearnState
 * @property {PictureSet[]} datasets
 * @property {TrainingConfig} config
 * @property {Plan | null} plan of the config; null until it is known
 * @property {Run | null} run
 * @property {Run | null} secondRun a second run, compared with the first
 * @property {Evaluation | null} evaluation of the run's newest network
 * @property {{ index: number } | { blob: Blob, name: string } | null} picture whose maps are shown: one of the set, or one's own
 * @property {StepTrace | null} stepTrace
 * @property {Phase} phase
 * @property {TrainingConfig | null} learned the config that the run came from, to tell whether the config has changed since
 * @property {number | null} speed batches a second; null for as many as the machine manages
 * @property {boolean} connected Whether the server's events arrive.
 * @property {string | null} busy What is under way, in words.
 * @property {Problem | null} problem
 * @property {"light" | "dark"} theme
 *
 * @typedef {import("../lib/store.js").Store<LearnState>} LearnStore
 */

export {};
