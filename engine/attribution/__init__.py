"""Attribution: which pixels a score depends on, by the methods of the literature, and tests of
how far to believe them.
"""

from engine.attribution.curves import Curves, curves, random_map
from engine.attribution.effective_receptive_field import effective_field
from engine.attribution.methods import METHODS, Attribution, Method, Option, attribute

__all__ = [
    "METHODS",
    "Attribution",
    "Curves",
    "Method",
    "Option",
    "attribute",
    "curves",
    "effective_field",
    "random_map",
]
