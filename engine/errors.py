"""The engine's errors.

EngineError
├── ShapeError              an op was given shapes or hyper-parameters that it cannot take
├── GraphError              no network: a cycle, a missing input, a name used twice
├── FormatError             a file is not the model that it claims to be
│   ├── UnsupportedOp       it asks for an operation that cannot be run here
│   ├── ModelTooLarge       it is more than a limit allows
│   ├── InputSizeNeeded     it leaves its input's height and width open
│   ├── OptionMismatch      an option (a size, a constant) is not what it takes
│   └── ExternalDataNeeded  its weights are in other files, which are not there
├── UnknownModel            no network of that name in the zoo
├── TrainingError           no training: an empty folder, one class, a foreign checkpoint
├── EditError               no such edit: a layer without filters, a missing weight
└── AttributionError        no attribution: an unknown method, a layer without maps
"""


class EngineError(Exception):
    """Base class of the engine's errors. The text is meant for people."""


class ShapeError(EngineError, ValueError):
    """An op was given shapes or hyper-parameters that it cannot take."""


class GraphError(EngineError, ValueError):
    """The nodes do not form a network: a cycle, a missing input, a name used twice."""


class FormatError(EngineError, ValueError):
    """A file is not the model that it claims to be."""


class UnsupportedOp(FormatError):
    """A model asks for an operation that cannot be run here: ``op``, asked for by the ``node`` of
    that name.

    ``way_out`` says what can be done about it, in one sentence; ``before`` names the value at which
    the file can be cut off.
    """

    def __init__(
        self, detail: str, *, op: str, node: str, way_out: str = "", before: str | None = None
    ) -> None:
        super().__init__(detail)
        self.op = op
        self.node = node
        self.way_out = way_out
        self.before = before


class ModelTooLarge(FormatError):
    """A model is more than a limit allows. ``what`` is the limit's name without "max_": bytes,
    nodes, multiply_adds.
    """

    def __init__(self, detail: str, *, what: str, limit: int, actual: int) -> None:
        super().__init__(detail)
        self.what = what
        self.limit = limit
        self.actual = actual


class InputSizeNeeded(FormatError):
    """A model leaves its input's height and width open, and none was given.

    ``shape`` is that of the ``input``, None for an axis that is open; ``fixed`` is the height and
    width that the file fixes, None for a side that is open. ``suggested``: a height and width at
    which the model can be run, if one is known.
    """

    def __init__(
        self,
        detail: str,
        *,
        input: str,  # noqa: A002, ONNX's word
        shape: tuple[int | None, ...],
        fixed: tuple[int | None, int | None],
        suggested: tuple[int, int] | None,
    ) -> None:
        super().__init__(detail)
        self.input = input
        self.shape = shape
        self.fixed = fixed
        self.suggested = suggested

    @property
    def sides(self) -> tuple[str, ...]:
        """Which of height and width are open."""
        return tuple(s for s, size in zip(("height", "width"), self.fixed, strict=True) if not size)


class OptionMismatch(FormatError):
    """What was said of a model is not what its file takes: ``option`` is "size", or "input" for a
    constant of the ``input``.

    ``fixed``: of a size, the height and width that the file fixes, None for a side that is open.
    """

    def __init__(
        self,
        detail: str,
        *,
        option: str,
        input: str,  # noqa: A002, ONNX's word
        fixed: tuple[int | None, int | None] | None = None,
    ) -> None:
        super().__init__(detail)
        self.option = option
        self.input = input
        self.fixed = fixed


class ExternalDataNeeded(FormatError):
    """A model's weights are in other files, of which those called ``missing`` were not given."""

    def __init__(self, detail: str, *, missing: tuple[str, ...]) -> None:
        super().__init__(detail)
        self.missing = missing


class UnknownModel(EngineError, LookupError):
    """No network of that name in the zoo."""


class AttributionError(EngineError, ValueError):
    """An attribution that is not possible for this network, target, method or layer."""


class EditError(EngineError, ValueError):
    """A change to a network that cannot be made."""


class TrainingError(EngineError, ValueError):
    """Nothing can be learned from what was given."""
