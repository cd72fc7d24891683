"""Convscope from Python: networks that are open to inspection, and a client of a running server.

    import convscope

    net = convscope.load("everyday")           # a network that ships, or a path to .onnx or
    .safetensors trace = net.forward(x)                     # x: float32 (N, 3, 64, 64),
    preprocessed trace["conv1_1"]                           # every value by its name

    with convscope.Client("http://127.0.0.1:8000") as client:
        analysis = client.analyze("photo.jpg")

Everything that other programs may rely on is in this package and in ``convscope.training``;
the packages ``app`` and ``engine`` are its inside and change without notice.
"""

from app.client import Analysis, Client, ClientError, Prediction, RequestRefused, ServerUnreachable
from app.client import Step as TrainingStep
from app.version import VERSION as __version__
from engine import Network, Node, Trace, load
from engine.errors import (
    AttributionError,
    EditError,
    EngineError,
    ExternalDataNeeded,
    FormatError,
    GraphError,
    InputSizeNeeded,
    ModelTooLarge,
    OptionMismatch,
    ShapeError,
    TrainingError,
    UnknownModel,
    UnsupportedOp,
)
from engine.formats.onnx import ModelLimits, from_onnx, to_onnx

__all__ = [
    "Analysis",
    "AttributionError",
    "Client",
    "ClientError",
    "EditError",
    "EngineError",
    "ExternalDataNeeded",
    "FormatError",
    "GraphError",
    "InputSizeNeeded",
    "ModelLimits",
    "ModelTooLarge",
    "Network",
    "Node",
    "OptionMismatch",
    "Prediction",
    "RequestRefused",
    "ServerUnreachable",
    "ShapeError",
    "Trace",
    "TrainingError",
    "TrainingStep",
    "UnknownModel",
    "UnsupportedOp",
    "__version__",
    "from_onnx",
    "load",
    "to_onnx",
]
