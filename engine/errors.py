"""What can go wrong in the engine.

EngineError
├── ShapeError       an op was given shapes (or hyper-parameters) that it cannot take
├── GraphError       the nodes do not form a network: a cycle, a missing input, a name used twice
├── FormatError      a file is not the model that it claims to be
├── UnknownModel     no network of that name in the zoo
├── TrainingError    nothing can be learned from this: an empty folder, one class, a foreign checkpoint
├── EditError        a change to a network that cannot be made: a layer without filters, a weight that is not there
└── AttributionError a score cannot be traced to the pixels in that way: an unknown method, a layer without maps
"""


class EngineError(Exception):
    """Anything that the engine refuses. Its text is meant for people."""


class ShapeError(EngineError, ValueError):
    """An op was given shapes or hyper-parameters that it cannot take."""


class GraphError(EngineError, ValueError):
    """The nodes do not form a network: a cycle, a missing input, a name used twice."""


class FormatError(EngineError, ValueError):
    """A file is not the model that it claims to be."""


class UnknownModel(EngineError, LookupError):
    """No network of that name in the zoo."""


class AttributionError(EngineError, ValueError):
    """A score cannot be traced to the pixels in the way that was asked for."""


class EditError(EngineError, ValueError):
    """A change to a network that cannot be made."""


class TrainingError(EngineError, ValueError):
    """Nothing can be learned from what was given."""
