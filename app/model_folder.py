"""The folder of models that every start offers: what ``convscope models add`` put there, and files that people copied into it."""

from __future__ import annotations

import re
from pathlib import Path

from app.errors import BadParameter, UnknownModel
from engine.formats import safetensors
from engine.network import Network

SUFFIXES = (".safetensors", ".onnx")

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


class ModelFolder:
    """A shelf: a model's id is its file's name without the suffix. Files whose names are no ids are passed over."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder).expanduser()

    def ids(self) -> list[str]:
        """The models, by name."""
        try:
            files = [path for path in self._folder.iterdir() if path.suffix in SUFFIXES]
        except OSError:
            return []
        return sorted({path.stem for path in files if _ID.fullmatch(path.stem)})

    def find(self, model: str) -> Path | None:
        """A model's file."""
        if not _ID.fullmatch(model):
            return None
        paths = (self._folder / f"{model}{suffix}" for suffix in SUFFIXES)
        return next((path for path in paths if path.is_file()), None)

    def keeping(self, model: str) -> None:
        """These stay until somebody removes the file."""

    def add(self, model: str, network: Network) -> Path:
        """Keep a network under that id, in place of the one there was. Raises BadParameter for what cannot be an id, OSError."""
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
        path = self.find(model)
        if path is None:
            raise UnknownModel(
                f"There is no model {model!r} in {self._folder}. There is: {', '.join(self.ids()) or 'none'}."
            )
        path.unlink()
