"""The shapes of the API's JSON that belong to the question «why this class?»."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from app.analyses.attributions import AttributionTask
from app.http.schemas.outputs import Schema


class AttributionRequest(Schema):
    """Which method to ask, about which class; options that a method does not have are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: str = Field(
        description="saliency, input_x_gradient, integrated_gradients, smooth_grad, guided_backprop, "
        "grad_cam, grad_cam_plus_plus or occlusion.",
        max_length=64,
        examples=["grad_cam"],
    )
    output: str | None = Field(
        None,
        description="The name of the output that is asked about; null: the primary one.",
        max_length=512,
        examples=[None],
    )
    target: str | int | None = Field(
        None,
        description="A label, or the number of a class; of an output without classes the number of a "
        "value, maps counted through (of a yes or no, 0 is no and 1 is yes). null: the best "
        "class, or the largest value.",
        examples=["car"],
    )
    layer: str | None = Field(
        None, description="For grad_cam and grad_cam_plus_plus; null: the last one that suits."
    )
    steps: int | None = Field(None, description="Of integrated_gradients.")
    samples: int | None = Field(None, description="Of smooth_grad.")
    noise: float | None = Field(None, description="Of smooth_grad, as a part of the input's range.")
    seed: int | None = Field(None, description="Of smooth_grad.")
    window: int | None = Field(None, description="Of occlusion, in pixels of the input.")
    stride: int | None = Field(None, description="Of occlusion, in pixels of the input.")
    curves: bool = Field(False, description="Whether to test the map by deletion and insertion.")

    def task(self) -> AttributionTask:
        """What the domain is asked for."""
        names = ("steps", "samples", "noise", "seed", "window", "stride")
        options = {name: value for name in names if (value := getattr(self, name)) is not None}
        return AttributionTask(
            self.method, self.output, self.target, self.layer, self.curves, options
        )


class Target(Schema):
    """The score that was asked about: that of a unit of an output, which is in a layer before its
    activation.
    """

    output: str = Field(examples=["softmax"])
    layer: str = Field(examples=["fc1"])
    unit: int = Field(examples=[6])
    label: str | None = Field(examples=["car"])


class CurveLines(Schema):
    """The network's answer for the class as pixels go (deletion) and come (insertion), the most
    important first.
    """

    deletion: list[float] = Field(examples=[[0.93, 0.2, 0.05]])
    insertion: list[float] = Field(examples=[[0.05, 0.7, 0.93]])
    deletion_area: float = Field(description="Small for a good map.", examples=[0.3])
    insertion_area: float = Field(description="Large for a good map.", examples=[0.6])


class CurvesOut(CurveLines):
    """How the map stands the test, and, as a yardstick, how a random order does."""

    fractions: list[float] = Field(
        description="The part of the pixels that are gone or there.", examples=[[0, 0.5, 1]]
    )
    random: CurveLines


class AttributionTimings(Schema):
    """Where the time went, in milliseconds."""

    total: float = Field(examples=[41.5])


class AttributionOut(Schema):
    """Which pixels of the input speak for a class."""

    method: str = Field(examples=["grad_cam"])
    target: Target
    layer: str | None = Field(description="Whose maps were looked at.", examples=["relu5_1"])
    score: float = Field(examples=[7.25])
    baseline_score: float | None = Field(
        description="The score of the plain mean colour, for methods that compare with it.",
        examples=[None],
    )
    signed: bool = Field(
        description="Whether pixels may speak against the class.", examples=[False]
    )
    size: list[int] = Field(description="[height, width].", examples=[[2, 2]])
    map: list[list[float]] = Field(examples=[[[0.0, 0.1], [0.4, 0.0]]])
    sum: float = Field(
        description="Of the map; with integrated_gradients about score − baseline_score.",
        examples=[0.5],
    )
    options: dict[str, float] = Field(examples=[{}])
    curves: CurvesOut | None
    timings_ms: AttributionTimings


# What handlers read from a request's body themselves; FastAPI does not know of these.
BODIES = (AttributionRequest,)
