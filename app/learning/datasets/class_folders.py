"""Pictures in folders, one a class: which file belongs to which class, for ZIPs and for folders on
disk alike.

People pack what they have. So folders around the classes' folders are looked through, the parts of
a set that is split already (train, val, test) are put together, and what systems add of their own
accord is passed over. All that is left out has a reason.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_PROBLEMS = 100  # files that are named; the rest is counted
PER_REASON = 20  # of them for the same reason

IN_NO_FOLDER = "It lies in no class's folder."
HIDDEN = "Its name begins with a dot, so it is hidden."

Path = tuple[str, ...]  # a file's folders and name; a folder's ends in an empty part

# What systems and programs put beside files.
_CLUTTER = frozenset(
    {
        "__macosx", ".ds_store", ".localized", "icon\r", ".trashes", ".fseventsd", ".spotlight-v100",
        "thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "$recycle.bin", "system volume information",
        ".directory", ".trash-1000", "@eadir", ".picasa.ini", "picasa.ini", ".nomedia",
        ".git", ".gitignore", ".gitkeep", ".gitattributes", ".ipynb_checkpoints", "__pycache__",
    }
)  # fmt: skip
_TRAINING = frozenset({"train", "training", "train_set", "training_set"})
_SPLITS = _TRAINING | {
    "val",
    "valid",
    "validation",
    "validation_set",
    "dev",
    "test",
    "testing",
    "test_set",
    "eval",
}


@dataclass(frozen=True)
class Arrangement:
    """Files by class, in the order in which they came; what is left out, each with its reason;
    ``notes`` on what was made of them.
    """

    files: dict[str, list[Path]]
    left_out: list[tuple[Path, str]]
    notes: tuple[str, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """In the order of their labels."""
        return tuple(sorted(self.files))


def arrange(paths: Iterable[Path]) -> Arrangement:
    """Sort files into classes by the folder that they lie in; deeper folders belong to the same
    class.
    """
    meant, left_out, clutter = [], [], 0
    for path in paths:
        if any(_is_clutter(part) for part in path):
            clutter += bool(path[-1])
        elif any(part.startswith(".") for part in path):
            left_out += [(path, HIDDEN)] if path[-1] else []
        else:
            meant.append(path)
    depth, splits = _find_classes(meant)
    files: dict[str, list[Path]] = {}
    for path in meant:
        if len(path) > depth + 1:
            inside = files.setdefault(class_name(path[depth]), [])
            inside += [path] if path[-1] else []
        elif path[-1]:
            left_out.append((path, IN_NO_FOLDER))
    notes = []
    if splits:
        notes.append(
            f"The folders {', '.join(sorted(splits))} were put together: which pictures are held "
            "out is chosen when a training begins."
        )
    if clutter:
        notes.append(
            f"Passed over: {clutter:,} that systems add by themselves (.DS_Store, Thumbs.db …)."
        )
    return Arrangement(files, left_out, tuple(notes))


def class_name(folder: str) -> str:
    """A folder's name as its class is called: accents as most systems write them (NFC), no space
    around it.
    """
    return unicodedata.normalize("NFC", folder).strip()


def list_problems(problems: Sequence[tuple[str, str]]) -> list[str]:
    """(name, reason) of each file that is left out → lines for people: the first names for each
    reason, the rest counted.
    """
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for name, reason in problems:
        by_reason[reason].append(name)
    lines: list[str] = []
    named: Counter[str] = Counter()
    for name, reason in problems:
        if named[reason] < PER_REASON and named.total() < MAX_PROBLEMS:
            named[reason] += 1
            lines.append(f"{name}: {reason}")
    rest = 0
    for reason, names in by_reason.items():
        more = len(names) - named[reason]
        if more and named[reason] == PER_REASON:
            lines.append(f"… {more:,} more: {reason}")
        else:
            rest += more
    return [*lines, f"{rest:,} more were left out."] if rest else lines


def _is_clutter(part: str) -> bool:
    return part.lower() in _CLUTTER or part.startswith("._")


def _find_classes(paths: list[Path]) -> tuple[int, set[str]]:
    """How many folders lie around the classes' folders; and the parts, where the innermost of them
    are those of a split set.
    """
    depth = 0
    while True:
        tops = {path[depth] for path in paths if len(path) > depth + 1}
        if not any(len(path) > depth + 2 for path in paths):
            return depth, set()
        names = {top.lower() for top in tops}
        if len(tops) > 1 and names <= _SPLITS and names & _TRAINING:
            return depth + 1, tops
        if len(tops) != 1:
            return depth, set()
        depth += 1
