"""What the outputs of a network are, where their logits are, and what they predict."""

from engine.outputs.info import (
    CLASSIFYING,
    Activation,
    Form,
    OutputInfo,
    OutputKind,
)
from engine.outputs.kinds import describe, label_counts
from engine.outputs.scores import (
    answers,
    can_learn,
    class_scores,
    logit_of,
    numbers,
    predictions,
    probabilities,
)

__all__ = [
    "CLASSIFYING",
    "Activation",
    "Form",
    "OutputInfo",
    "OutputKind",
    "answers",
    "can_learn",
    "class_scores",
    "describe",
    "label_counts",
    "logit_of",
    "numbers",
    "predictions",
    "probabilities",
]
