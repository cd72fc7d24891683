"""A file that is no model is told by its bytes, whatever its name, with what to do with it."""

import io
import json
import tarfile
import zipfile

import numpy as np
import pytest
from onnx import helper

from app.models.file_kinds import foreign_weights, kind_of_file, missing_bytes
from engine.formats import safetensors
from tests.app.bringing import MODELS, as_onnx, net, refused
from tests.app.conftest import build_tiny, picture_bytes


def zipped(*names) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name in names:
            file.writestr(name, "x" * 40)
    return buffer.getvalue()


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        file.addfile(tarfile.TarInfo("model.onnx"))
    return buffer.getvalue()


def npy() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4cac19622fc3ada9c0fdeadb33f88f367b541f38b89102a3f1261ac81fd5bcb5\nsize 20\n"
TF_NODE = b"\n\x1d\n\x05input\x12\x0bPlaceholder*\x0b\n\x05dtype\x12\x02\x30\x01"
CAFFE = b'# VGG\nname: "VGG_ILSVRC_16_layers"\ninput: "data"\nlayer {\n  type: "Convolution"\n}\n'
COREML = b"\x08\x04\x12\x40\n\x1c\n\x05image\x1a\x13\x22\x11\x08\xe0\x01" + bytes(60)
SAVED_MODEL = b"\x08\x01\x12\xaa\x08\n\x90\x02\x12\x8d\x02\n\x05Const\x12\x0f\n\x06output" + bytes(
    60
)

KINDS = [
    (b"", "empty", "again"),
    (LFS, "Git LFS pointer", "git lfs pull"),
    (b"\n <!DOCTYPE html><html><body>Sign in</body></html>", "web page", "raw"),
    (b"<html lang=en><head>", "web page", "Download the file itself"),
    (b'<?xml version="1.0"?>\n<net name="resnet" version="11">', "OpenVINO", "converted from"),
    (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "XML", "refused"),
    (b"<svg xmlns='x'/>", "SVG", "PNG"),
    (b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(90), "JPEG", "photo"),
    (picture_bytes(kind="PNG"), "PNG", "photo"),
    (picture_bytes(kind="GIF"), "GIF", "photo"),
    (picture_bytes(kind="WEBP"), "WebP", "photo"),
    (picture_bytes(kind="BMP"), "BMP", "photo"),
    (b"\0\0\0\x1cftypavif\0\0\0\0" + bytes(40), "AVIF", "photo"),
    (b"\0\0\0\x1cftypheic\0\0\0\0" + bytes(40), "HEIC", "photo"),
    (b"\0\0\0\x1cftypisom\0\0\0\0" + bytes(40), "film", "ONNX"),
    (b"8BPS\0\1" + bytes(90), "PSD", "JPEG or PNG"),
    (b"\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0" + bytes(90), "icon", "JPEG or PNG"),
    (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "PDF", "ONNX"),
    (b"\x89HDF\r\n\x1a\n" + bytes(40), "HDF5", "keras.models.load_model"),
    (b"\x1c\0\0\0TFL3" + bytes(20), "TensorFlow Lite", "--tflite"),
    (b"GGUF\x03\0\0\0" + bytes(20), "GGUF", "language"),
    (npy(), "NumPy", "Export"),
    (b"\x80\x02}q\0.", "pickle", "torch.onnx.export"),
    (b"\x80\x04\x95\x10\0\0\0\0\0\0\0}\x94.", "pickle", "model.eval()"),
    (b"\x1f\x8b\x08\0" + bytes(20), "gzip", "gunzip"),
    (b"BZh91AY&SY" + bytes(20), "compressed", "Unpack"),
    (b"7z\xbc\xaf\x27\x1c" + bytes(20), "7-Zip", "Unpack"),
    (tarred(), "tar archive", "tar -xf"),
    (b"\x7fELF\x02\x01\x01" + bytes(20), "program", "made from"),
    (b"\x18\0\0\0ORTM" + bytes(40), "onnxruntime", "bring that one"),
    (b"7767517\n75 83\nInput data 0 1 data", "ncnn", "converted from"),
    (b"[net]\nbatch=64\nwidth=416\n", "Darknet", "torch.onnx.export"),
    (CAFFE, "Caffe", "preset=caffe"),
    (b"ir_version: 8\ngraph {\n  node {", "ONNX model as a text", "onnx.save"),
    (SAVED_MODEL, "SavedModel", "--saved-model"),
    (TF_NODE + TF_NODE, "frozen graph", "--graphdef"),
    (COREML, "Core ML", "converted from"),
    (
        b"\n\x09VGG_ILSVRC\xa2\x06\x40\n\x07conv1_1\x12\x0bConvolution" + bytes(50),
        "caffemodel",
        "preset=caffe",
    ),
    (b'{"format": "layers-model", "modelTopology": {}}', "TensorFlow.js", "tf2onnx"),
    (b'{\n  "architectures": ["ResNetForImageClassification"]', "config.json", "optimum-cli"),
    (b'{"class_name": "Functional", "config": {}}', "Keras", "weights"),
    (b'[{"a": 1}]', "JSON", "ONNX"),
    (b"nc: 80\ndepth_multiple: 0.33\nbackbone:\n  - [-1, 1]\n", "YAML", "export"),
    (b"404: Not Found", "text", "download"),
    (zipped("resnet/data.pkl", "resnet/data/0", "resnet/version"), "PyTorch", "torch.onnx.export"),
    (zipped("metadata.json", "config.json", "model.weights.h5"), "Keras model (.keras)", "export("),
    (zipped("a.mlpackage/Data/com.apple.CoreML/model.mlmodel"), "Core ML", "converted"),
    (zipped("arr_0.npy"), ".npz", "Export"),
    (zipped("out/model.onnx"), "ZIP with an ONNX", "Unpack"),
    (zipped("m/saved_model.pb", "m/variables/variables.index"), "SavedModel inside", "Unpack"),
    (zipped("cat/1.jpg", "dog/2.jpg"), "ZIP of pictures", "/learn"),
    (zipped("notes.doc"), "ZIP", "Unpack"),
    (bytes(500), "no file of a kind", "damaged"),
    (b"\xff" * 500, "no file of a kind", "damaged"),
]


@pytest.mark.parametrize(("data", "what", "way_out"), KINDS, ids=[what for _, what, _ in KINDS])
def test_a_file_is_what_its_bytes_are(data, what, way_out):
    kind = kind_of_file(data)
    assert kind is not None
    assert what in kind.name
    assert way_out in kind.advice
    assert str(kind).startswith("This is ")
    assert str(kind).endswith((".", ")"))


def test_models_that_are_read_are_of_no_other_kind():
    for network in (net(), net(size=8, name="x" * 200), build_tiny()):
        assert kind_of_file(as_onnx(network)) is None
        assert kind_of_file(safetensors.to_bytes(network)) is None
    for maker in ("", "pytorch", "skl2onnx", "büro", "a" * 120):
        model = helper.make_model(helper.make_graph([], "g", [], []), producer_name=maker)
        assert kind_of_file(model.SerializeToString()) is None


def test_weights_of_another_program_are_told_from_a_network_saved_here():
    ours = safetensors.to_bytes(build_tiny())
    assert foreign_weights(ours) is None
    for header in (
        {"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}},
        {"__metadata__": {"format": "pt"}},
    ):
        text = json.dumps(header).encode()
        kind = foreign_weights(len(text).to_bytes(8, "little") + text + bytes(4))
        assert kind is not None
        assert "weights only" in kind.advice


def test_how_many_bytes_an_onnx_file_lacks():
    whole = as_onnx(net())
    assert missing_bytes(whole) == 0
    for size in (len(whole) - 1, len(whole) // 2, 40):
        assert missing_bytes(whole[:size]) > 0
    assert missing_bytes(b"") == 0
    assert missing_bytes(b"\x08") > 0
    assert missing_bytes(b"hello") == 0


class TestOverHTTP:
    def test_the_way_out_is_in_the_answer(self, own):
        body = refused(own, LFS)
        assert body["type"] == "/errors/model-invalid"
        assert "git lfs pull" in body["detail"]

    def test_a_file_that_is_cut_short_says_so(self, own, file):
        assert "ends too early" in refused(own, file[: len(file) // 2])["detail"]

    def test_the_name_does_not_matter(self, own):
        files = {"file": ("resnet50.onnx", picture_bytes(kind="PNG"))}
        assert "picture (PNG)" in own.post(MODELS, files=files).json()["detail"]
