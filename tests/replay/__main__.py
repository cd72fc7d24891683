"""``scripts/replay``: compare what the program computes with what is kept, or write that anew."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

KEPT = Path(__file__).parent / "kept.tsv"


def machine() -> str:
    """What decides the last digits: the libraries that compute, and the instructions that they
    use.
    """
    import numpy as np
    import PIL
    from numpy._core._multiarray_umath import __cpu_features__
    from threadpoolctl import threadpool_info

    blas = " ".join(
        sorted({f"{i['prefix']} {i['version']} {i.get('architecture')}" for i in threadpool_info()})
    )
    libc = " ".join(platform.libc_ver())
    vectors = next((name for name in ("X86_V3", "X86_V2") if __cpu_features__.get(name)), "")
    parts = (platform.system(), platform.machine(), vectors, f"numpy {np.__version__}", blas)
    return ", ".join((*parts, f"pillow {PIL.__version__}", libc))


def replay(only: str = "") -> Iterator[tuple[str, object]]:
    """Every line, of the networks and things whose names begin with ``only``."""
    from tests.replay import walk, wire
    from tests.replay.client import api
    from tests.replay.networks import GENERATED, PHOTOS, SHIPPED

    with (
        tempfile.TemporaryDirectory(prefix="convscope-replay-") as folder,
        api(Path(folder)) as door,
    ):
        models = {name: name for name in SHIPPED}
        for name, build in GENERATED.items():
            if name.startswith(only):
                query = {"name": name, "preset": "unit"}
                models[name] = door.send(wire.MODELS, build(), query=query)[wire.ID]
        for name, model in models.items():
            if name.startswith(only):
                yield from walk.NetworkReplay(door, name, model, PHOTOS).lines()
        if "training".startswith(only):
            yield from walk.learning(door)
            for name in SHIPPED:
                yield from walk.photo_step(door, name, PHOTOS[0])


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/replay", description=__doc__)
    parser.add_argument("--update", action="store_true", help="write tests/replay/kept.tsv anew")
    parser.add_argument("--only", default="", help="networks whose names begin so")
    asked = parser.parse_args()
    if asked.update and asked.only:
        parser.error("--update writes the whole file, so --only does not go with it")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one thread, one process

    from tests.replay.digests import differences, from_text, to_text

    start = time.process_time()
    found = dict(replay(asked.only))
    took = time.process_time() - start
    kind, kept = from_text(KEPT.read_text())
    kept = {name: digest for name, digest in kept.items() if name.startswith(asked.only)}
    exactly = kind == machine()
    wrong = differences(kept, found, exactly=exactly)
    for name, how in wrong:
        print(f"{name}: {how}")
    how = "to the last bit" if exactly else "but for rounding: another kind of machine wrote them"
    print(f"{len(wrong)} of {len(found)} lines differ, compared {how} ({took:.0f} s)")
    if asked.update:
        KEPT.write_text(to_text(machine(), found))
        return 0
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
