"""ONNX files: a network as one, and one as a network.

The package ``onnx`` takes about 0.1 s to load; nothing else in the engine imports it, or this
package, until a file is read.
"""

from engine.cost import ModelLimits
from engine.formats.onnx.exporting.exporter import (
    ATTRIBUTES,
    CONSTANTS,
    IR_VERSION,
    OPSET,
    TYPES,
    to_onnx,
    write_node,
)
from engine.formats.onnx.file.external import external_files, read_beside
from engine.formats.onnx.importing.importer import from_onnx

__all__ = [
    "ATTRIBUTES",
    "CONSTANTS",
    "IR_VERSION",
    "OPSET",
    "TYPES",
    "ModelLimits",
    "external_files",
    "from_onnx",
    "read_beside",
    "to_onnx",
    "write_node",
]
