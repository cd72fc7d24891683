"""Content negotiation: format, channels, and whether the client's copy is current."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers

from app.errors import BadParameter, NotAcceptable
from app.version import VERSION

EVENTS = "text/event-stream"

MEDIA_TYPES = {
    "json": "application/json",
    "npy": "application/x-npy",
    "npz": "application/x-npz",
    "png": "image/png",
    "safetensors": "application/vnd.safetensors",
    "onnx": "application/vnd.onnx",
    "events": EVENTS,
}

_CHANNELS = re.compile(r"(?P<first>[0-9]{1,6})(-(?P<last>[0-9]{1,6}))?")

# An element of a list may hold quoted strings, and these commas and semicolons (RFC 9110, 5.6.4).
_ELEMENT = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*"?)+')
_PART = re.compile(r'(?:[^";]|"(?:[^"\\]|\\.)*"?)+')
_NAME = r"[\w!#$%&'*+.^`|~-]+"
_MEDIA_RANGE = re.compile(rf"{_NAME}/{_NAME}", re.ASCII)
_WEIGHT = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")


@dataclass(frozen=True)
class _MediaRange:
    """One element of an Accept header, such as ``image/*;q=0.8``."""

    text: str
    weight: float

    def specificity(self, media_type: str) -> int:
        """3 for the type itself, 2 for ``type/*``, 1 for ``*/*``, 0 where it does not match."""
        family = media_type.split("/")[0] + "/*"
        return {media_type: 3, family: 2, "*/*": 1}.get(self.text, 0)


def accepted(headers: Headers) -> str:
    """The Accept header; several lines of it are one list (RFC 9110, 5.3)."""
    return ", ".join(headers.getlist("accept"))


def choose_format(asked: str | None, accept: str, offered: Sequence[str]) -> str:
    """The format of the answer: ``?format=`` if given, otherwise what the Accept header (RFC 9110,
    12.5.1) prefers.

    Of several ranges that match a format the most specific one gives its weight. Formats of equal
    weight: the more specifically named first, then in the order of the header, then in that of
    ``offered``. Elements that are no media ranges are ignored, and so is a header of nothing else.
    Raises NotAcceptable.
    """
    if asked is not None:
        if asked in offered:
            return asked
    else:
        ranges = _media_ranges(accept) or [_MediaRange("*/*", 1.0)]
        ranked = [(_rank(ranges, MEDIA_TYPES[name]), name) for name in offered]
        (weight, *_), best = max(ranked, key=lambda entry: entry[0])
        if weight > 0:
            return best
    names = ", ".join(f"{name} ({MEDIA_TYPES[name]})" for name in offered)
    raise NotAcceptable(f"{asked or accept!r} is not on offer. There is: {names}.")


def _rank(ranges: Sequence[_MediaRange], media_type: str) -> tuple[float, int, int]:
    """How welcome a media type is: weight, specificity, earliness; (0, 0, 0) where nothing
    matches.
    """
    matches = [(one.specificity(media_type), -i, one.weight) for i, one in enumerate(ranges)]
    specificity, earliness, weight = max(matches)
    return (weight, specificity, earliness) if specificity else (0.0, 0, 0)


def _media_ranges(accept: str) -> list[_MediaRange]:
    """The elements of an Accept header that can be read, in its order. Parameters other than the
    weight are not looked at.
    """
    found: list[_MediaRange] = []
    for element in _ELEMENT.findall(accept):
        text, *parameters = (part.strip().lower() for part in _PART.findall(element))
        text = "*/*" if text == "*" else text  # so does Java's URLConnection write it
        weight = _weight(parameters)
        if _MEDIA_RANGE.fullmatch(text) and weight is not None:
            found.append(_MediaRange(text, weight))
    return found


def _weight(parameters: Sequence[str]) -> float | None:
    """The value of ``q``, 1 without one, None where it is no number from 0 to 1."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            value = value.strip()
            weight = float(value) if _WEIGHT.fullmatch(value) else 2.0
            return weight if weight <= 1 else None
    return 1.0


def parse_index_ranges(text: str | None, count: int, called: str = "channels") -> list[int]:
    """``0,3,8-15`` → [0, 3, 8, …, 15], each once, in that order; all ``count`` without a text.
    Raises BadParameter.

    ``called`` is the parameter's name.
    """
    if text is None:
        return list(range(count))
    wanted: dict[int, None] = {}
    for part in text.split(","):
        match = _CHANNELS.fullmatch(part.strip())
        if match is None:
            raise BadParameter(
                f"{called}: {part!r} is neither a number nor a range. Write it like this: 0,3,8-15."
            )
        start, stop = int(match["first"]), int(match["last"] or match["first"])
        if stop >= count or start > stop:
            raise BadParameter(
                f"{called}: {part!r} does not fit; this layer has {count:,}, 0 to {count - 1}.",
                limit=count - 1,
                actual=stop,
            )
        wanted |= dict.fromkeys(range(start, stop + 1))
    return list(wanted)


def etag(*parts: object) -> str:
    """A strong validator. Ids are derived from content, so the request alone determines the
    response of one version of Convscope.
    """
    return f'"{hashlib.sha256(repr((VERSION, *parts)).encode()).hexdigest()[:32]}"'


def not_modified(headers: Headers, tag: str) -> bool:
    """Whether the client's copy is current (If-None-Match)."""
    held = [t.strip().removeprefix("W/") for t in headers.get("if-none-match", "").split(",")]
    return tag in held or "*" in held
