"""The description of an output: its kind, and where its logits are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from engine.types import Array, Shape

OutputKind = Literal[
    "classes", "binary", "multilabel", "numbers", "boxes", "map", "image", "tokens", "unknown"
]
Activation = Literal["softmax", "sigmoid"]

# What the numbers of an output are. "probabilities" need nothing more; "logits" become
# probabilities by the activation.
Form = Literal["probabilities", "log_probabilities", "logits", "values"]

# Kinds whose answer is a probability for each of some classes.
CLASSIFYING: tuple[OutputKind, ...] = ("classes", "binary", "multilabel")


@dataclass(frozen=True)
class OutputInfo:
    """One output of a network. All shapes and indices are those of one picture.

    - ``shape``: that of the output's value;
    - ``classes``: how many classes it tells apart: names in a list, channels of a map, symbols of a
      sequence; 0 for none;
    - ``labels``: what these are called, None where nobody says;
    - ``logits``: the value before the activation, which attributions ask about; the output itself
      where there is none;
    - ``activation``: what turns logits into probabilities, or would; None where no probabilities
      are known of;
    - ``form``: what the output's own numbers are;
    - ``primary``: whether it is the answer where only one is wanted;
    - ``reason``: why it is taken for that, in a sentence;
    - ``order`` (size,): the place in ``logits`` of each number of the output, both counted through;
      None where they are the same.
    """

    name: str
    kind: OutputKind
    shape: Shape
    classes: int
    labels: tuple[str, ...] | None
    logits: str
    activation: Activation | None
    form: Form
    reason: str
    primary: bool = False
    order: Array | None = field(default=None, repr=False, compare=False)

    @property
    def is_classifying(self) -> bool:
        """Whether its answer is a probability for each of its classes."""
        return self.kind in CLASSIFYING

    def place_of(self, unit: int) -> int:
        """Where in ``logits`` the number is that belongs to a number of the output."""
        return unit if self.order is None else int(self.order[unit])
