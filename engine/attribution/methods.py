"""The attribution methods by name, with their options, and one function that runs any of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from engine.attribution.cam import checked_layer, grad_cam, grad_cam_plus_plus
from engine.attribution.gradients import (
    guided_backprop,
    input_x_gradient,
    integrated_gradients,
    saliency,
    smooth_grad,
)
from engine.attribution.occlusion import occlusion, window_and_stride
from engine.attribution.target import ProgressCallback, make_target
from engine.errors import AttributionError
from engine.network import Network
from engine.outputs import OutputInfo
from engine.trace import Trace
from engine.types import Array

Number = int | float


@dataclass(frozen=True)
class Option:
    """A number that a method takes: from ``least`` to ``most``; without a default, the picture's
    size decides.
    """

    default: Number | None
    least: Number
    most: Number
    text: str

    @property
    def whole(self) -> bool:
        """Whether it is a whole number."""
        return isinstance(self.least, int)


def _as_given(_size: tuple[int, int], **options: Number) -> dict[str, Number]:
    return options


@dataclass(frozen=True)
class Method:
    """An attribution method.

    - ``signed``: whether negative values occur (pixels that lower the score);
    - ``takes_layer``: whether it uses the maps of a layer, which can be chosen;
    - ``from_baseline``: whether it compares with a baseline image;
    - ``resolve_options(size, **options)``: the options for a picture of that size (H, W), with
      nothing left open.
    """

    text: str
    compute: Callable[..., Array] = field(repr=False)
    options: Mapping[str, Option] = field(default_factory=dict)
    signed: bool = False
    takes_layer: bool = False
    from_baseline: bool = False
    resolve_options: Callable[..., Mapping[str, Number]] = field(default=_as_given, repr=False)


@dataclass(frozen=True, eq=False)
class Attribution:
    """The result of a method.

    - ``values`` (H, W) float32, one number a pixel of the network's input;
    - ``output`` was asked about, and of it the unit in ``target``, (layer, unit), whose ``score``
      is in that layer;
    - ``layer``: whose maps were looked at, None where the method does not;
    - ``baseline_score``: the score of the picture that stands for nothing, None where the method
      does not compare with it;
    - ``options``: those that it was computed with, the defaults filled in.
    """

    method: str
    values: Array
    signed: bool
    output: OutputInfo
    target: tuple[str, int]
    layer: str | None
    score: float
    baseline_score: float | None
    options: Mapping[str, Number]


METHODS: Mapping[str, Method] = {
    "saliency": Method("By how much the score moves when a pixel does, whichever way.", saliency),
    "input_x_gradient": Method(
        "The same with its sign, times the pixel's own value.", input_x_gradient, signed=True
    ),
    "integrated_gradients": Method(
        "Input × gradient, averaged on the way from the mean colour to the photo; adds up to the "
        "difference of the two scores.",
        integrated_gradients,
        {"steps": Option(128, 1, 1000, "points on the way; more of them add up more exactly")},
        signed=True,
        from_baseline=True,
    ),
    "smooth_grad": Method(
        "Saliency, averaged over noisy copies of the photo.",
        smooth_grad,
        {
            "samples": Option(32, 1, 500, "noisy copies"),
            "noise": Option(0.15, 0.0, 1.0, "its deviation, as a part of the range of the input"),
            "seed": Option(
                0, 0, 2**32 - 1, "where the noise comes from; the same seed, the same map"
            ),
        },
    ),
    "guided_backprop": Method(
        "Saliency, but every light switch passes back only what speaks for the class.",
        guided_backprop,
    ),
    "grad_cam": Method(
        "A layer's maps, each weighed by how much the score follows it.", grad_cam, takes_layer=True
    ),
    "grad_cam_plus_plus": Method(
        "Grad-CAM with weights that do justice to small and repeated things.",
        grad_cam_plus_plus,
        takes_layer=True,
    ),
    "occlusion": Method(
        "How far the score drops when a window of the photo is covered.",
        occlusion,
        {
            "window": Option(
                None,
                1,
                4096,
                "side of the window in pixels; default: an eighth of the shorter side",
            ),
            "stride": Option(None, 1, 4096, "pixels from window to window; default: half a window"),
        },
        signed=True,
        from_baseline=True,
        resolve_options=window_and_stride,
    ),
}


def attribute(
    network: Network,
    x: Array | Trace,
    method: str,
    *,
    output: str | None = None,
    target: int | str | None = None,
    layer: str | None = None,
    baseline: Array | None = None,
    tick: ProgressCallback | None = None,
    **options: Number | None,
) -> Attribution:
    """Which pixels of ``x`` (1, C, H, W), preprocessed, a score comes from. Given the trace of a
    pass on them instead, it begins there.

    - ``output``: whose score it is; without, the network's answer (``Network.answer``);
    - ``target``: a label, or a unit of the output: of one sigmoid 0 is no and 1 is yes, of maps all
      numbers are counted through; without, the class with the highest probability, or the largest
      number;
    - ``layer``: for methods that look at one, a layer with maps; without, the last that suits;
    - ``baseline`` (C, H, W): what stands for nothing; without, zeros, which is the mean colour;
    - ``tick(done, total)`` is called between pieces of work and may raise to stop it;
    - ``options``: the method's own (METHODS); None is the default.

    Raises AttributionError, with a text for people, for whatever of these does not exist or does
    not fit.
    """
    if method not in METHODS:
        raise AttributionError(f"there is no method {method!r}; there is: {', '.join(METHODS)}")
    how = METHODS[method]
    if layer is not None and not how.takes_layer:
        raise AttributionError(f"{method} looks at the whole network and takes no layer")
    given = _checked(method, options)
    question = make_target(network, x, target, baseline, tick, output)
    chosen = how.resolve_options(question.size, **given)
    looked_at = {"layer": checked_layer(network, layer, question.value)} if how.takes_layer else {}
    values = how.compute(question, **looked_at, **chosen)
    blank = float(question.scores(question.baseline)[0]) if how.from_baseline else None
    return Attribution(
        method=method,
        values=values.astype(np.float32),
        signed=how.signed,
        output=question.output,
        target=(question.value, question.unit),
        layer=looked_at.get("layer"),
        score=float(question.read(question.trace)[0]),
        baseline_score=blank,
        options=chosen,
    )


def _checked(method: str, given: Mapping[str, Number | None]) -> dict[str, Number | None]:
    """All options of the method: the given ones, each within its range, and the others'
    defaults.
    """
    known = METHODS[method].options
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        takes = f"takes {', '.join(known)}" if known else "has no options"
        raise AttributionError(f"{method} {takes}, but not {', '.join(unknown)}")
    chosen = {name: option.default for name, option in known.items()}
    for name, value in given.items():
        if value is not None:
            chosen[name] = _within(name, known[name], value)
    return chosen


def _within(name: str, option: Option, value: Number) -> Number:
    fits = not option.whole or isinstance(value, int)
    if not fits or not option.least <= value <= option.most:
        kind = "whole number" if option.whole else "number"
        raise AttributionError(
            f"{name} must be a {kind} from {option.least} to {option.most}, got {value!r}"
        )
    return value
