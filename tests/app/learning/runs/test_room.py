"""Which trainings go for another one."""

import time
from pathlib import Path

import pytest

from app.errors import QuotaExceeded
from app.learning.runs.directory import RunDirectory
from app.learning.runs.room import TrainingBounds, refuse_without_room, to_make_room
from app.learning.runs.run import TrainingRun
from app.workspaces.quotas import Quotas
from tests.app.learning.runs.test_full_disk import SPEC


def kept(*runs, days_ago=0):
    """Trainings from (owner, status), the oldest first; one that is running has a process."""
    made, begun = [], time.time() - 86_400 * days_ago - 3_600
    for place, (owner, status) in enumerate(runs):
        files = RunDirectory(Path(f"{place}"))
        run = TrainingRun(f"{place}", "", SPEC, files, {}, begun + place)
        run.owner, run.status = owner, status
        run.process = object() if status == "running" else None
        made.append(run)
    return made


def bounds(most, part=0.5):
    quotas = Quotas(part)
    for owner in ("a", "b", "c", "d"):
        quotas.hold(owner, f"address of {owner}")
    return TrainingBounds(alive=2, kept=most, memory=1, seconds=1, quotas=quotas)


def goes(runs, owner, most, part=0.5):
    """Those that go for another one, as long as there is room for it."""
    limits = bounds(most, part)
    refuse_without_room(runs, owner, limits)
    another = kept(*((run.owner, "") for run in runs), (owner, "running"))[-1]
    return [run.id for run in to_make_room([*runs, another], owner, limits)]


def test_nothing_goes_while_there_is_room():
    assert goes(kept(("a", "finished"), ("b", "finished")), "c", 3) == []


def test_one_s_own_goes_and_of_that_what_has_ended():
    runs = kept(("b", "finished"), ("a", "paused"), ("a", "running"), ("a", "stopped"))
    assert goes(runs, "a", 6) == []
    assert goes(runs, "a", 4, part=0.75) == ["3"]


def test_others_within_their_parts_stay_and_whoever_has_too_much_makes_room():
    runs = kept(("b", "finished"), ("c", "finished"), ("c", "finished"))
    with pytest.raises(QuotaExceeded) as refusal:
        goes(runs, "a", 3, part=0.7)
    assert (refusal.value.limit, refusal.value.actual) == (3, 3)
    assert goes(runs, "a", 3) == ["1"]


def test_what_others_left_long_ago_makes_room_in_the_end():
    runs = [("b", "paused"), ("b", "finished"), ("c", "stopped")]
    with pytest.raises(QuotaExceeded):
        goes(kept(*runs, days_ago=6), "a", 3, part=0.7)
    assert goes(kept(*runs, days_ago=8), "a", 3, part=0.7) == ["1"]
    assert goes(kept(*runs[1:], ("a", "failed"), days_ago=8), "a", 3, part=0.7) == ["2"]


def test_paused_ones_of_who_has_too_much_lock_nobody_out():
    runs = kept(("b", "finished"), *[("c", "paused")] * 3)
    assert goes(runs, "a", 4) == ["1"]
    assert goes(runs, "c", 4) == ["1"]


def test_where_nobody_is_bound_the_oldest_that_has_ended_goes():
    runs = kept(("b", "paused"), ("b", "finished"), ("b", "finished"))
    assert goes(runs, "a", 3, part=1) == ["1"]
    assert goes(kept(("b", "finished"), ("a", "failed")), "a", 2, part=1) == ["1"]  # one's own
