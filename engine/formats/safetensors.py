"""A network in one file: its arrays as safetensors, its graph, labels, preprocessing and model card
as JSON in the header.
"""

from __future__ import annotations

import json
import os
import secrets
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as parse
from safetensors.numpy import save as serialise

from engine.errors import EngineError, FormatError
from engine.network import Network, Node
from engine.ops import OPS
from engine.preprocess import Preprocess
from engine.types import Array

KEY = "convscope"  # in the header's metadata
PART = ".part"  # the end of the name of a file that is being written


def save(network: Network, path: str | os.PathLike[str], *, half: bool = True) -> None:
    """Write ``network`` to ``path``, whole or not at all. ``half`` stores float16, at half the
    size.
    """
    write_atomically(Path(path), to_bytes(network, half=half))


def to_bytes(network: Network, *, half: bool = True) -> bytes:
    """What ``save`` writes."""
    dtype = np.float16 if half else np.float32
    arrays = {
        name: np.ascontiguousarray(array, dtype)
        for name, array in (network.parameters() | network.buffers()).items()
    }
    about = {"name": network.name, "structure": network.structure(), "meta": network.meta}
    return serialise(arrays, metadata={KEY: json.dumps(about)})


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file atomically, whoever else writes it. Where that fails (a full disk), nothing is
    left of it.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART}")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise


def load(source: str | os.PathLike[str] | bytes) -> Network:
    """The network in a file or in its bytes, with float32 parameters. Raises FormatError, saying
    what is wrong with it.
    """
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    try:
        arrays = parse(data)
        about = json.loads(_metadata(data)[KEY])
        return _build(about, {k: np.asarray(a, np.float32) for k, a in arrays.items()})
    except SafetensorError as error:
        raise FormatError(f"not a safetensors file: {error}") from None
    except EngineError as error:
        raise FormatError(f"the file's network cannot be built: {error}") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FormatError(f"not a network that this program saved: {error!r}") from None


def _metadata(data: bytes) -> dict[str, Any]:
    # The safetensors header is a length (8 bytes, little-endian) and JSON; the library's own reader
    # of metadata wants a file.
    size = int.from_bytes(data[:8], "little")
    header: dict[str, Any] = json.loads(data[8 : 8 + size])
    return header["__metadata__"]  # type: ignore[no-any-return]


def _build(about: dict[str, Any], arrays: dict[str, Array]) -> Network:
    structure = about["structure"]
    parameters: dict[str, dict[str, Array]] = defaultdict(dict)
    for key, array in arrays.items():
        node, _, parameter = key.rpartition(".")  # a node's name may have dots of its own
        parameters[node][parameter] = array
    nodes = []
    for entry in structure["nodes"]:
        own = parameters.get(entry["name"], {})
        attributes = {
            k: tuple(v) if isinstance(v, list) else v for k, v in entry["attributes"].items()
        }
        op = OPS[entry["op"]](**own, **attributes)
        nodes.append(Node(entry["name"], op, tuple(entry["inputs"]), entry.get("label", "")))
    preprocess = structure["preprocess"]
    return Network(
        nodes,
        inputs={key: tuple(shape) for key, shape in structure["inputs"].items()},
        outputs=structure["outputs"],
        labels=structure["labels"],
        preprocess=None if preprocess is None else Preprocess.from_dict(preprocess),
        name=about["name"],
        meta=about["meta"],
    )
