"""Arrays that count what is done to them: how many values are touched between two checks.

NumPy hands every function and method of a subclass to the subclass; the few functions that do not
(``np.empty``, ``np.asarray``, …) are replaced while ``counting`` lasts. Views cost nothing.
"""

from contextlib import contextmanager

import numpy as np

from engine.execution import threads

MAKERS = ("empty", "zeros", "ones", "full", "asarray", "ascontiguousarray", "array")
METHODS = ("argsort", "argmax", "argmin", "astype", "copy", "cumsum", "fill", "repeat", "take")
UNTOUCHING = (
    np.empty_like,
    np.broadcast_to,
    np.result_type,
    np.shape,
    np.size,
    np.may_share_memory,
)
VIEWS_OR_COPIES = ("reshape", "ravel", "flatten")


class Counter:
    """The values touched since the last check, and the most of them so far."""

    def __init__(self):
        self.now = self.most = self.checks = 0
        self.where = ""

    def add(self, what, *arrays):
        self.now += max((np.size(array) for array in arrays if array is not None), default=0)
        if self.now > self.most:
            self.most, self.where = self.now, what

    def check(self):
        self.now = 0
        self.checks += 1


counter = Counter()


def plain(value):
    if isinstance(value, Counted):
        return value.view(np.ndarray)
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return type(value)(map(plain, value))
    return value


def counted(value):
    return value.view(Counted) if type(value) is np.ndarray else value


class Counted(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **more):
        if out is not None:
            more["out"] = plain(out)
        inputs = plain(inputs)
        more |= {name: plain(value) for name, value in more.items()}
        result = getattr(ufunc, method)(*inputs, **more)
        if ufunc is not np.matmul:  # BLAS, whose products have a limit of their own
            counter.add(f"{ufunc.__name__}.{method}", *inputs, result)
        return counted(result) if out is None else out[0]

    def __array_function__(self, function, types, args, kwargs):
        args, kwargs = plain(args), {name: plain(value) for name, value in kwargs.items()}
        result = function(*args, **kwargs)
        if function in UNTOUCHING:
            return counted(result)
        if function in (np.take, np.take_along_axis):
            counter.add(function.__name__, result)
        elif not (isinstance(result, np.ndarray) and result.base is not None):
            flat = [a for arg in args for a in (arg if isinstance(arg, (list, tuple)) else [arg])]
            counter.add(function.__name__, *(a for a in flat if isinstance(a, np.ndarray)), result)
        return counted(result)

    def __setitem__(self, place, value):
        target = self.view(np.ndarray)[place]
        counter.add("assigned", target)
        self.view(np.ndarray)[place] = plain(value)

    def __getitem__(self, place):
        result = self.view(np.ndarray)[plain(place)]
        if isinstance(result, np.ndarray) and result.base is None:
            counter.add("picked", result)
        return counted(result)


def _method(name, *, always):
    def call(self, *args, **kwargs):
        own = self.view(np.ndarray)
        result = getattr(own, name)(*plain(args), **{k: plain(v) for k, v in kwargs.items()})
        if always or not np.may_share_memory(own, result):
            counter.add(name, own, result)
        return counted(result)

    return call


for _name in METHODS:
    setattr(Counted, _name, _method(_name, always=True))
for _name in VIEWS_OR_COPIES:
    setattr(Counted, _name, _method(_name, always=False))


def _maker(name, original):
    def make(*args, **kwargs):
        args = plain(args)
        result = original(*args, **kwargs)
        copies = name in ("asarray", "ascontiguousarray", "array")
        if copies and isinstance(args[0], np.ndarray) and not np.may_share_memory(args[0], result):
            counter.add(name, result)
        return counted(result)

    return make


@contextmanager
def counting(monkeypatch):
    """While it lasts, one thread does all the work, and every array that is made counts."""
    with monkeypatch.context() as patch:
        patch.setattr(threads, "THREADS", 1)
        for name in MAKERS:
            patch.setattr(np, name, _maker(name, getattr(np, name)))
        counter.__init__()
        with threads.stopped_by(counter.check):
            yield counter
