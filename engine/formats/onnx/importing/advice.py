"""The way out of a refusal: what can be done about a file that this engine cannot run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from engine.errors import UnsupportedOp
from engine.formats.onnx.converters.layers import EVAL_FIRST
from engine.formats.onnx.importing.worklist import Call, Worklist

_SIMPLIFY = (
    "a simplifier may fold it (pip install onnxsim; onnxsim model.onnx simple.onnx), as may an "
    "export by tracing with a fixed input size"
)
_RECURRENT = "recurrent parts are not shown here, only the convolutional part before them"
_SEQUENCE = "lists of tensors are not read; " + _SIMPLIFY

# Operation → what helps against it in particular.
_BY_OP: Mapping[str, str] = {
    "If": _SIMPLIFY,
    **dict.fromkeys(("Loop", "Scan"), "loops are not run here; " + _SIMPLIFY),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), _RECURRENT),
    **dict.fromkeys(
        (
            "SequenceConstruct",
            "SequenceAt",
            "SequenceEmpty",
            "SequenceInsert",
            "SplitToSequence",
            "ConcatFromSequence",
            "OptionalGetElement",
        ),
        _SEQUENCE,
    ),
}

# Domain → what helps against its operations.
_BY_DOMAIN: Mapping[str, str] = {
    "com.microsoft": (
        "onnxruntime writes these when it optimises or quantises a model: take the file from "
        "before, or quantise with quant_format=QuantFormat.QDQ"
    ),
    "com.microsoft.nchwc": "onnxruntime writes these when it optimises a model: take the file from before",
    "ai.onnx.ml": "classical models (trees, scalers, encoders) are not networks",
    "org.pytorch.aten": "export again with operator_export_type=OperatorExportTypes.ONNX and a newer opset",
    "org.pytorch.prim": "export again by tracing, after model.eval(), with a newer opset",
    "aten": "export again with a newer opset_version",
    "mmdeploy": "export again without post-processing",
    "TRT": "export again without the plug-in for non-maximum suppression",
}


@contextmanager
def with_way_out(call: Call, work: Worklist) -> Iterator[None]:
    """Adds to a refusal of ``call`` what can be done about it, and where the file can be cut off
    before it.
    """
    try:
        yield
    except UnsupportedOp as error:
        if error.way_out:
            raise
        before = _value_before(call, work)
        # What was exported while training is mended by another export alone.
        cut = "" if EVAL_FIRST in str(error) else _cut(before, work)
        ways = [way for way in (_way(call), cut) if way]
        way_out = "; or ".join(ways)
        way_out = way_out[:1].upper() + way_out[1:]
        raise UnsupportedOp(
            f"{error}. {way_out}" if ways else str(error),
            op=error.op,
            node=error.node,
            way_out=way_out,
            before=before,
        ) from None


def _way(call: Call) -> str:
    domain = call.written.domain
    if not call.is_own:
        return _BY_DOMAIN.get(domain, "")
    return _BY_OP.get(call.written.op_type, "")


def _cut(before: str | None, work: Worklist) -> str:
    if before is None:
        return ""
    inputs = ", ".join(f'"{name}"' for name in work.inputs())
    return (
        'cut the network off before it: onnx.utils.extract_model("model.onnx", "cut.onnx", '
        f'[{inputs}], ["{before}"])'
    )


def _value_before(call: Call, work: Worklist) -> str | None:
    """A value that a step of the file itself makes, and that ``call`` reads: the file up to it can
    be read.
    """
    if not call.scope.is_top:
        return None
    computed = (name for name in call.inputs if work.is_computed(name))
    return next(computed, None)
