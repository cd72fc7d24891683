"""Evidence in the name of an output."""

from __future__ import annotations

import re
from typing import Literal

Hint = Literal["classes", "numbers", "boxes", "features"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORDS: dict[Hint, frozenset[str]] = {
    "classes": _words(
        "logit logits prob probs probability probabilities proba softmax score scores conf "
        "confidence class classes cls category categories classifier classification prediction "
        "predictions label labels"
    ),
    "boxes": _words(
        "box boxes bbox bboxes loc locs location locations offset offsets delta deltas anchor "
        "anchors det dets detection detections detector rois proposals rect rects ltrb xywh xyxy"
    ),
    "numbers": _words(
        "pose angle angles yaw pitch roll euler rotation rot quaternion quat gaze landmark "
        "landmarks kps kpt kpts keypoint keypoints point points joints coord coords coordinates "
        "age distance regression reg regressor shape params num count value values translation "
        "theta homography iou quality"
    ),
    "features": _words(
        "feature features feat feats embedding embeddings embed descriptor descriptors vector "
        "latent hidden encoding backbone pooled pooler representation"
    ),
}
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


# Words that modules have in their names whatever comes out at the end: ``/backbone/fc/Gemm``,
# ``/attention/value/MatMul``.
_OF_MODULES = _words("shape params num count value values points")


def hint_of(name: str) -> Hint | None:
    """The kind that a name suggests; the last meaningful word counts: ``box_scores`` are scores.

    Of a path of modules, words for features and other words that say nothing of the answer are
    passed over.
    """
    is_path = "/" in name
    for part in reversed(_PARTS.findall(name)):
        for hint, words in _WORDS.items():
            vague = is_path and (hint == "features" or part.lower() in _OF_MODULES)
            if part.lower() in words and not vague:
                return hint
    return None


def speaks_of_logits(name: str) -> bool:
    """Whether a name says that its number becomes a probability."""
    words = {part.lower() for part in _PARTS.findall(name)}
    return not words.isdisjoint({"logit", "logits", "prob", "probability", "classifier"})
