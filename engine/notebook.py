"""The ``repr`` of networks and traces: one line for a terminal, a table for a notebook.

Names and labels come from model files, so every text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.network import Network
    from engine.trace import Trace
    from engine.types import Array


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """An HTML table of texts."""
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = ("".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return (
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>"
    )


def network_text(network: Network) -> str:
    """A network in one line."""
    parameters = sum(array.size for array in network.parameters().values())
    return (
        f"Network({network.name!r}, inputs={network.inputs}, outputs={network.outputs}, "
        f"layers={len(network.nodes)}, parameters={parameters:,})"
    )


def network_html(network: Network) -> str:
    """A row for each layer of a network."""
    shapes = network.shapes()
    rows = (
        (
            node.name,
            node.op.op_type,
            ", ".join(node.inputs),
            _times(shapes[node.name][1:]),
            f"{sum(array.size for array in node.op.params.values()):,}",
        )
        for node in network.nodes
    )
    return table(network_text(network), ("layer", "op", "inputs", "shape", "parameters"), rows)


def trace_text(trace: Trace) -> str:
    """A trace in one line."""
    outputs = {name: value.shape for name, value in trace.outputs.items()}
    return f"Trace(values={len(trace)}, outputs={outputs}, nbytes={trace.nbytes:,})"


def trace_html(trace: Trace) -> str:
    """A row for each value of a trace."""
    rows = ((name, _times(value.shape), *_range(value)) for name, value in trace.items())
    return table(trace_text(trace), ("value", "shape", "minimum", "mean", "maximum"), rows)


def _times(shape: Sequence[int]) -> str:
    return " × ".join(map(str, shape))


def _range(value: Array) -> tuple[str, str, str]:
    if not value.size:
        return "", "", ""
    return f"{value.min():.4g}", f"{value.mean():.4g}", f"{value.max():.4g}"
