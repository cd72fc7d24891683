"""A training that is interrupted goes on: a connection cut, a server killed, a disk full."""

import re
import resource
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .conftest import OpenLab
from .learn_screen import OwnServer, Wire
from .pictures import keep_picture
from .screen import API
from .test_learn import bring_noise, slow_down

pytestmark = pytest.mark.browser


@pytest.mark.alone
def test_the_connection_is_cut_and_the_server_killed(
    browser: Browser, tmp_path, album: Path, open_lab: OpenLab
):
    """The page goes on by itself, and says what was lost; never more than an epoch."""
    server = OwnServer(tmp_path)
    server.start()
    wire = Wire(server.port)
    try:
        screen = open_lab(site=wire.url)
        screen.expected_status = 503  # of a server that is about to be ready
        page = screen.page
        slow_down(screen)
        screen.play()
        screen.wait_for_batch(20)
        run = screen.run_id

        wire.cut()
        screen.wait_for_status("lost")
        keep_picture(page, album / "4-lost.png")
        before = screen.batch
        wire.mend()
        screen.wait_for_status("running")
        screen.wait_for_batch(before + 10)

        before = screen.batch
        server.kill()
        screen.wait_for_status("lost")
        server.start()
        screen.wait_for_status("running", "starting", timeout=180)
        note = page.locator(".run-note.recovered")
        note.wait_for()
        keep_picture(page, album / "5-found-again.png")
        assert screen.run_id == run
        now = API.get(f"{server.url}/api/v1/trainings/{run}").json()
        lost = now["recovered"]["step_before"] - now["recovered"]["step_after"]
        assert 0 <= lost <= now["steps"] / now["epochs"]
        assert now["recovered"]["step_before"] >= before
        (album / "lost.txt").write_text(f"{note.inner_text()}\n")
        screen.wait_for_batch(now["recovered"]["step_before"] + 5)
        steps = [point[0] for point in screen.get(f"trainings/{run}")["batches"]]
        assert steps == sorted(set(steps))
    finally:
        wire.close()
        server.stop()


def test_a_run_that_failed_on_a_full_disk_is_continued(open_lab: OpenLab, album: Path):
    screen = open_lab()
    page = screen.page
    bring_noise(screen, "Full")
    screen.play()
    page.wait_for_selector(".score b", timeout=240_000)  # an epoch is over
    fill_disk(screen.run_id)
    screen.wait_for_status("failed")
    expect(page.locator(".run-note.problem")).to_contain_text("“Continue” goes on from the last")
    expect(page.locator("#play")).to_have_text("Continue")
    keep_picture(page, album / "6-disk-full.png")
    screen.play()
    screen.wait_for_status("running")
    expect(page.locator(".run-note.recovered")).to_have_text(
        re.compile(r"It went on from batch \d*[1-9]\d*;")
    )
    expect(page.locator(".run-note.problem")).to_have_count(0)


def fill_disk(run: str) -> None:
    """The process of a training can write no files of more than a few bytes."""
    (worker,) = (
        path.parent.name
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if run in path.read_text("utf-8", "replace")
    )
    resource.prlimit(int(worker), resource.RLIMIT_FSIZE, (100, 100))
