"""Files that are sent as pictures and are none that is read here are named by their bytes, with
what to do.
"""

import io
import struct
import tarfile
import zipfile

import pytest
from PIL import Image, features

from app.errors import DamagedPicture, NoPicture, NotAPicture
from app.images.decoding import FORMATS, Limits
from app.images.kinds import find_kind
from tests.app.bringing import as_onnx, net
from tests.app.conftest import as_file, decode, picture_bytes

LIMITS = Limits(10 * 2**20, 25_000_000)


def box(brand: bytes, *compatible: bytes) -> bytes:
    """The beginning of an ISO base media file."""
    body = b"ftyp" + brand + bytes(4) + b"".join(compatible)
    return struct.pack(">I", len(body) + 4) + body + b"\0\0\0\x20meta" + bytes(60)


def tiff(*tags: tuple[int, int, int, int], order: str = "<", after: bytes = b"") -> bytes:
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, len(tags))
    return head + b"".join(struct.pack(f"{order}HHII", *tag) for tag in tags) + bytes(4) + after


def by_make(make: bytes) -> bytes:
    """A raw picture as Nikon, Sony and others write it: a TIFF whose first picture is a small
    one.
    """
    tags = [(254, 4, 1, 1), (271, 2, len(make), 8 + 2 + 2 * 12 + 4)]
    return tiff(*tags, after=make)


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"x" * 40)
    return buffer.getvalue()


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("cats/1.jpg"))
    return buffer.getvalue()


RED = Image.new("RGB", (32, 32), "red")
PICTURES = {
    "HEIC": box(b"heic", b"mif1", b"heic"),
    "HEIC, by its compatible brands": box(b"mif1", b"mif1", b"heic"),
    "HEIC, a sequence": box(b"msf1", b"msf1", b"hevc"),
    "HEIF": box(b"mif1", b"mif1"),
    "AVIF": box(b"avif", b"avif", b"mif1", b"miaf"),
    "AVIF, by its compatible brands": box(b"mif1", b"avif", b"miaf"),
    "AVIF, a sequence": box(b"avis", b"avis", b"msf1"),
    "CR3": box(b"crx ", b"crx ", b"isom"),
    "JPEG XL": b"\xff\x0a\xfa\x7f\x01\x90",
    "JPEG XL, in a box": b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl ",
    "JPEG 2000": as_file(RED, "JPEG2000"),
    "JPEG 2000, without a box": b"\xff\x4f\xff\x51\0\x2f",
    "JPEG-LS": b"\xff\xd8\xff\xf7\0\x0b\x08",
    "JPEG XR": b"II\xbc\x01\x08\0\0\0",
    "TIFF": as_file(RED, "TIFF"),
    "TIFF, of the other order": tiff((256, 3, 1, 4), order=">"),
    "TIFF, large": b"II+\0\x08\0\0\0",
    "DNG": tiff((256, 3, 1, 4), (50706, 1, 4, 0x401)),
    "CR2": b"II*\0\x10\0\0\0CR\x02\0",
    "NEF": by_make(b"NIKON CORPORATION\0"),
    "ARW": by_make(b"SONY\0"),
    "ORF": b"IIRO\x08\0\0\0",
    "RW2": b"IIU\0\x18\0\0\0",
    "RAF": b"FUJIFILMCCD-RAW 0201",
    "PSD": b"8BPS\0\x01",
    "XCF": b"gimp xcf v011\0",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "SVG, behind XML": b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- made -->\n<svg width="9"></svg>',
    "ICO": as_file(RED, "ICO"),
    "CUR": b"\0\0\2\0\1\0\x20\x20\0\0" + bytes(20),
    "ICNS": as_file(RED.resize((128, 128)), "ICNS"),
    "TGA": as_file(RED, "TGA"),
    "Netpbm": as_file(RED, "PPM"),
    "PCX": as_file(RED, "PCX"),
    "SGI": as_file(RED, "SGI"),
    "DDS": as_file(RED, "DDS"),
    "QOI": b"qoif" + bytes(10),
    "OpenEXR": b"v/1\x01\x02\0\0\0",
    "Radiance": b"#?RADIANCE\n",
    "FITS": b"SIMPLE  =                    T",
    "DICOM": bytes(128) + b"DICM",
    "EMF": b"\1\0\0\0" + bytes(36) + b" EMF",
}
OTHERS = {
    "PDF": (as_file(RED, "PDF"), "Export its page"),
    "PostScript": (as_file(RED, "EPS"), "Export its page"),
    "MP4": (box(b"isom", b"isom", b"avc1", b"mp41"), "frame"),
    "MP4, another": (box(b"mp42", b"mp42"), "frame"),
    "MOV": (box(b"qt  ", b"qt  "), "frame"),
    "QuickTime": (b"\0\0\0\x08wide\0\0\0\x08mdat", "frame"),
    "M4A": (box(b"M4A ", b"mp42"), "picture"),
    "WebM": (b"\x1aE\xdf\xa3\x01", "frame"),
    "AVI": (b"RIFF\0\0\0\0AVI LIST", "frame"),
    "WAV": (b"RIFF\0\0\0\0WAVEfmt ", "picture"),
    "MP3": (b"ID3\x04\0", "picture"),
    "ZIP": (zipped("cats/1.jpg"), "Unpack"),
    "Office": (zipped("[Content_Types].xml", "word/document.xml"), "Export"),
    "PyTorch": (zipped("archive/data.pkl"), "network"),
    "Keras": (zipped("metadata.json", "config.json"), "network"),
    "RAR": (b"Rar!\x1a\x07\0", "Unpack"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4", "Unpack"),
    "gzip": (b"\x1f\x8b\x08\0", "Unpack"),
    "tar": (tarred(), "Unpack"),
    "ONNX": (as_onnx(net()), "network"),
    "HDF5": (b"\x89HDF\r\n\x1a\n\0", "network"),
    "TFLite": (b"\x1c\0\0\0TFL3", "network"),
    "safetensors": (struct.pack("<Q", 30) + b'{"weight":{"dtype":"F32"', "network"),
    "pickle": (b"\x80\x02}q\x00.", "network"),
    "NumPy": (b"\x93NUMPY\1\0v\0{'descr'", "PNG"),
    "HTML": (b"\n<!DOCTYPE html><html><body>Sign in</body></html>", "save the picture"),
    "XML": (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "save the picture"),
    "JSON": (b'{"error": "not found"}', "save the picture"),
    "Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
    "data URL": (b"data:image/png;base64,iVBORw0KGgo=", "save the picture"),
    "AppleDouble": (b"\0\5\x16\7\0\2\0\0Mac OS X", "._"),
    "text": ("Käse, 10 €".encode(), "Choose a picture"),
    "UTF-16": ("letter".encode("utf-16"), "Choose a picture"),
    "Windows": (b"MZ\x90\0", "Choose a picture"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_that_is_not_read_is_named_with_what_to_do(name):
    with pytest.raises(NotAPicture) as refusal:
        decode(PICTURES[name], LIMITS)
    told = str(refusal.value)
    assert name.split(",")[0] in told
    assert "JPEG or PNG" in told or "save JPEG" in told
    assert ", ".join(FORMATS) in told
    assert "not a picture" not in told


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_picture_is_named_with_what_to_do(name):
    data, todo = OTHERS[name]
    with pytest.raises(NotAPicture, match="not a picture") as refusal:
        decode(data, LIMITS)
    assert name.split(",")[0].lower() in str(refusal.value).lower()
    assert todo in str(refusal.value)


@pytest.mark.parametrize("kind", FORMATS)
def test_pictures_that_are_read_are_not_named(kind):
    assert find_kind(picture_bytes(kind=kind)) is None


def test_nothing_and_nothing_but_zeros_are_said_to_be_that():
    with pytest.raises(NoPicture, match="no bytes"):
        decode(b"", LIMITS)
    with pytest.raises(NotAPicture, match="never written to its end"):
        decode(bytes(500), LIMITS)


def test_noise_is_of_no_kind_that_is_known():
    with pytest.raises(NotAPicture, match="of any kind that is known"):
        decode(bytes(range(160, 256)) * 5, LIMITS)


@pytest.mark.parametrize("kind", FORMATS)
def test_what_begins_as_a_picture_and_stops_is_damaged_not_unknown(kind):
    with pytest.raises(DamagedPicture, match=kind):
        decode(picture_bytes(kind=kind)[:14], LIMITS)


def test_a_large_file_is_named_rather_than_called_too_large():
    """Whoever shrinks a video or a raw picture as told would come again."""
    with pytest.raises(NotAPicture, match="HEIC"):
        decode(PICTURES["HEIC"] + bytes(200), Limits(100, 1000))


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow writes no AVIF")
def test_a_real_avif_is_named_and_not_decoded_though_pillow_could():
    data = as_file(RED, "AVIF")
    with pytest.raises(NotAPicture, match="This file is an AVIF picture, a format"):
        decode(data, LIMITS)


@pytest.mark.parametrize("name", [*PICTURES, *OTHERS])
def test_a_beginning_of_any_length_is_looked_at_safely(name):
    data = PICTURES.get(name) or OTHERS[name][0]
    for length in range(min(len(data), 300)):
        find_kind(data[:length])
