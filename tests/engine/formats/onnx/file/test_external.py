"""Weights in files beside an ONNX file: read when they are there, named when they are not, and
nothing else is opened.
"""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from onnx.external_data_helper import convert_model_to_external_data, set_external_data

import engine
from engine.cost import ModelLimits
from engine.errors import ExternalDataNeeded, FormatError, ModelTooLarge
from engine.formats.onnx import external_files, from_onnx, read_beside
from tests.engine.formats.onnx.files import FLOAT, file, model, random
from tests.engine.formats.onnx.twins import run_file

INPUT = {"x": ["N", 3, 8, 8]}
WEIGHT = random(4, 3, 3, 3)
NODES = [helper.make_node("Conv", ["x", "w"], ["c"]), helper.make_node("Relu", ["c"], ["y"])]


def whole(weight=WEIGHT, nodes=NODES):
    return model(nodes, inputs=INPUT, arrays={"w": weight})


def saved(folder, made, **options):
    """The bytes of the ONNX file after its weights went to files of ``folder``."""
    options = {"all_tensors_to_one_file": True, "location": "m.data", **options}
    convert_model_to_external_data(made, size_threshold=0, **options)
    onnx.save(made, folder / "m.onnx")
    return (folder / "m.onnx").read_bytes()


def pointing(*, location="m.data", kind=FLOAT, dims=WEIGHT.shape, **more):
    """A file whose weight is said to be in ``location``."""
    made = whole()
    tensor = made.graph.initializer[0]
    tensor.data_type = kind
    tensor.dims[:] = dims
    set_external_data(tensor, location, **more)
    tensor.ClearField("raw_data")
    return made.SerializeToString()


@pytest.mark.parametrize("one_file", [True, False])
def test_the_values_are_those_of_the_model_in_one_file(tmp_path, one_file):
    x = random(2, 3, 8, 8, seed=1)
    expected = run_file(whole().SerializeToString(), {"x": x})[0]
    data = saved(tmp_path, whole(), all_tensors_to_one_file=one_file)
    names = external_files(data)
    assert names == (("m.data",) if one_file else ("w",))
    network = from_onnx(data, external={name: (tmp_path / name).read_bytes() for name in names})
    np.testing.assert_allclose(network.forward(x)["y"], expected, atol=1e-5)
    np.testing.assert_allclose(
        engine.load(tmp_path / "m.onnx").forward(x)["y"], expected, atol=1e-5
    )


@pytest.mark.parametrize("dtype", [np.float16, np.float64, "bfloat16"])
def test_other_floats_outside(tmp_path, dtype):
    dtype = helper.tensor_dtype_to_np_dtype(TensorProto.BFLOAT16) if dtype == "bfloat16" else dtype
    weight = WEIGHT.astype(dtype)
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    network = from_onnx(pointing(kind=kind), external={"m.data": weight.tobytes()})
    np.testing.assert_array_equal(network.parameters()["c.weight"], weight.astype(np.float32))


def test_a_constant_s_value_may_be_outside(tmp_path):
    value = onnx.numpy_helper.from_array(WEIGHT, "w")
    nodes = [helper.make_node("Constant", [], ["w"], value=value), *NODES]
    made = model(nodes, inputs=INPUT)
    data = saved(tmp_path, made, convert_attribute=True)
    assert external_files(data) == ("m.data",)
    network = from_onnx(data, external={"m.data": (tmp_path / "m.data").read_bytes()})
    np.testing.assert_array_equal(network.parameters()["c.weight"], WEIGHT)


def test_alone_it_names_every_file_and_the_line_that_makes_it_one():
    made = whole()
    made.graph.initializer.add(name="v", data_type=FLOAT, dims=[1], raw_data=bytes(4))
    for tensor, location in zip(made.graph.initializer, ("b.data", "sub/a.data"), strict=True):
        set_external_data(tensor, location)
        tensor.ClearField("raw_data")
    made.graph.node.append(helper.make_node("Add", ["y", "v"], ["z"]))
    made.graph.output[0].name = "z"
    data = made.SerializeToString()
    with pytest.raises(ExternalDataNeeded, match=r"'a.data', 'b.data'.*external_data=False") as e:
        from_onnx(data)
    assert e.value.missing == ("a.data", "b.data")
    with pytest.raises(ExternalDataNeeded, match=r"came with it is called 'c.data'") as e:
        from_onnx(data, external={"c.data": b"", "b.data": b""})
    assert e.value.missing == ("a.data",)


SIZE = WEIGHT.nbytes
BAD = {
    "an offset beyond the file": ({"offset": 4, "length": SIZE}, "end at byte 436 of 'm.data'"),
    "a huge offset": ({"offset": 2**62, "length": SIZE}, "end at byte"),
    "a length that is not the shape's": ({"length": SIZE - 4}, "are not the 108 numbers"),
    "a huge shape": ({"dims": [2**40, 3, 3, 3]}, "end at byte"),
    "a negative shape": ({"dims": [-1]}, "a tensor of shape"),
    "no file's name": ({"location": "weights/.."}, "no file's name"),
    "words": ({"kind": TensorProto.STRING}, "string is not read"),
}


@pytest.mark.parametrize("what", BAD)
def test_places_are_checked_before_they_are_read(what):
    options, reason = BAD[what]
    with pytest.raises(FormatError, match=reason):
        from_onnx(pointing(**options), external={"m.data": WEIGHT.tobytes(), "..": b""})


@pytest.mark.parametrize("text", ["-4", "1e3", "²", "9" * 40, ""])
def test_a_place_that_is_no_number(text):
    made = onnx.load_from_string(pointing())
    made.graph.initializer[0].external_data.add(key="offset", value=text)
    with pytest.raises(FormatError, match="no place in a file"):
        from_onnx(made.SerializeToString(), external={"m.data": WEIGHT.tobytes()})


def test_a_pointer_of_git_lfs_is_called_so():
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 432\n"
    with pytest.raises(FormatError, match="is a Git LFS pointer"):
        from_onnx(pointing(), external={"m.data": pointer})


def test_one_file_seen_many_times_is_counted_each_time():
    """A thousand weights of a megabyte, all of them the same megabyte."""
    made = model(
        [
            helper.make_node("Add", [f"v{i}" if i else "x", f"w{i}"], [f"v{i + 1}"])
            for i in range(1000)
        ],
        inputs={"x": [1, 2**16, 8, 1]},
        outputs=("v1000",),
    )
    for i in range(1000):
        tensor = made.graph.initializer.add(
            name=f"w{i}", data_type=TensorProto.FLOAT16, dims=[1, 2**16, 8, 1], raw_data=b""
        )
        set_external_data(tensor, "m.data")
        tensor.ClearField("raw_data")
    with pytest.raises(ModelTooLarge, match="parameter bytes"):
        from_onnx(
            made.SerializeToString(),
            external={"m.data": bytes(2**20)},
            limits=ModelLimits(max_activation_bytes=1 << 40),
        )


def test_files_beside_are_those_of_that_folder_and_not_too_large(tmp_path):
    (tmp_path / "secret").write_bytes(WEIGHT.tobytes())
    inside = tmp_path / "inside"
    inside.mkdir()
    data = pointing(location="../secret")
    assert external_files(data) == ("secret",)
    assert read_beside(inside / "m.onnx", data, 10**6) == {}
    assert read_beside(tmp_path / "m.onnx", data, 10**6).keys() == {"secret"}
    with pytest.raises(ModelTooLarge):
        read_beside(tmp_path / "m.onnx", data, len(data) + SIZE - 1)
    with pytest.raises(ModelTooLarge):
        from_onnx(
            data,
            external={"secret": WEIGHT.tobytes()},
            limits=ModelLimits(max_bytes=len(data) + SIZE - 1),
        )


def test_what_has_no_files_beside_it():
    assert external_files(file(NODES, inputs=INPUT, arrays={"w": WEIGHT})) == ()
    assert external_files(b"location" * 9) == ()
