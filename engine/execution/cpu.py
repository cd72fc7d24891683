"""How many processors this process may use.

``os.cpu_count`` counts those of the machine. A process may be bound to fewer of them (its CPU
affinity), and a container is usually given a share of their time instead (the CPU quota of its
control group): more threads than that only take turns.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from math import ceil
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")


def cpu_count() -> int:
    """Processors by the affinity of this process and the quotas of its control groups, at least 1.

    A quota of one and a half processors counts as two. Every pool of threads takes its size from
    here.
    """
    has_affinity = hasattr(os, "sched_getaffinity")
    available = len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1
    return max(1, min([available, *(ceil(quota) for quota in _quotas())]))


def _quotas() -> Iterator[float]:
    """The quotas that bind this process, in processors: that of its control group and of every
    group around it.

    Source: the Linux kernel's admin-guide, "Control Group v2" (``cpu.max``) and "CFS Bandwidth
    Control" (version 1).
    """
    for line in _text(MEMBERSHIP).splitlines():
        _, controllers, path = line.split(":", 2)
        inside = Path(path.lstrip("/"))
        if not controllers:
            for group in (inside, *inside.parents):
                yield from _quota(_text(CGROUPS / group / "cpu.max"))
        elif "cpu" in controllers.split(","):
            for group in (inside, *inside.parents):
                folder = CGROUPS / "cpu" / group
                names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
                yield from _quota(" ".join(_text(folder / name) for name in names))


def _quota(text: str) -> Iterator[float]:
    """Of "<microseconds> <period>"; nothing where there is no limit ("max", or -1) and where there
    is no such file.
    """
    match text.split():
        case [quota, period] if quota.isdecimal() and period.isdecimal() and int(period):
            yield int(quota) / int(period)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
