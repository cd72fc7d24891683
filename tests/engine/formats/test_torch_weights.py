"""Weights that PyTorch wrote are read without PyTorch, and a file that asks for more than arrays is
refused, not run.
"""

import io
import os
import pickle
import sys
import types

import numpy as np
import pytest

from engine.errors import FormatError
from engine.formats.torch_weights import MAGIC, VERSION, read


@pytest.fixture
def torch(monkeypatch):
    """What a pickle of PyTorch's names, for the writer: the reader must do without."""
    fake = types.ModuleType("torch")
    utils = types.ModuleType("torch._utils")
    for name in ("FloatStorage", "LongStorage"):
        setattr(fake, name, type(name, (), {"__module__": "torch"}))

    def _rebuild_tensor_v2():
        pass

    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    monkeypatch.setitem(sys.modules, "torch", fake)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)
    return fake


class Tensor:
    """A view on ``numbers``, as the writer below knows it."""

    def __init__(self, key, numbers, offset, shape, strides):
        self.key, self.numbers = key, numbers
        self.offset, self.shape, self.strides = offset, shape, strides


class Key(str):
    __slots__ = ("tensor",)


class Writer(pickle.Pickler):
    def __init__(self, file, torch):
        super().__init__(file, protocol=2)
        self.torch = torch

    def persistent_id(self, obj):
        if not isinstance(obj, Key):
            return None
        numbers = obj.tensor.numbers
        kind = self.torch.FloatStorage if numbers.dtype == np.float32 else self.torch.LongStorage
        return ("storage", kind, str(obj), "cpu", len(numbers), None)

    def reducer_override(self, obj):
        if not isinstance(obj, Tensor):
            return NotImplemented
        key = Key(obj.key)
        key.tensor = obj
        rebuild = sys.modules["torch._utils"]._rebuild_tensor_v2
        return rebuild, (key, obj.offset, obj.shape, obj.strides, False, {})


def write(torch, tensors, version=VERSION):
    file = io.BytesIO()
    storages = {tensor.key: tensor.numbers for tensor in tensors.values()}
    for part in (MAGIC, version, {"little_endian": True}, tensors, sorted(storages)):
        Writer(file, torch).dump(part)
    for _, numbers in sorted(storages.items()):
        file.write(len(numbers).to_bytes(8, "little") + numbers.tobytes())
    return file.getvalue()


def plain(key, array, dtype=np.float32):
    numbers = np.asarray(array, dtype)
    strides = tuple(s // numbers.itemsize for s in numbers.strides)
    return Tensor(key, numbers.ravel(), 0, numbers.shape, strides)


NUMBERS = np.arange(24, dtype=np.float32)


def test_arrays_come_back(torch):
    turned = Tensor(
        "0", NUMBERS, 2, (3, 2), (1, 3)
    )  # a view, transposed, as weights from TensorFlow are
    tensors = {
        "fc.weight": plain("1", NUMBERS.reshape(4, 6)),
        "count": plain("2", 7, np.int64),
        "turned": turned,
    }
    arrays = read(write(torch, tensors))
    np.testing.assert_array_equal(arrays["fc.weight"], NUMBERS.reshape(4, 6))
    np.testing.assert_array_equal(arrays["turned"], [[2, 5], [3, 6], [4, 7]])
    assert arrays["count"].dtype == np.int64
    assert arrays["count"] == 7


class Runs:
    """What would be run while it is read."""

    def __init__(self, *call):
        self.call = call

    def __reduce__(self):
        return self.call[0], self.call[1:]


@pytest.mark.parametrize(
    "pickled",
    [
        pickle.dumps(Runs(os.system, "touch was-run"), protocol=2),
        pickle.dumps(Runs(eval, "open('was-run', 'w')"), protocol=2),
        pickle.dumps(Runs(np.ones, 3), protocol=2),
        b"cposix\nsystem\n(S'touch was-run'\ntR.",
    ],
    ids=["system", "eval", "an array of NumPy's", "system, by hand"],
)
def test_a_pickle_that_tries_more_is_refused(pickled, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FormatError, match="to be run"):
        read(pickled)
    assert not list(tmp_path.iterdir())


def test_one_inside_the_weights_is_refused(torch, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = io.BytesIO()
    for part in (MAGIC, VERSION, {}, {"weight": Runs(os.mkdir, "was-run")}, []):
        Writer(file, torch).dump(part)
    with pytest.raises(FormatError, match="mkdir to be run"):
        read(file.getvalue())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "tensor",
    [
        Tensor("0", NUMBERS, 0, (5, 5), (5, 1)),
        Tensor("0", NUMBERS, 24, (1,), (1,)),
        Tensor("0", NUMBERS, -1, (2,), (1,)),
        Tensor("0", NUMBERS, 4, (3,), (-1,)),
        Tensor("0", NUMBERS, 0, (-3,), (1,)),
    ],
    ids=["too large", "begins behind it", "begins before it", "runs backwards", "less than none"],
)
def test_a_tensor_stays_in_its_storage(torch, tensor):
    with pytest.raises(FormatError, match="beyond its storage"):
        read(write(torch, {"weight": tensor}))


def test_a_storage_that_is_not_there(torch):
    whole = write(torch, {"weight": plain("0", NUMBERS)})
    with pytest.raises(FormatError):
        read(whole[:-4])
    with pytest.raises(FormatError, match="two lengths"):
        read(whole[:-104] + (25).to_bytes(8, "little") + whole[-96:])


def test_what_is_no_such_file(torch):
    with pytest.raises(FormatError, match="not a file of PyTorch weights"):
        read(write(torch, {}, version=1002))
    with pytest.raises(FormatError, match="the newer form"):
        read(b"PK\x03\x04" + bytes(100))
    with pytest.raises(FormatError):
        read(b"")


def test_bytes_turned_over_are_read_or_refused(torch):
    """And nothing else: no other error, no file, no memory beyond a little."""
    whole = bytearray(write(torch, {"a": plain("0", NUMBERS), "b": plain("1", NUMBERS)}))
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(2000):
        mutant = bytearray(whole)
        for place in rng.integers(0, len(whole), rng.integers(1, 4)):
            mutant[place] = rng.integers(256)
        try:
            assert all(isinstance(a, np.ndarray) for a in read(bytes(mutant)).values())
        except FormatError:
            refused += 1
    assert 0 < refused < 2000


@pytest.mark.parametrize(
    "pickled",
    [b"\x80\x02]r\xff\xff\xff\x7f.", b"]p2147483647\n.", b"\x80\x05\x96" + b"\xff" * 7 + b"\x7f."],
    ids=["LONG_BINPUT", "PUT", "BYTEARRAY8"],
)
def test_a_few_bytes_that_ask_for_all_memory_are_refused(pickled):
    """The unpickler's memory is made as large as the place that something is put into; a byte
    array, as long as it says.
    """
    with pytest.raises(FormatError):
        read(pickled)
