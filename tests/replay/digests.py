"""Values → one line that tells whether they are the same: to the last bit on a machine of the same
kind, else nearly.

A line has a hash of the exact values, and a summary of them to six digits, by which they are
compared on a machine whose libraries compute other last digits (another BLAS kernel, another
instruction set). The summary is compared with a tolerance and not by its text, so nothing hangs on
where a digit is rounded.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.replay.wire import VOLATILE

TOLERANCE = 1e-3
_STEEPNESS = 1e3  # below a thousandth the summary is absolute, above it relative


@dataclass(frozen=True)
class Digest:
    """How many values there are, the hash of all, that of all that is no number, and three figures
    of the numbers.
    """

    count: int
    exact: str
    words: str
    mean: float
    size: float
    projection: float

    def is_near(self, other: Digest) -> bool:
        """Whether the values are the same but for rounding."""
        if (self.count, self.words) != (other.count, other.words):
            return False
        pairs = (
            (self.mean, other.mean),
            (self.size, other.size),
            (self.projection, other.projection),
        )
        return all(abs(a - b) <= TOLERANCE for a, b in pairs)

    def cells(self) -> tuple[str, ...]:
        figures = (self.mean, self.size, self.projection)
        return (str(self.count), self.exact, self.words, *(f"{figure:.6g}" for figure in figures))


def of_array(values: Any) -> Digest:
    """Of an array, its shape and type included."""
    array = np.asarray(values)
    about = f"{array.dtype.str}{array.shape}"
    return _digest(about + _sha(np.ascontiguousarray(array).tobytes(), 32), about, array.ravel())


def of_content(content: Any, names: Collection[str]) -> Digest:
    """Of the content of a JSON document; strings count where they are among the ``names``."""
    words: list[str] = []
    numbers: list[float] = []
    exact: list[str] = []
    for value in _values(content):
        if isinstance(value, str):
            if value in names:
                words.append(value)
                exact.append(repr(value))
        elif isinstance(value, bool) or value is None:
            words.append(repr(value))
            exact.append(repr(value))
        else:
            numbers.append(float(value))
            exact.append(repr(float(value)))
    return _digest("\n".join(exact), "\n".join(words), np.array(numbers, np.float64))


def joined(digests: Iterable[Digest]) -> Digest:
    """Of several things as one: the sums of their figures, each with another weight, so that no two
    can be exchanged.
    """
    parts = list(digests)
    weights = [1 / (1 + k) for k in range(len(parts))]

    def mix(name: str) -> float:
        figures = (getattr(part, name) for part in parts)
        return sum(w * figure for w, figure in zip(weights, figures, strict=True))

    return Digest(
        sum(part.count for part in parts),
        _sha("".join(part.exact for part in parts).encode()),
        _sha("".join(part.words for part in parts).encode()),
        mix("mean"),
        mix("size"),
        mix("projection"),
    )


def to_text(kind: str, lines: dict[str, Digest]) -> str:
    rows = ("\t".join((name, *digest.cells())) for name, digest in lines.items())
    return "\n".join((f"# {kind}", *rows, ""))


def from_text(text: str) -> tuple[str, dict[str, Digest]]:
    """The kind of machine that wrote it, and the lines."""
    head, *rows = text.splitlines()
    lines = {}
    for row in rows:
        name, count, exact, words, *figures = row.split("\t")
        lines[name] = Digest(int(count), exact, words, *map(float, figures))
    return head.removeprefix("# "), lines


def differences(
    kept: dict[str, Digest], found: dict[str, Digest], *, exactly: bool
) -> list[tuple[str, str]]:
    """(name, what is the matter) of every line that is not the same."""
    wrong = []
    for name, digest in kept.items():
        if name not in found:
            wrong.append((name, "gone"))
        elif found[name].exact != digest.exact:
            near = digest.is_near(found[name])
            if not near or exactly:
                wrong.append((name, _how(digest, found[name], near)))
    return wrong + [(name, "new") for name in found if name not in kept]


def _how(kept: Digest, found: Digest, near: bool) -> str:
    if kept.count != found.count:
        return f"{found.count} values, was {kept.count}"
    if kept.words != found.words:
        return "other names, booleans, nulls or shapes"
    figures = f"mean {found.mean:.6g}, was {kept.mean:.6g}"
    return "other last digits" if near else f"other numbers ({figures} on the summary's scale)"


def _values(content: Any) -> Iterator[Any]:
    """The leaves of a document in their order."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key not in VOLATILE:
                yield from _values(value)
    elif isinstance(content, list):
        for value in content:
            yield from _values(value)
    else:
        yield content


def _digest(exact: str, words: str, numbers: Any) -> Digest:
    scaled = np.arcsinh(np.nan_to_num(numbers.astype(np.float64)) * _STEEPNESS)
    places = np.arange(1, scaled.size + 1, dtype=np.float64)
    weights = (
        np.modf(places * (math.sqrt(5) - 1) / 2)[0] * 2 - 1
    )  # evenly spread, other ones at every place
    size = max(1, scaled.size)
    return Digest(
        numbers.size,
        _sha(exact.encode()),
        _sha(words.encode()),
        float(scaled.sum() / size),
        float(np.sqrt(np.square(scaled).sum() / size)),
        float((scaled * weights).sum() / math.sqrt(size)),
    )


def _sha(data: bytes, length: int = 12) -> str:
    return hashlib.sha256(data).hexdigest()[:length]
