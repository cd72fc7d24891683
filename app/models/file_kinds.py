"""The type of a file by its bytes, whatever its name: for uploads that are no supported model.

Each kind says what it is and what to do with this one. A row is tried in order; none reads more
than the first bytes, but for ZIPs, whose names of entries are looked for at both ends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import NamedTuple

from app.images.kinds import FileKind, find_kind

_HEAD = 4096  # bytes that are looked at
_ENDS = 2**18  # bytes at both ends of a ZIP, where its entries are named

_TORCH = (
    "It holds weights, and code that would have to be run to know the network. In PyTorch, load "
    "it, call model.eval(), and torch.onnx.export(model, torch.zeros(1, 3, 224, 224), "
    "'model.onnx') writes the file to bring."
)
_TENSORFLOW = "python -m tf2onnx.convert --opset 17 --output model.onnx"


class _Row(NamedTuple):
    matches: Callable[[bytes], object]
    kind: FileKind


def _starts(*marks: bytes, at: int = 0) -> Callable[[bytes], object]:
    return lambda head: head[at:].startswith(marks)


def _has(pattern: bytes) -> Callable[[bytes], object]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL).search


_PICTURE = "It is a photo to look at with a network: bring it as the photo, not as a network."

# The list of ops with which a SavedModel begins.
_TF_OPS = re.compile(
    rb"\n.(Const|NoOp|Placeholder|VarHandleOp|AssignVariableOp|Identity|Conv2D|Pack)\x12"
)
# A NodeDef of TensorFlow's: its name, then its op, which for an input is Placeholder and for
# weights Const.
_FROZEN = re.compile(
    rb"\A\n.{0,3}\n.{1,200}?\x12.(Placeholder|Const|VariableV2|VarHandleOp|NoOp)", re.DOTALL
)

_ROWS = (
    _Row(
        _starts(b"version https://git-lfs.github.com/spec/", b"version https://hawser.github.com/"),
        FileKind(
            "a Git LFS pointer: a few lines of text that stand for the model's file, which is "
            "elsewhere",
            "Download the file itself: with «git lfs pull», or with the download button of the "
            "page that shows it.",
        ),
    ),
    _Row(
        _has(rb"\A\s*(<!--.*?-->\s*)*(<!doctype\s+html|<html|<head|<body)"),
        FileKind(
            "a web page (HTML)",
            "The link led to a page about the file, or to one that asks for a login. Download the "
            "file itself: on GitHub and Hugging Face the address has «raw» or «resolve» in it, "
            "rather than «blob».",
        ),
    ),
    _Row(
        _has(rb"\A\s*<(\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<?net\s[^>]*\bname="),
        FileKind(
            "the graph of an OpenVINO model (XML); its weights are in a .bin file beside it",
            "OpenVINO does not write ONNX: bring the ONNX file that it was converted from.",
        ),
    ),
    _Row(
        _has(rb"\A\s*<svg|\A\s*<\?xml.{0,1000}<svg"),
        FileKind("a drawing (SVG)", "It is neither a network nor a photo: save it as PNG."),
    ),
    _Row(
        _has(rb"\A(\xef\xbb\xbf)?\s*<(\?xml|[a-z!])"),
        FileKind(
            "an XML text",
            "It holds no network that is read here. If a download was refused, the reason is in "
            "it; else bring the ONNX file.",
        ),
    ),
    _Row(
        _starts(b"\xff\xd8\xff"),
        FileKind("a picture (JPEG)", _PICTURE),
    ),
    _Row(_starts(b"\x89PNG\r\n"), FileKind("a picture (PNG)", _PICTURE)),
    _Row(_starts(b"GIF87a", b"GIF89a"), FileKind("a picture (GIF)", _PICTURE)),
    _Row(
        lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP",
        FileKind("a picture (WebP)", _PICTURE),
    ),
    _Row(
        lambda head: head[:2] == b"BM" and head[6:10] == b"\0\0\0\0",
        FileKind("a picture (BMP)", _PICTURE),
    ),
    _Row(
        lambda head: (
            head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis", b"heic", b"heix", b"mif1")
        ),
        FileKind("a picture (HEIC or AVIF)", _PICTURE),
    ),
    _Row(
        lambda head: head[4:8] == b"ftyp",
        FileKind("a film (MP4 or MOV)", "It is no network: bring an ONNX file."),
    ),
    _Row(
        _starts(b"II*\0", b"MM\0*", b"\xff\x0a", b"\0\0\0\x0cJXL "),
        FileKind("a picture (TIFF or JPEG XL)", _PICTURE),
    ),
    _Row(
        _starts(b"%PDF-"),
        FileKind(
            "a PDF", "It is a document, perhaps about the network: bring the network's ONNX file."
        ),
    ),
    _Row(
        _starts(b"\x89HDF\r\n"),
        FileKind(
            "an HDF5 file, as Keras writes .h5",
            "In Python, load it with keras.models.load_model and write ONNX: "
            "model.export('model.onnx', format='onnx') from Keras 3 on, or "
            "tf2onnx.convert.from_keras(model, output_path='model.onnx'). Where it holds weights "
            "only, build the model first and call load_weights.",
        ),
    ),
    _Row(
        _starts(b"TFL3", at=4),
        FileKind(
            "a TensorFlow Lite model",
            f"Convert it: {_TENSORFLOW} --tflite model.tflite.",
        ),
    ),
    _Row(
        _starts(b"GGUF", b"ggml", b"lmgg", b"tjgg"),
        FileKind(
            "a GGUF or GGML file, as llama.cpp reads it",
            "It holds the weights of a language model, as a rule, which takes no photo. Vision "
            "networks come as ONNX.",
        ),
    ),
    _Row(
        _starts(b"\x93NUMPY"),
        FileKind(
            "an array of NumPy's (.npy)",
            "It holds numbers, but no network. Export the network that they belong to as ONNX.",
        ),
    ),
    _Row(
        _starts(b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"),
        FileKind("a pickle, as older PyTorch checkpoints (.pt, .pth) are", _TORCH),
    ),
    _Row(
        _starts(b"\x1f\x8b"),
        FileKind(
            "a gzip archive",
            "Unpack it first (gunzip, or tar -xzf) and bring the .onnx file inside.",
        ),
    ),
    _Row(
        _starts(b"BZh", b"\xfd7zXZ\0", b"(\xb5/\xfd"),
        FileKind("a compressed file", "Unpack it first and bring the .onnx file inside."),
    ),
    _Row(
        _starts(b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07"),
        FileKind("a 7-Zip or RAR archive", "Unpack it first and bring the .onnx file inside."),
    ),
    _Row(
        _starts(b"ustar", at=257),
        FileKind("a tar archive", "Unpack it first (tar -xf) and bring the .onnx file inside."),
    ),
    _Row(
        _starts(b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"),
        FileKind(
            "a program, perhaps an engine that was compiled for one kind of processor",
            "What was compiled cannot be read as a network any more: bring the ONNX file that it "
            "was made from.",
        ),
    ),
    _Row(
        _starts(b"ORTM", at=4),
        FileKind(
            "a model in onnxruntime's own format (.ort)",
            "It is made from an ONNX file and cannot be turned back: bring that one.",
        ),
    ),
    _Row(
        _starts(b"ftrt", b"ptrt"),
        FileKind(
            "a TensorRT engine",
            "It was compiled for one graphics card: bring the ONNX file that it was made from.",
        ),
    ),
    _Row(
        _has(rb"\A(\d+ \d+\s*\n)?7767517\b"),
        FileKind(
            "the graph of an ncnn model (.param)",
            "ncnn does not write ONNX: bring the ONNX file that it was converted from.",
        ),
    ),
    _Row(
        _has(rb"\A\s*\[(net|network)\]"),
        FileKind(
            "the layers of a Darknet network (.cfg), whose weights are in a .weights file",
            "Convert both to ONNX, for example with a PyTorch reader of Darknet files and "
            "torch.onnx.export.",
        ),
    ),
    _Row(
        _has(rb"\A(\s*#[^\n]*\n)*\s*(name\s*:\s*\"|input\s*:\s*\"|layers?\s*\{|input_param\s*\{)"),
        FileKind(
            "the layers of a Caffe network (prototxt), whose weights are in a .caffemodel file",
            "Convert both to ONNX (caffe2onnx, or OpenCV's dnn and PyTorch) and bring the result "
            "with preset=caffe.",
        ),
    ),
    _Row(
        _has(rb"\A(\s*#[^\n]*\n)*\s*(ir_version|graph)\s*[:{]"),
        FileKind(
            "an ONNX model as a text",
            "Write it as a binary file: onnx.save(onnx.load('model.textproto'), 'model.onnx').",
        ),
    ),
    _Row(
        lambda head: head.startswith(b"\x08\x01\x12") and _TF_OPS.search(head),
        FileKind(
            "the graph of a TensorFlow SavedModel (saved_model.pb); its weights are in the folder "
            "beside it",
            f"Convert the whole folder: {_TENSORFLOW} --saved-model FOLDER.",
        ),
    ),
    _Row(
        lambda head: _FROZEN.search(head),
        FileKind(
            "a frozen graph of TensorFlow's (.pb)",
            f"Convert it, naming its input and output: {_TENSORFLOW} --graphdef model.pb --inputs "
            "input:0 --outputs output:0.",
        ),
    ),
)

# A Core ML Model begins with specificationVersion, a small number, and then its description.
_COREML = re.compile(rb"\A\x08[\x01-\x0f]\x12")

_COREML_KIND = FileKind(
    "a Core ML model",
    "Core ML does not write ONNX: bring the ONNX file, or export the PyTorch or Keras model that "
    "it was converted from.",
)
_CAFFEMODEL = FileKind(
    "the weights of a Caffe network (.caffemodel); its layers are in a .prototxt file",
    "Convert both to ONNX (caffe2onnx) and bring the result with preset=caffe.",
)
_EMPTY = FileKind("an empty file", "The download or the export was broken off: make it again.")
_UNKNOWN = FileKind(
    "no file of a kind that is known here",
    "Networks are read from .onnx files, and from .safetensors files of this program: export the "
    "network as ONNX (torch.onnx.export, tf2onnx) and bring that file. If this should be one, it "
    "is damaged: download it again.",
)
_JSON = FileKind(
    "a JSON text",
    "It describes a network at most, without the weights that are read here. Bring the ONNX file "
    "itself.",
)
_JSON_MODELS = (
    (
        b"modelTopology",
        FileKind(
            "the graph of a TensorFlow.js model (model.json); its weights are in .bin files "
            "beside it",
            "Convert the Keras model or SavedModel that it was made from: "
            + _TENSORFLOW
            + " --saved-model FOLDER.",
        ),
    ),
    (
        b'"architectures"',
        FileKind(
            "the configuration of a Hugging Face model (config.json)",
            "optimum-cli export onnx --model NAME FOLDER writes the network as ONNX; bring its "
            "model.onnx.",
        ),
    ),
    (
        b'"class_name"',
        FileKind(
            "the layers of a Keras model (JSON), without their weights",
            "Load model and weights in Keras, and model.export('model.onnx', format='onnx') "
            "writes the file to bring.",
        ),
    ),
)
_TEXT = FileKind(
    "a text",
    "It is no network. If it came in place of a download, it may say why; else bring the ONNX "
    "file itself.",
)
_YAML = FileKind(
    "a text of settings (YAML), as training programs read it",
    "It describes a network, but holds none: export that one as ONNX and bring the file.",
)
_FOREIGN_WEIGHTS = FileKind(
    "a safetensors file of another program",
    "It holds weights only, and not which layers they belong to. Load them into their network and "
    "export it as ONNX: torch.onnx.export, or optimum-cli export onnx for a model of Hugging "
    "Face's.",
)
_ZIPS = (
    ((b"MLmodel", b".mlmodel", b"com.apple.CoreML"), _COREML_KIND),
    (
        (b"model.weights.h5", b"config.json"),
        FileKind(
            "a Keras model (.keras)",
            "In Python: keras.models.load_model('model.keras').export('model.onnx', "
            "format='onnx'), from Keras 3 on.",
        ),
    ),
    (
        (b"/data.pkl", b"/constants.pkl", b"archive/"),
        FileKind("a PyTorch checkpoint (.pt, .pth)", _TORCH),
    ),
    (
        (b".onnx",),
        FileKind("a ZIP with an ONNX file inside", "Unpack it and bring the .onnx file."),
    ),
    (
        (b"saved_model.pb",),
        FileKind(
            "a ZIP with a TensorFlow SavedModel inside",
            f"Unpack it and convert the folder: {_TENSORFLOW} --saved-model FOLDER.",
        ),
    ),
    (
        (b".npy",),
        FileKind(
            "an archive of NumPy's arrays (.npz)",
            "It holds numbers, but no network. Export the network that they belong to as ONNX.",
        ),
    ),
    (
        (b".jpg", b".jpeg", b".png", b".webp", b".JPG", b".JPEG", b".PNG"),
        FileKind(
            "a ZIP of pictures",
            "It holds no network. Pictures to learn from are brought where a network is trained "
            "(/learn).",
        ),
    ),
)
_ZIP = FileKind(
    "a ZIP",
    "It holds no network that is read here. Unpack it, and bring the .onnx file if there is one.",
)


def kind_of_file(data: bytes) -> FileKind | None:
    """What a file is that is not one of the models that are read; None for what may be ONNX or is
    of this program.
    """
    head = data[:_HEAD]
    if not data:
        return _EMPTY
    for row in _ROWS:
        if row.matches(head):
            return row.kind
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x01\x02")):
        return _kind_of_zip(data)
    if head[8:9] == b"{":
        return None  # safetensors: whose, its header says (foreign_weights)
    return _kind_of_message(data, head)


def _kind_of_message(data: bytes, head: bytes) -> FileKind | None:
    """The type of a file without a known signature: another protobuf message, a text, an image, or
    unknown.
    """
    if _COREML.match(head) and not _names_its_maker(head):
        return _COREML_KIND
    if head[:1] == b"\n" and any(mark in head for mark in (b"Convolution", b"InnerProduct")):
        return _CAFFEMODEL
    if _is_text(head):
        return _kind_of_text(head)
    if begins_as_onnx(data):
        return None
    picture = find_kind(data)
    if picture is not None and picture.is_picture:
        return FileKind(picture.name, f"It is no network. As a photo: {picture.advice}")
    return _UNKNOWN


def foreign_weights(data: bytes) -> FileKind | None:
    """What a safetensors file is that holds weights without a network."""
    size = int.from_bytes(data[:8], "little")
    if not 2 <= size <= len(data) - 8:
        return None
    try:
        header = json.loads(data[8 : 8 + size])
    except (ValueError, RecursionError):
        return None
    about = header.get("__metadata__", {}) if isinstance(header, dict) else None
    return None if about is None or "convscope" in about else _FOREIGN_WEIGHTS


def missing_bytes(data: bytes) -> int:
    """How many bytes at least are missing at the end of what begins as an ONNX file; 0 for one that
    is whole, or is none.
    """
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        if tag not in _ONNX_TAGS or at > len(data):
            return 0
        size, at = _varint(data, at)
        if tag & 7 == _LENGTH:
            at += size
    return at - len(data)


def begins_as_onnx(data: bytes) -> bool:
    """Whether the first field is one that an ONNX file has."""
    return data[:1] != b"" and data[0] in _ONNX_TAGS


_LENGTH = 2  # protobuf's wire type of what has a length: texts, messages
# The fields of onnx.ModelProto with their wire types: whole numbers, and what has a length.
_ONNX_TAGS = {
    *(field << 3 for field in (1, 5)),
    *(field << 3 | _LENGTH for field in (2, 3, 4, 6, 7, 8, 14, 20, 25, 26)),
}


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A whole number of protobuf's, and where the next one begins; behind the end for one that is
    cut off.
    """
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            return value, at + 1
        byte, at = data[at], at + 1
        value |= (byte & 127) << shift
        if byte < 128:
            break
    return value, at


def _names_its_maker(head: bytes) -> bool:
    """Whether what begins as a Core ML model does, with a number and a text, has an ONNX file's
    text there: who wrote it.
    """
    length = head[3] if len(head) > 3 else 0
    try:
        return length < 128 and head[4 : 4 + length].decode().isprintable()
    except UnicodeDecodeError:
        return False


def _kind_of_zip(data: bytes) -> FileKind:
    ends = data if len(data) <= 2 * _ENDS else data[:_ENDS] + data[-_ENDS:]
    for names, kind in _ZIPS:
        if any(name in ends for name in names):
            return kind
    return _ZIP


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        text = head.decode("utf-8-sig", "strict" if len(head) < _HEAD else "ignore")
    except UnicodeDecodeError:
        return False
    return all(c.isprintable() or c in "\t\r\n\f" for c in text)


def _kind_of_text(head: bytes) -> FileKind:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")):
        return next((kind for mark, kind in _JSON_MODELS if mark in head), _JSON)
    if re.match(rb"---\s|[A-Za-z_][\w-]*:\s[^\n]*\n?\s*[\w-]", start):
        return _YAML
    return _TEXT
