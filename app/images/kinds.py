"""What a file is by its bytes, for files that are sent as pictures and are none that is read here.

Only named, never decoded: each decoder more is a way in for hostile files. A file's name says
nothing; phones, chat programs and download pages rename what they send. Signatures are those of the
formats' own specifications and of file(1).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass

_PICTURE = "Open it in the program that shows it, and save or export it as JPEG or PNG."
_BROWSER = (
    "Save or export it as JPEG or PNG. In a browser that can open such pictures, the page converts "
    "them by itself."
)
_RAW = "Export it as JPEG from a photo program, or let the camera save JPEG beside it."
_VIDEO = "Take one frame of it, a screenshot say, and save that as JPEG or PNG."
_SOUND = "Choose a picture."
_PAGE = "Export its page as PNG or JPEG, or take a screenshot of it."
_ARCHIVE = (
    "Unpack it and choose one picture; a ZIP with a folder of pictures a class is for the page "
    "Train, or POST /api/v1/datasets."
)
_NETWORK = "It goes in where networks do: “Upload a network…” on the page, POST /api/v1/models."
_WEB = (
    "What was saved is a web page or an answer about a picture, not the picture: save the picture "
    "itself."
)
_OTHER = "Choose a picture."


@dataclass(frozen=True)
class FileKind:
    """A kind of file: its ``name`` with an article, what to do with one, and whether it is a
    picture all the same.
    """

    name: str
    advice: str
    is_picture: bool = False

    def __str__(self) -> str:
        return f"This is {self.name}. {self.advice}"


def _picture(name: str, advice: str = _PICTURE) -> FileKind:
    return FileKind(name, advice, is_picture=True)


_HEIC = _picture(
    "a HEIC picture",
    "Save or export it as JPEG or PNG; iPhones take JPEG with Settings › Camera › Formats › Most "
    "Compatible. In Safari, which can open HEIC, the page converts it by itself.",
)
_AVIF = _picture("an AVIF picture", _BROWSER)
_JXL = _picture("a JPEG XL picture", _BROWSER)
_JP2 = _picture("a JPEG 2000 picture")
_SVG = _picture("an SVG drawing", _BROWSER)
_TIFF = _picture("a TIFF picture", _BROWSER)
_MP4 = FileKind("an MP4 video", _VIDEO)
_ZIP = FileKind("a ZIP archive", _ARCHIVE)
_HTML = FileKind("a web page (HTML)", _WEB)

# Where, what stands there, what it is then; the first that fits counts.
_SIGNATURES: tuple[tuple[int, bytes, FileKind], ...] = (
    (0, b"\x00\x00\x00\x0cJXL \r\n\x87\n", _JXL),
    (0, b"\xff\x0a", _JXL),
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", _JP2),
    (0, b"\xff\x4f\xff\x51", _JP2),
    (0, b"\xff\xd8\xff\xf7", _picture("a JPEG-LS picture")),
    (0, b"II\xbc\x01", _picture("a JPEG XR picture")),
    (0, b"8BPS", _picture("a Photoshop document (PSD)")),
    (0, b"gimp xcf", _picture("a GIMP document (XCF)")),
    (0, b"IIRO", _picture("a camera's raw picture (ORF)", _RAW)),
    (0, b"IIRS", _picture("a camera's raw picture (ORF)", _RAW)),
    (0, b"MMOR", _picture("a camera's raw picture (ORF)", _RAW)),
    (0, b"IIU\0", _picture("a camera's raw picture (RW2)", _RAW)),
    (0, b"FUJIFILMCCD-RAW", _picture("a camera's raw picture (RAF)", _RAW)),
    (0, b"II\x1a\0\0\0HEAPCCDR", _picture("a camera's raw picture (CRW)", _RAW)),
    (0, b"\0MRM", _picture("a camera's raw picture (MRW)", _RAW)),
    (0, b"FOVb", _picture("a camera's raw picture (X3F)", _RAW)),
    (0, b"icns", _picture("an icon of macOS (ICNS)")),
    (0, b"v/1\x01", _picture("an OpenEXR picture")),
    (0, b"#?RADIANCE", _picture("a Radiance HDR picture")),
    (0, b"#?RGBE", _picture("a Radiance HDR picture")),
    (0, b"qoif", _picture("a QOI picture")),
    (0, b"DDS ", _picture("a DDS texture")),
    (0, b"BPG\xfb", _picture("a BPG picture")),
    (0, b"FLIF", _picture("a FLIF picture")),
    (0, b"\x8aMNG\r\n\x1a\n", _picture("an MNG animation")),
    (0, b"\x8bJNG\r\n\x1a\n", _picture("a JNG picture")),
    (0, b"\x59\xa6\x6a\x95", _picture("a Sun raster picture")),
    (0, b"\xd7\xcd\xc6\x9a", _picture("a drawing of Windows (WMF)")),
    (40, b" EMF", _picture("a drawing of Windows (EMF)")),
    (0, b"SIMPLE  =", _picture("a FITS picture")),
    (128, b"DICM", _picture("a medical picture (DICOM)")),
    (0, b"AT&TFORM", FileKind("a DjVu document", _PAGE)),
    (0, b"%PDF", FileKind("a PDF document", _PAGE)),
    (0, b"%!PS", FileKind("a PostScript document", _PAGE)),
    (0, b"\xc5\xd0\xd3\xc6", FileKind("a PostScript document (EPS)", _PAGE)),
    (0, b"\x1aE\xdf\xa3", FileKind("a WebM or Matroska video", _VIDEO)),
    (8, b"AVI ", FileKind("an AVI video", _VIDEO)),
    (0, b"\0\0\1\xba", FileKind("an MPEG video", _VIDEO)),
    (0, b"\0\0\1\xb3", FileKind("an MPEG video", _VIDEO)),
    (0, b"FLV\1", FileKind("a Flash video", _VIDEO)),
    (0, b"OggS", FileKind("an Ogg video or sound", _VIDEO)),
    (0, b"0&\xb2u\x8ef\xcf\x11", FileKind("a Windows Media video", _VIDEO)),
    (8, b"WAVE", FileKind("a sound (WAV)", _SOUND)),
    (0, b"ID3", FileKind("a sound (MP3)", _SOUND)),
    (0, b"fLaC", FileKind("a sound (FLAC)", _SOUND)),
    (0, b"PK\5\6", FileKind("an empty ZIP archive", _OTHER)),
    (0, b"Rar!\x1a\x07", FileKind("a RAR archive", _ARCHIVE)),
    (0, b"7z\xbc\xaf\x27\x1c", FileKind("a 7z archive", _ARCHIVE)),
    (0, b"\x1f\x8b", FileKind("a gzip archive", _ARCHIVE)),
    (0, b"BZh", FileKind("a bzip2 archive", _ARCHIVE)),
    (0, b"\xfd7zXZ\0", FileKind("an xz archive", _ARCHIVE)),
    (0, b"\x28\xb5\x2f\xfd", FileKind("a Zstandard archive", _ARCHIVE)),
    (257, b"ustar", FileKind("a tar archive", _ARCHIVE)),
    (0, b"\x89HDF\r\n\x1a\n", FileKind("an HDF5 file, as Keras writes networks", _NETWORK)),
    (4, b"TFL3", FileKind("a TFLite network", _NETWORK)),
    (0, b"GGUF", FileKind("a GGUF network", _NETWORK)),
    (8, b'{"', FileKind("a safetensors file", _NETWORK)),
    (0, b"\x93NUMPY", FileKind("a NumPy array", "Save it as PNG (Pillow: Image.fromarray(array).save(…)).")),
    (0, b"\0\5\x16\7", FileKind("macOS's notes about a file (AppleDouble)", "Choose the file of the same name without “._”.")),
    (0, b"bplist00", FileKind("a property list of macOS", _OTHER)),
    (0, b"L\0\0\0\1\x14\2\0", FileKind("a shortcut of Windows", "Choose the file that it leads to.")),
    (0, b"[InternetShortcut]", FileKind("a link to a web page", "Save the picture itself.")),
    (0, b"version https://git-lfs", FileKind("a Git LFS pointer, not the file itself", "Fetch the file: git lfs pull.")),
    (0, b"data:image/", FileKind("a picture written as text (a data URL)", "Open it in a browser and save the picture.")),
    (0, b"MZ", FileKind("a program of Windows", _OTHER)),
    (0, b"\x7fELF", FileKind("a program of Linux", _OTHER)),
)  # fmt: skip

# Kinds of ISO base media files (ISO 14496-12), by their brands: the main one, or any that they say
# they are compatible with.
_BRANDS: tuple[tuple[frozenset[bytes], FileKind], ...] = (
    (frozenset({b"avif", b"avis"}), _AVIF),
    (frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}), _HEIC),
    (frozenset({b"crx "}), _picture("a camera's raw picture (CR3)", _RAW)),
    (frozenset({b"mif1", b"msf1", b"miaf"}), _picture("a HEIF picture", _HEIC.advice)),
    (frozenset({b"qt  "}), FileKind("a QuickTime video (MOV)", _VIDEO)),
    (frozenset({b"M4A ", b"M4B "}), FileKind("a sound (M4A)", _SOUND)),
)
_MOVIE = {b"moov", b"mdat", b"wide", b"pnot"}  # how QuickTime files without a brand begin

_HEAD = 4096  # bytes that are looked at
_TAGS = 200  # entries of a TIFF's first directory that are looked at
_SUBFILE, _MAKE, _DNG = 254, 271, 50706
_RAWS = {
    "NIKON": "NEF",
    "SONY": "ARW",
    "PENTAX": "PEF",
    "SAMSUNG": "SRW",
    "KODAK": "DCR",
    "EPSON": "ERF",
}
_TARGA_END = b"TRUEVISION-XFILE.\0"
_PNM = re.compile(rb"P[1-7][\s#]")
_ICON = re.compile(rb"\0\0([\1\2])\0[^\0]\0..[^\x01-\xff]", re.DOTALL)
_ONNX = re.compile(rb"\x08[\x01-\x20][\x12\x1a\x22\x28\x32\x3a\x42]")
_PICKLE = re.compile(rb"\x80[\x02-\x05]")


def find_kind(data: bytes) -> FileKind | None:
    """What a file is, where that can be told from its first bytes; None else, and for pictures that
    are read here.
    """
    head = data[:_HEAD]
    for at, mark, marked in _SIGNATURES:
        if head.startswith(mark, at):
            return marked
    if data.endswith(_TARGA_END):
        return _picture("a TGA picture")
    guesses: tuple[Callable[[bytes], FileKind | None], ...] = (_media, _tiff, _zip, _loose, _text)
    return next((kind for guess in guesses if (kind := guess(head))), None)


def _media(head: bytes) -> FileKind | None:
    """HEIC, AVIF, MP4 and kin: a box «ftyp» with the main brand, a version and compatible
    brands.
    """
    if head[4:8] in _MOVIE:
        return FileKind("a QuickTime video (MOV)", _VIDEO)
    if head[4:8] != b"ftyp":
        return None
    end = min(len(head), max(16, int.from_bytes(head[:4], "big")))
    others = {head[at : at + 4] for at in range(16, end - 3, 4)}
    for said in ({head[8:12]} - {b"mif1", b"msf1", b"miaf"}, others | {head[8:12]}):
        for brands, kind in _BRANDS:
            if brands & said:
                return kind
    return _MP4


def _tiff(head: bytes) -> FileKind | None:
    """TIFF, and what cameras write in its form: raw pictures."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4])
    if order is None:
        return _TIFF if head[:4] in (b"II+\0", b"MM\0+") else None
    if head[8:10] == b"CR":
        return _picture("a camera's raw picture (CR2)", _RAW)
    tags = _tiff_tags(head, order)
    if _DNG in tags:
        return _picture("a camera's raw picture (DNG)", _RAW)
    make = _make(head, tags.get(_MAKE, 0))
    if tags.get(_SUBFILE) == 1 and make in _RAWS:  # its first picture is only a small one
        return _picture(f"a camera's raw picture ({_RAWS[make]})", _RAW)
    return _TIFF


def _tiff_tags(head: bytes, order: str) -> dict[int, int]:
    """The first directory's tags, each with its value or where that is."""
    tags: dict[int, int] = {}
    try:
        (at,) = struct.unpack_from(f"{order}I", head, 4)
        (count,) = struct.unpack_from(f"{order}H", head, at)
        for i in range(min(count, _TAGS)):
            tag, _, _, value = struct.unpack_from(f"{order}HHII", head, at + 2 + 12 * i)
            tags[tag] = value
    except struct.error:  # the directory lies further back, or nowhere
        pass
    return tags


def _make(head: bytes, at: int) -> str:
    words = head[at : at + 32].split(b"\0")[0].decode("ascii", "replace").upper().split()
    return words[0] if words else ""


def _zip(head: bytes) -> FileKind | None:
    if not head.startswith(b"PK\3\4"):
        return None
    if b"[Content_Types].xml" in head[:200]:
        return FileKind("an Office document", _PAGE)
    if head[30:].startswith(b"mimetypeapplication/vnd.oasis"):
        return FileKind("an OpenDocument file", _PAGE)
    if b"data.pkl" in head[:200]:
        return FileKind("a PyTorch file", _NETWORK)
    if b"metadata.json" in head[:60]:
        return FileKind("a Keras file", _NETWORK)
    return _ZIP


def _loose(head: bytes) -> FileKind | None:
    """Formats whose mark is so short that what follows is looked at as well."""
    if icon := _ICON.match(head):
        is_icon = icon[1] == b"\1"
        return _picture("an icon (ICO)", _BROWSER) if is_icon else _picture("a mouse pointer (CUR)")
    if _PNM.match(head):
        return _picture("a Netpbm picture (PPM, PGM or PBM)")
    if (
        head[:1] == b"\x0a"
        and head[1:2] in b"\0\2\3\4\5"
        and head[2:3] == b"\1"
        and head[3:4] in b"\1\2\4\x08"
    ):
        return _picture("a PCX picture")
    if head[:2] == b"\1\xda" and head[2:3] in b"\0\1" and head[3:4] in b"\1\2":
        return _picture("an SGI picture")
    if head[:3] in (b"\xff\xfb\x90", b"\xff\xf3\x90", b"\xff\xfb\xb0"):
        return FileKind("a sound (MP3)", _SOUND)
    if _PICKLE.match(head):
        return FileKind("a Python pickle, as PyTorch writes networks", _NETWORK)
    if _ONNX.match(head):
        return FileKind("an ONNX network", _NETWORK)
    return None


def _text(head: bytes) -> FileKind | None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return FileKind("text (UTF-16)", _OTHER)
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4 or error.start < 4:  # a letter may be cut through at the end
            return None
        text = head[: error.start].decode("utf-8-sig")
    start = text.lstrip().lower()
    if start.startswith(("<!doctype html", "<html", "<head", "<body")):
        return _HTML
    if "<svg" in start and start.startswith("<"):
        return _SVG
    if start.startswith("<?xml"):
        return FileKind("an XML document", _WEB)
    if start.startswith(("{", "[")):
        return FileKind("JSON", _WEB)
    is_plain = bool(start) and all(c.isprintable() or c.isspace() for c in text)
    return FileKind("text", _OTHER) if is_plain else None
