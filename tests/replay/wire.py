"""The API's names that the replay itself needs: paths, parameters, bodies, a few fields."""

API = "/api/v1"

# Every JSON route for GET and POST; test_replay.py holds this list against the OpenAPI document.
MODELS = "/models"
MODEL = "/models/{id}"
WEIGHTS = "/models/{id}/layers/{name}/weights"
RECEPTIVE_FIELDS = "/models/{id}/layers/{name}/receptive-fields"
PREPROCESSING = "/models/{id}/preprocessing"
COPIES = "/models/{id}/copies"
SAMPLES = "/samples"
ANALYSES = "/analyses"
ANALYSIS = "/analyses/{id}"
LAYER = "/analyses/{id}/layers/{name}"
EXPLANATION = "/analyses/{id}/layers/{name}/explain"
STRONGEST_PATH = "/analyses/{id}/layers/{name}/strongest-path"
EFFECTIVE_FIELD = "/analyses/{id}/layers/{name}/effective-receptive-field"
ATTRIBUTIONS = "/analyses/{id}/attributions"
VARIANTS = "/analyses/{id}/variants"
DIFFERENCE = "/analyses/{id}/difference"
EXPORT = "/analyses/{id}/export"
PREDICT = "/predict"
DATASETS = "/datasets"
DATASET = "/datasets/{id}"
PLAN = "/trainings/plan"
TRAININGS = "/trainings"
TRAINING = "/trainings/{id}"
ADVANCE = "/trainings/{id}/advance"
PAUSE = "/trainings/{id}/pause"
RESUME = "/trainings/{id}/resume"
STOP = "/trainings/{id}/stop"
RESET = "/trainings/{id}/reset"
NEXT_STEP = "/trainings/{id}/next-step"
EVALUATION = "/trainings/{id}/evaluation"
PHOTO_STEP = "/analyses/{id}/training-step"
STEP = "/steps/{id}"
STEP_VALUES = "/steps/{id}/values/{name}"
STEP_PARAMETER = "/steps/{id}/parameters/{name}/{parameter}"
STEP_EXPLANATION = "/steps/{id}/explain/{name}"
STEP_WEIGHT_GRADIENT = "/steps/{id}/gradient/{name}/{parameter}"
STEP_VALUE_GRADIENT = "/steps/{id}/activation-gradient/{name}"
STEP_UPDATE = "/steps/{id}/update/{name}/{parameter}"

# Says nothing of what is computed.
UNREPLAYED = (
    "/health/live",
    "/health/ready",
    "/workspace",
    "/models/{id}/share",
    "/trainings/{id}/share",
    "/frames",  # the numbers of an analysis, and tests/app/http/test_frames.py compares them
)

# Fields by name: those that the replay reads to go on from there.
ID = "id"
LAYERS = "layers"
NAME = "name"
OUTPUTS = "outputs"
SHAPE = "shape"
LABELS = "labels"
LABEL = "label"
CLASSES = "classes"
PREDICTIONS = "predictions"
PARAMETERS = "parameters"
GRADIENT = "gradient"
STATUS = "status"
PAUSED = "paused"
OVER = ("finished", "stopped", "failed")

# Fields whose values differ from run to run.
VOLATILE = frozenset(
    {
        "timings_ms",
        "seconds",
        "expires_in",
        "images_per_second",
        "seconds_left",
        "diagnostics",  # of a batch that the clock chooses
        "last_validation_accuracy",  # in the history, which is compared
    }
)

METHODS = {
    "saliency": {},
    "input_x_gradient": {},
    "integrated_gradients": {"steps": 4},
    "smooth_grad": {"samples": 2, "noise": 0.1, "seed": 1},
    "guided_backprop": {},
    "grad_cam": {},
    "grad_cam_plus_plus": {},
    "occlusion": {"window": 16, "stride": 16},
}


def attribution(method, curves):
    return {"method": method, "curves": curves, **METHODS[method]}


PHOTO_CHANGES = {"shift": [3, -2], "rotate": 10, "blur": 1.5, "occlude": [[4, 4, 12, 12]]}


def scaled(layer):
    """A variant with one filter scaled."""
    return {"network": [{"layer": layer, "filter": 1, "scale": 0.5}]}


def changed_photo():
    return {"photo": PHOTO_CHANGES}


def photo_step(label):
    return {"label": label, "optimiser": "adam", "learning_rate": 0.01, "weight_decay": 0.01}


LAYER_SPECS = [
    {"kind": "conv", "filters": 4, "kernel": 3, "stride": 2, "padding": 1},
    {"kind": "batchnorm"},
    {"kind": "relu"},
    {"kind": "maxpool", "kernel": 4, "stride": 4},
    {"kind": "dropout", "rate": 0.25},
    {"kind": "dense", "units": 12},
    {"kind": "tanh"},
]
DATASET_ID = "shapes"
TRAINING_CONFIG = {
    "dataset": DATASET_ID,
    "layers": LAYER_SPECS,
    "optimiser": "adam",
    "schedule": "cosine",
    "augmentation": "standard",
    "label_smoothing": 0.05,
    "weight_decay": 0.001,
    "batch_size": 128,
    "epochs": 1,
    "seed": 4,
    "paused": True,
}
PLANNED = {"dataset": DATASET_ID, "layers": LAYER_SPECS}

TWO_BATCHES = {"batches": 2}
STEPS_DONE = "step"
MODEL_ID = "model"
PARAMETER_KINDS = ("before", "gradient", "gradient_with_decay", "step", "after")

# The networks whose first layer with filters is changed in a variant.
EDITABLE = ("everyday", "branches", "residual", "inception")

# The networks that are copied with another preprocessing.
COPIED = ("everyday", "residual")
COPY = {"preset": "caffe"}

SLOWLY = {"speed": 0.1}  # batches a second: paused before the first one
