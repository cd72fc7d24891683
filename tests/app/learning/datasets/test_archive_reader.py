"""An archive is read in slices, by work that may be put off."""

from app.execution.fair_pool import Postponed
from app.images.decoding import Limits
from app.learning.datasets import archive
from tests.app.archives import GOOD, packed


def test_a_picture_that_waits_for_its_turn_is_read_later_and_counted_once(monkeypatch):
    attempts, decoded = [], archive.decoded

    def busy_every_other_time(*args, **options):
        attempts.append(args)
        if len(attempts) % 2:
            raise Postponed(lambda resume: resume())
        return decoded(*args, **options)

    monkeypatch.setattr(archive, "decoded", busy_every_other_time)
    reading = archive.ArchiveReader(packed(GOOD), Limits(10**6, 10**6))

    def read():
        try:
            return reading.read_some(lambda: None)
        except Postponed:
            return False

    while not read():
        pass
    found = reading.result()
    assert list(found.dataset.labels) == [0, 0, 1, 1]
    assert found.problems == ()
    assert len(attempts) == 8
    assert reading._unpacked == sum(map(len, GOOD.values()))
