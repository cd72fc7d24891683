"""Which form of a resource a client asks for: format, channels, and whether it has it already."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from starlette.datastructures import Headers

from app.errors import BadParameter, NotAcceptable

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

_RANGE = re.compile(r"(?P<first>[0-9]{1,6})(-(?P<last>[0-9]{1,6}))?")


def choose_format(asked: str | None, accept: str, offered: Sequence[str]) -> str:
    """The format of the answer: ``?format=`` if given, otherwise the best match of the Accept header, the first one offered
    when anything goes. Raises NotAcceptable.
    """
    if asked is not None and asked in offered:
        return asked
    if asked is None:
        for media_type in _by_preference(accept or "*/*"):
            for name in offered:
                if media_type in (MEDIA_TYPES[name], MEDIA_TYPES[name].split("/")[0] + "/*", "*/*"):
                    return name
    names = ", ".join(f"{name} ({MEDIA_TYPES[name]})" for name in offered)
    raise NotAcceptable(f"{asked or accept!r} is not on offer. There is: {names}.")


def _by_preference(accept: str) -> list[str]:
    """The media types of an Accept header, best first (RFC 9110, 12.5.1); those with q=0 are refused."""
    ranked: list[tuple[float, str]] = []
    for part in accept.split(","):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        weights = [p[2:] for p in parameters if p.startswith("q=")]
        try:
            weight = float(weights[0]) if weights else 1.0
        except ValueError:
            weight = 0.0
        if weight > 0:
            ranked.append((weight, media_type.lower()))
    return [media_type for _, media_type in sorted(ranked, key=lambda r: -r[0])]


def parse_channels(text: str | None, count: int, called: str = "channels") -> list[int]:
    """``0,3,8-15`` → [0, 3, 8, …, 15], each once, in that order; all ``count`` without a text. Raises BadParameter.

    ``called`` is the parameter's name.
    """
    if text is None:
        return list(range(count))
    wanted: dict[int, None] = {}
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
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
    """A strong validator. Analyses are named after their content, so what was asked for says what comes back."""
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def not_modified(headers: Headers, tag: str) -> bool:
    """Whether the client already holds this version (If-None-Match)."""
    held = [t.strip().removeprefix("W/") for t in headers.get("if-none-match", "").split(",")]
    return tag in held or "*" in held
