"""What a picture's numbers mean as colours: any mode → opaque RGB, and what a file says of its
colours → sRGB.

Browsers do the same, so that the photo on the page and what the network sees are one picture:
transparent is white, an embedded profile (ICC) or a PNG's own gamma and primaries are followed, and
what is broken in them is passed over.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

ToSrgb = Callable[
    [Image.Image], Image.Image
]  # an opaque picture in the file's colours → RGB in sRGB

_MAX_PROFILE = 4 * 2**20  # bytes; those of printing presses have half a megabyte to three
_DISPLAY_KINDS = (
    "scnr",
    "mntr",
    "prtr",
    "spac",
)  # device classes (ICC.1, 7.2.5) that say what a picture's numbers mean
_NAMES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}  # colour spaces of profiles → modes
_BROKEN = (ImageCms.PyCMSError, OSError, ValueError, TypeError, MemoryError)

_SRGB_GAMMA = 0.45455
_SRGB_CHROMATICITIES = (
    0.3127,
    0.329,
    0.64,
    0.33,
    0.3,
    0.6,
    0.15,
    0.06,
)  # white, red, green, blue: x, y
_CLOSE = 0.01
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


def opaque(image: Image.Image, keep_inks: bool = False) -> Image.Image:
    """Any mode as RGB: transparent parts on white, 16-bit grey scaled down rather than cut off.
    CMYK may be kept as it is. What is opaque RGB already is not copied.
    """
    if image.mode.startswith("I"):
        return _deep_grey(image)
    if image.mode == "CMYK" and keep_inks:
        return image
    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")
    layer = image if image.mode == "RGBA" else image.convert("RGBA")
    page = Image.new("RGB", layer.size, "white")
    page.paste(layer, mask=layer.getchannel("A"))
    return page


def correct_transparency(image: Image.Image, data: bytes) -> None:
    """Say a PNG's transparent colour (tRNS) on the scale of its pixels: Pillow scales those of 2, 4
    and 16 bits, and not it.
    """
    clear, depth = (
        image.info.get("transparency"),
        data[24],
    )  # the bits a sample, in every PNG's first chunk
    if isinstance(clear, tuple) and depth == 16:
        image.info["transparency"] = tuple(level >> 8 for level in clear)
    elif isinstance(clear, int) and image.mode == "L" and depth in (2, 4):
        image.info["transparency"] = clear * 255 // (2**depth - 1)


def to_srgb(image: Image.Image) -> ToSrgb | None:
    """How the picture's colours become sRGB; None where they are that already, or nobody says what
    they are.
    """
    info = image.info
    if image.format == "GIF":
        return None
    profile = info.get("icc_profile")
    if isinstance(profile, bytes) and 0 < len(profile) <= _MAX_PROFILE:
        return _by_profile(profile, is_inks=image.mode == "CMYK", is_grey=is_grey(image))
    return None if "srgb" in info else _by_gamma(info)


def is_grey(image: Image.Image) -> bool:
    """Whether a picture's file has no colours."""
    return image.mode in ("1", "L", "LA", "La") or image.mode.startswith("I")


def _deep_grey(image: Image.Image) -> Image.Image:
    values = np.asarray(image)
    grey = np.clip(np.rint(values.astype(np.float32) / 257), 0, 255).astype(np.uint8)
    if isinstance(clear := image.info.get("transparency"), int):
        grey[values == clear] = 255
    return Image.fromarray(grey).convert("RGB")


@lru_cache(maxsize=16)
def _by_profile(profile: bytes, is_inks: bool, is_grey: bool) -> ToSrgb | None:
    """By an embedded profile; None for one that is broken, is for other pictures than this, or
    changes nothing.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = _NAMES.get(source.profile.xcolor_space.strip())
        is_fit = mode == "CMYK" if is_inks else mode == "RGB" or (mode == "L" and is_grey)
        if mode is None or not is_fit or source.profile.device_class not in _DISPLAY_KINDS:
            return None
        srgb = ImageCms.createProfile("sRGB")
        transform = ImageCms.buildTransform(source, srgb, mode, "RGB")
        sample = _sample(mode)
        shown = ImageCms.applyTransform(sample, transform)
    except _BROKEN:
        return None
    if mode != "CMYK" and _differ(shown, sample.convert("RGB")) <= 1:
        return None

    def convert(image: Image.Image) -> Image.Image:
        seen = ImageCms.applyTransform(
            image.convert(mode) if image.mode != mode else image, transform
        )
        assert seen is not None  # it changes nothing in place
        return seen

    return convert


def _sample(mode: str) -> Image.Image:
    """Colours all over the cube."""
    if mode == "L":
        return Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    axes = np.meshgrid(*[steps] * (4 if mode == "CMYK" else 3))
    return Image.fromarray(np.stack(axes, -1).reshape(9, -1, len(axes)), mode)


def _differ(one: Image.Image | None, other: Image.Image) -> int:
    return int(np.abs(np.asarray(one).astype(int) - np.asarray(other)).max())


def _by_gamma(info: Mapping[Any, Any]) -> ToSrgb | None:
    """By a PNG's gamma (gAMA) and, beside it, primaries (cHRM): PNG specification, 11.3.2 and
    13.13.
    """
    gamma, places = info.get("gamma"), info.get("chromaticity", _SRGB_CHROMATICITIES)
    if not gamma or not 0.01 <= gamma <= 10:
        return None
    is_usual = max(abs(a - b) for a, b in zip(places, _SRGB_CHROMATICITIES, strict=True)) < _CLOSE
    if is_usual and abs(gamma - _SRGB_GAMMA) < _CLOSE:
        return None
    matrix = np.eye(3) if is_usual else _primaries_to_srgb(places)
    if matrix is None:
        return None
    light = (np.arange(256) / 255) ** (1 / gamma)

    def convert(image: Image.Image) -> Image.Image:
        linear = np.clip(light[np.asarray(image)] @ matrix.T, 0, 1)
        low, high = 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055  # IEC 61966-2-1
        shown = np.where(linear <= 0.0031308, low, high)
        return Image.fromarray(np.rint(255 * shown).astype(np.uint8))

    return convert


def _primaries_to_srgb(places: tuple[float, ...]) -> NDArray[np.float64] | None:
    """The matrix from light in a PNG's primaries to light in sRGB's; None for primaries that span
    no colours.
    """
    try:
        own, srgb = _to_xyz(places), _to_xyz(_SRGB_CHROMATICITIES)
        cones = _BRADFORD @ srgb.sum(1) / (_BRADFORD @ own.sum(1))
        adapted = np.linalg.inv(_BRADFORD) @ np.diag(cones) @ _BRADFORD
        matrix: NDArray[np.float64] = np.linalg.inv(srgb) @ adapted @ own
    except (np.linalg.LinAlgError, ZeroDivisionError):
        return None
    return matrix if np.isfinite(matrix).all() and np.abs(matrix).max() < 100 else None


def _to_xyz(places: tuple[float, ...]) -> NDArray[np.float64]:
    """Light in these primaries → CIE XYZ, white at Y = 1."""
    white, *primaries = (
        np.array([x / y, 1, (1 - x - y) / y])
        for x, y in zip(places[::2], places[1::2], strict=True)
    )
    columns = np.stack(primaries, 1)
    return columns * np.linalg.solve(columns, white)
