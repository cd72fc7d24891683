"""The folder of models that every start offers: what ``convscope models add`` put there, and files
that people copied into it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from cachetools import LRUCache

from app.errors import BadParameter, ModelError, UnknownModel
from app.execution.loading import LoadingCache
from app.models.external_data import names_beside, read_beside
from app.models.loading import limits_of, read_model
from app.models.options import MODEL_SUFFIXES, ImportOptions
from app.models.registry import Provenance
from app.settings import Settings
from app.workspaces.workspace import EVERYBODY
from engine.cost import cost
from engine.formats import safetensors
from engine.network import Network

_LISTED = 4096  # files of which it is remembered where their weights are

# A file, when it was written, and when the files beside it were that hold its weights (0: it is not
# there).
_Version = tuple[Path, int, tuple[int, ...]]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


class ModelFolder:
    """A provider: a model's id is its file's name without the suffix. Files whose names are no ids
    are passed over.
    """

    def __init__(self, settings: Settings) -> None:
        self._folder = Path(settings.models_dir).expanduser()
        # A server that takes no models over HTTP still offers these. A list of models looks at all
        # of them.
        most = max(settings.max_models_bytes, settings.max_model_bytes)
        self._limits = replace(limits_of(settings), max_parameter_bytes=most)
        # Networks, and for a file that is none the reason.
        self._read: LoadingCache[_Version, Network | str] = LoadingCache(LRUCache(most, _bytes_of))
        self._outside: LoadingCache[tuple[Path, int], tuple[str, ...]] = LoadingCache(
            LRUCache(_LISTED)
        )

    def ids(self) -> list[str]:
        """The models, by name."""
        try:
            files = [path for path in self._folder.iterdir() if path.suffix in MODEL_SUFFIXES]
        except OSError:
            return []
        return sorted({path.stem for path in files if _ID.fullmatch(path.stem)})

    def find(self, model: str) -> Network | None:
        """A model's network, read by the rules for those that are uploaded. Raises UnknownModel for
        one that cannot be read.
        """
        path = self._path(model)
        if path is None:
            return None
        try:
            read = self._read.get(self._version(path), lambda: self._read_file(path, model))
        except FileNotFoundError:  # it went away in this moment
            return None
        except OSError as error:
            raise UnknownModel(_unreadable(model, error.strerror)) from None
        if isinstance(read, str):
            raise UnknownModel(read)
        return read

    def _version(self, path: Path) -> _Version:
        written = path.stat().st_mtime_ns
        outside = self._outside.get((path, written), lambda: names_beside(path, path.read_bytes()))
        return path, written, tuple(_written(path.with_name(name)) for name in outside)

    def _read_file(self, path: Path, model: str) -> Network | str:
        data = path.read_bytes()
        # What ``add`` wrote has the name that it was given.
        options = ImportOptions(name=model if path.suffix == ".onnx" else "")
        try:
            external = read_beside(path, data, self._limits.max_bytes)
            return read_model(data, options, self._limits, external=external)
        except (ModelError, BadParameter) as error:
            return _unreadable(model, error)

    def use(self, model: str) -> None:
        """Nothing comes of it: these stay."""

    def retention(self, model: str) -> None:
        """These stay until somebody removes the file."""

    def owner(self, model: str) -> str | None:
        """Files in the folder are offered to everybody."""
        return None if self._path(model) is None else EVERYBODY

    def provenance(self, model: str) -> Provenance | None:
        """A file in the folder, and when it was written."""
        path = self._path(model)
        if path is None:
            return None
        try:
            written = path.stat().st_mtime
        except OSError:  # it went away in this moment
            return None
        return Provenance(origin="folder", created=written, dataset=None, title=None)

    def add(self, model: str, network: Network) -> Path:
        """Keep a network under that id, in place of the one there was. Raises BadParameter for what
        cannot be an id, OSError.
        """
        if not _ID.fullmatch(model):
            raise BadParameter(
                f"{model!r} cannot be a model's id; it has letters, digits, dots, dashes and underscores. Rename the file."
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{model}.safetensors"
        safetensors.save(network, path, half=False)
        return path

    def remove(self, model: str) -> None:
        """Remove a model's file. Raises UnknownModel, OSError."""
        path = self._path(model)
        if path is None:
            raise UnknownModel(
                f"There is no model {model!r} in {self._folder}. There is: {', '.join(self.ids()) or 'none'}."
            )
        path.unlink()

    def _path(self, model: str) -> Path | None:
        if not _ID.fullmatch(model):
            return None
        paths = (self._folder / f"{model}{suffix}" for suffix in MODEL_SUFFIXES)
        return next((path for path in paths if path.is_file()), None)


def _written(path: Path) -> int:
    return path.stat().st_mtime_ns if path.is_file() else 0


def _bytes_of(read: Network | str) -> int:
    return len(read) if isinstance(read, str) else cost(read).parameter_bytes


def _unreadable(model: str, why: object) -> str:
    return f"The file of the model {model!r} cannot be read: {why}"
