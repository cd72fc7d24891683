"""The shapes of the API's JSON, with examples, as the OpenAPI document describes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from app.http.schemas.ops import Curve, OpTraits
from app.http.schemas.outputs import AnalysisOutput, ModelOutput, Prediction, Schema
from app.http.schemas.workspaces import LENT, SHARE

EXPIRES_IN = Field(
    description="Seconds after which a brought model is forgotten unless it is used; null for others.",
    examples=[None],
)
NATIVE_SHAPE = Field(
    description="The network's own shape without the axis of pictures, where that is another; null "
    "otherwise.",
    examples=[None],
)


class ModelSummary(Schema):
    """A model in a list."""

    id: str = Field(examples=["everyday"])
    title: str = Field(examples=["Everyday things"])
    summary: str = Field(examples=["Tells 20 kinds of everyday things apart."])
    classes: int = Field(
        description="Of its primary output; 0 when that has no classes.", examples=[20]
    )
    parameters: int = Field(examples=[851324])
    multiply_adds: int = Field(examples=[61931520])
    input_size: list[int] = Field(examples=[[3, 64, 64]])
    training: str | None = Field(
        description="The training whose network it is, if it is one's.", examples=[None]
    )
    origin: Literal["shipped", "folder", "uploaded", "changed", "trained"] = Field(
        description="shipped with Convscope; in the server's folder of models; uploaded; changed: another one's copy "
        "with another preprocessing; trained here.",
        examples=["shipped"],
    )
    created: float | None = Field(
        description="When it came, in seconds since 1970; null for what ships.", examples=[None]
    )
    share: str | None = SHARE
    dataset: str | None = Field(
        description="The name of the dataset that it was trained on here; null for others.",
        examples=[None],
    )
    size: int = Field(description="Bytes of its parameters.", examples=[3405296])
    uploaded: bool = Field(description="Whether somebody brought it.", examples=[False])
    bytes: int | None = Field(
        description="Memory that a brought model takes; null for others.", examples=[None]
    )
    expires_in: float | None = EXPIRES_IN


class ModelName(Schema):
    """What a model is to be called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=200, examples=["My ResNet, second try"])


class ModelList(Schema):
    """The models on offer; ``default`` is used when a request names none."""

    default: str = Field(examples=["everyday"])
    models: list[ModelSummary]


class ModelInput(Schema):
    """The network's input."""

    name: str = Field(examples=["input"])
    shape: list[int] = Field(examples=[[3, 64, 64]])


class PreprocessInfo(Schema):
    """How a photo becomes the input, in the words of torchvision and timm: (pixel / scale − mean) /
    std.
    """

    input_size: list[int] = Field(examples=[[3, 64, 64]])
    crop_pct: float = Field(examples=[1.0])
    interpolation: str = Field(examples=["bicubic"])
    mean: list[float] = Field(examples=[[0.48, 0.45, 0.4]])
    std: list[float] = Field(examples=[[0.27, 0.26, 0.28]])
    scale: float = Field(
        description="What pixels are divided by first: 255, or 1 where mean and std are for pixels from 0 "
        "to 255.",
        examples=[255.0],
    )
    channels: str = Field(
        description="What each channel is given: rgb, bgr, rgba, or a list of colours and pixel values; a "
        "network with one channel sees grey.",
        examples=["rgb"],
    )
    crop_mode: Literal["center", "squash", "border"] = Field(
        description="How a photo of other proportions fits: its middle, stretched, or with borders.",
        examples=["center"],
    )
    source: Literal["file", "graph", "chosen", "assumed"] = Field(
        description="Who says so: the file; the network's own first steps or the type of its input; "
        "whoever brought it; or nobody, so that the usual is assumed.",
        examples=["file"],
    )


class LayerInfo(OpTraits):
    """A layer of a model. The input comes first, with the op «input»."""

    name: str = Field(examples=["conv1_1"])
    op: str = Field(examples=["conv"])
    inputs: list[str] = Field(examples=[["input"]])
    label: str = Field(description="What the model's file calls the node.", examples=[""])
    shape: list[int] = Field(
        description="[C, H, W] or [K], as the layer is shown and as positions count.",
        examples=[[24, 64, 64]],
    )
    layout: str = Field(
        description="A letter for each of the network's own axes: N pictures, C channels, H rows, W "
        "columns, L places in a line.",
        examples=["NCHW"],
    )
    native_shape: list[int] | None = NATIVE_SHAPE
    parameters: int = Field(examples=[672])
    multiply_adds: int = Field(examples=[2654208])
    attributes: dict[str, Any] = Field(
        examples=[{"stride": [1, 1], "padding": [1, 1, 1, 1], "kernel": [3, 3]}]
    )
    receptive_field: list[int] = Field(
        description="[height, width] on the input of what the layer's middle number sees.",
        examples=[[3, 3]],
    )


OutputForm = Literal["probabilities", "logits"]
OUTPUT = Field(
    description="Where the predictions' probabilities come from: the network's own answer, or the softmax "
    "of its raw scores, «logits» (the sigmoid, for a yes or no). null when its answer is no "
    "list of classes; then there are no predictions.",
    examples=["probabilities"],
)


class Cost(Schema):
    """What one photo costs."""

    multiply_adds: int = Field(examples=[61931520])
    activation_bytes: int = Field(
        description="Memory for every number of every layer.", examples=[2539792]
    )
    parameter_bytes: int = Field(examples=[3405296])


class Model(Schema):
    """A model and its layers."""

    id: str = Field(examples=["everyday"])
    title: str = Field(examples=["Everyday things"])
    lent: bool = LENT
    description: str = Field(examples=["A small VGG that tells 20 kinds of everyday things apart."])
    digest: str = Field(
        description="SHA-256 of structure and parameters.", examples=["9f86d081884c7d65"]
    )
    input: ModelInput
    preprocess: PreprocessInfo
    labels: list[str] | None = Field(examples=[["banana", "car", "cat"]])
    output: OutputForm | None = OUTPUT
    outputs: list[ModelOutput] = Field(
        description="What the network answers; exactly one is primary."
    )
    parameters: int = Field(examples=[851324])
    multiply_adds: int = Field(examples=[61931520])
    cost: Cost
    uploaded: bool = Field(description="Whether somebody brought it.", examples=[False])
    bytes: int | None = Field(
        description="Memory that a brought model takes; null for others.", examples=[None]
    )
    expires_in: float | None = EXPIRES_IN
    card: dict[str, Any] = Field(
        description="The model card: what it was trained on, how often it is right, by class.",
        examples=[{"accuracy": 0.85}],
    )
    layers: list[LayerInfo]


class AnalysisInput(Schema):
    """The photo, and the part of it that the network sees."""

    width: int = Field(examples=[600])
    height: int = Field(examples=[400])
    format: str = Field(examples=["JPEG"])
    crop: list[float] = Field(
        description="[left, top, right, bottom] in pixels of the upright photo.",
        examples=[[100.0, 0.0, 500.0, 400.0]],
    )
    size: list[int] = Field(description="[height, width] of the input.", examples=[[64, 64]])


class Stats(Schema):
    """Key figures of a layer's numbers; minimum, maximum, mean and standard deviation are of the
    finite ones.
    """

    min: float = Field(examples=[0.0])
    max: float = Field(examples=[3.1])
    mean: float = Field(examples=[0.21])
    std: float = Field(examples=[0.4])
    zero_fraction: float = Field(examples=[0.62])
    nan_count: int = Field(description="How many are not a number.", examples=[0])
    inf_count: int = Field(description="How many are infinite.", examples=[0])
    silent_channels: list[int] | None = Field(
        description="Maps that are zero everywhere, for this photo; null for a vector.",
        examples=[[12]],
    )


class AnalysisLayer(Schema):
    """A layer in an analysis, in short."""

    name: str = Field(examples=["relu1_1"])
    op: str = Field(examples=["relu"])
    shape: list[int] = Field(examples=[[24, 64, 64]])
    layout: str = Field(
        description="A letter for each of the network's own axes: N pictures, C channels, H rows, W "
        "columns, L places in a line.",
        examples=["NCHW"],
    )
    native_shape: list[int] | None = NATIVE_SHAPE
    stats: Stats
    top_channels: list[int] = Field(
        description="Up to 8 channels with the largest mean |value|, strongest first.",
        examples=[[5, 11, 0, 17, 2, 9, 21, 3]],
    )


class Timings(Schema):
    """Where the run's time went, in milliseconds; the header Server-Timing has the answer's."""

    decode: float = Field(examples=[2.1])
    preprocess: float = Field(examples=[0.6])
    forward: float = Field(examples=[9.8])
    layers: dict[str, float] = Field(examples=[{"conv1_1": 0.7, "relu1_1": 0.1}])
    statistics: float = Field(description="Key figures of every layer.", examples=[2.4])
    total: float = Field(examples=[15.2])


Pixels = Annotated[int, Field(ge=0, le=65535)]


class PhotoChanges(Schema):
    """Made in this order; lengths are in pixels of the network's input."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shift: tuple[Annotated[int, Field(ge=-8, le=8)], Annotated[int, Field(ge=-8, le=8)]] = Field(
        (0, 0), description="[right, down]", examples=[[3, -2]]
    )
    rotate: float = Field(
        0.0, ge=-180, le=180, description="Degrees clockwise about the centre.", examples=[10.0]
    )
    blur: float = Field(0.0, ge=0, le=8, description="Deviation of a Gauss curve.", examples=[1.5])
    occlude: list[tuple[Pixels, Pixels, Pixels, Pixels]] = Field(
        [],
        max_length=512,
        description="[left, top, right, bottom] of hidden parts; they get the colour that the network "
        "takes for zero.",
        examples=[[[10, 10, 20, 20]]],
    )


class NetworkEdit(Schema):
    """A filter whose results are multiplied by «scale» (0 switches it off), or one «weight» of it
    set to a number.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    layer: str = Field(max_length=512, examples=["conv1_1"])
    filter: int = Field(ge=0, le=2**31 - 1, examples=[3])
    scale: float | None = Field(None, ge=-100, le=100, examples=[0.0])
    channel: int | None = Field(None, ge=0, le=2**31 - 1, examples=[None])
    y: int | None = Field(None, ge=0, le=2**31 - 1, examples=[None])
    x: int | None = Field(None, ge=0, le=2**31 - 1, examples=[None])
    weight: float | None = Field(None, ge=-1e6, le=1e6, examples=[None])

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.scale is None) == (self.weight is None):
            raise ValueError("give either scale, or channel (with y and x in a kernel) and weight")
        if self.weight is not None and self.channel is None:
            raise ValueError("a weight is named by filter and channel, in a kernel also by y and x")
        return self


class Changes(Schema):
    """What is different in a variant."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    photo: PhotoChanges = Field(PhotoChanges())
    network: list[NetworkEdit] = Field([], max_length=256)


class Analysis(Schema):
    """What a network made of a photo. ``id`` is made from the content: the same photo and model
    give the same id.
    """

    id: str = Field(examples=["0f3c5a1be2d94c7786a1d0f4b3e25c68"])
    model: str = Field(examples=["everyday"])
    input: AnalysisInput
    layers: list[AnalysisLayer]
    predictions: list[Prediction] = Field(
        description="Of the primary output: all classes, best first; none where it has no classes."
    )
    output: OutputForm | None = OUTPUT
    outputs: list[AnalysisOutput] = Field(description="Every output's answer, in the file's order.")
    timings_ms: Timings
    original: str | None = Field(None, description="That of a variant.", examples=[None])
    changes: Changes | None = Field(None, description="Those of a variant.", examples=[None])
    step: str | None = Field(
        None, description="The step of learning that changed the network.", examples=[None]
    )


class LayerData(Schema):
    """A layer's numbers."""

    name: str = Field(examples=["fc1"])
    op: str = Field(examples=["dense"])
    shape: list[int] = Field(description="Of the whole layer: [C, H, W] or [K].", examples=[[3]])
    channels: list[int] = Field(
        description="Which channels (units) are in ``data``, in this order.", examples=[[0, 1, 2]]
    )
    stats: Stats
    data: list[Any] = Field(
        description="(C, H, W) nested lists for maps, (K) for scores.", examples=[[-1.5, 4.25, 0.5]]
    )
    labels: list[str] | None = Field(
        None, description="Names of the units, for scores.", examples=[["banana", "car", "cat"]]
    )


class Place(Schema):
    """Where a number is: channel, y and x in a map, or unit in a vector."""

    channel: int | None = Field(None, examples=[5])
    y: int | None = Field(None, examples=[12])
    x: int | None = Field(None, examples=[30])
    unit: int | None = Field(None, examples=[None])


class Term(Place):
    """One of the numbers that a number was made from."""

    input: str = Field(description="The layer that it is in.", examples=["relu1_1"])
    value: float = Field(examples=[0.5])
    weight: float | None = Field(
        description="What it was multiplied by; null where the op does not multiply.",
        examples=[-0.25],
    )
    product: float = Field(description="What it brought to the result.", examples=[-0.125])
    padding: bool = Field(description="Whether it lies outside the input.", examples=[False])


class Rectangle(Schema):
    """A box, half open: left ≤ x < right, top ≤ y < bottom."""

    left: float = Field(examples=[28])
    top: float = Field(examples=[10])
    right: float = Field(examples=[34])
    bottom: float = Field(examples=[16])


class ReceptiveField(Schema):
    """What a number can see: on the network's input, and on the photo in its own pixels."""

    input: Rectangle
    photo: Rectangle


class ExplanationOut(Schema):
    """Where a number came from: ``value = bias + Σ product`` over ``terms``, up to rounding."""

    layer: str = Field(examples=["conv1_2"])
    op: str = Field(examples=["conv"])
    index: Place
    rule: str = Field(
        description="weighted_sum, sum, product, max, mean, norm, function, copy, scale, softmax or "
        "constant.",
        examples=["weighted_sum"],
    )
    value: float = Field(examples=[0.375])
    bias: float = Field(examples=[0.5])
    details: dict[str, float] = Field(
        description="Further numbers that the rule speaks of.", examples=[{}]
    )
    terms: list[Term]
    curve: Curve | None = Field(
        None,
        description="Of the rule «function»: the function, where it is the same for all of the layer's "
        "numbers.",
    )
    receptive_field: ReceptiveField | None = Field(
        description="null when the number does not depend on the photo."
    )


class PathStep(Schema):
    """A number on the way back to the input."""

    layer: str = Field(examples=["relu1_1"])
    op: str = Field(examples=["relu"])
    index: Place
    value: float = Field(examples=[0.5])
    product: float | None = Field(
        description="What it brought to the step before; null for the first.", examples=[-0.125]
    )
    receptive_field: ReceptiveField | None


class StrongestPath(Schema):
    """The strongest path: a number, its largest term one layer back, and so on to the input."""

    steps: list[PathStep]


class EffectiveField(Schema):
    """How strongly each pixel of the input can move a number."""

    layer: str = Field(examples=["conv1_2"])
    index: Place
    shape: list[int] = Field(description="[height, width] of the input.", examples=[[2, 2]])
    map: list[list[float]] = Field(
        description="|∂number/∂pixel|, the length of the vector over the colours.",
        examples=[[[0.0, 0.1], [0.4, 0.0]]],
    )
    receptive_field: ReceptiveField | None


class ReceptiveFields(Schema):
    """What each row and each column of a layer's maps sees of the input, all maps together; null
    for a vector.
    """

    name: str = Field(examples=["pool1"])
    rows: list[list[int]] | None = Field(
        description="[top, bottom], half open, for each row.", examples=[[[0, 4], [1, 6]]]
    )
    columns: list[list[int]] | None = Field(
        description="[left, right], half open, for each column.", examples=[[[0, 4], [1, 6]]]
    )


class Weights(Schema):
    """A layer's parameters, those of some filters or of all."""

    name: str = Field(examples=["fc1"])
    op: str = Field(examples=["dense"])
    shape: list[int] = Field(
        description="Of all weights: [K, C/groups, kh, kw], [K, D] or [C].", examples=[[20, 3]]
    )
    filters: list[int] = Field(
        description="Which filters (units) are here, in this order.", examples=[[0]]
    )
    parameters: dict[str, list[Any]] = Field(
        description="By name, nested, one entry a filter.",
        examples=[{"weight": [[0.5, -0.25, 0.125]], "bias": [0.1]}],
    )


class Sample(Schema):
    """A picture that the page offers."""

    id: str = Field(examples=["car"])
    title: str = Field(examples=["A car"])
    url: str = Field(examples=["/static/samples/car.jpg"])
    credit: str = Field(examples=["Rendered by this project"])
    license: str = Field(examples=["CC0-1.0"])


class Health(Schema):
    """A sign of life."""

    status: str = Field(examples=["ok"])
    version: str = Field(examples=["0.1.0"])


# What handlers read from a request's body themselves; FastAPI does not know of these.
BODIES = (
    Changes,
    ModelName,
)
