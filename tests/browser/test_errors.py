"""What goes wrong is said in place: what, the limit, what to do. Nothing that was there is lost."""

from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from .conftest import OpenPage
from .screen import Screen

pytestmark = pytest.mark.browser


def upload(screen: Screen, folder: Path, content: bytes) -> None:
    (folder / "x.jpg").write_bytes(content)
    screen.page.set_input_files("#file", folder / "x.jpg")


def test_a_file_that_is_no_picture(screen: Screen, tmp_path: Path):
    screen.expected_status = 415
    guess, reading = screen.first_guess, screen.reading
    upload(screen, tmp_path, b"I am a letter, not a picture.")
    problem = screen.page.locator("#notice .problem")
    problem.wait_for()
    expect(problem).to_contain_text("not a picture")
    expect(problem).to_contain_text("JPEG")  # what to send instead
    assert (screen.first_guess, screen.reading) == (guess, reading)
    problem.get_by_text("Dismiss").click()
    expect(problem).to_have_count(0)


def test_a_file_that_is_too_large_names_the_limit(screen: Screen, tmp_path: Path):
    screen.expected_status = 413
    upload(screen, tmp_path, b"\xff\xd8\xff" + bytes(11 * 2**20))
    problem = screen.page.locator("#notice .problem")
    problem.wait_for()
    expect(problem).to_contain_text("The limit is 10.0 MiB")


def test_a_link_to_an_expired_analysis_has_a_way_out(open_page: OpenPage):
    screen = open_page("?analysis=0123456789abcdef0123456789abcdef&layer=pool1&map=1&y=2&x=3")
    screen.expected_status = 404
    problem = screen.page.locator("#notice .problem")
    problem.wait_for()
    expect(problem).to_contain_text("no longer in the server's memory")
    problem.get_by_text("Take a sample").click()
    screen.wait_for_layer("pool1")
    expect(screen.page.locator(".reading .muted")).to_have_text("map 1 · y 2 · x 3")
    expect(problem).to_have_count(0)


def test_somebody_elses_network_is_said_and_the_usual_one_looks_at_the_photo(open_page: OpenPage):
    screen = open_page("?model=own-0123456789ab&photo=chelsea&layer=pool1&map=1&y=2&x=3&view=map")
    screen.expected_status = 404
    problem = screen.page.locator("#notice .problem")
    expect(problem).to_contain_text("its owner can share it by a link")
    screen.wait_for_layer("pool1")
    expect(screen.page.locator("#predictions li").first).to_contain_text("cat")
    expect(problem.get_by_role("button")).to_have_text(["Upload a network…", "Dismiss"])


def test_a_server_that_does_not_answer(screen: Screen):
    screen.page.route("**/api/v1/analyses", lambda route: route.abort())
    screen.page.click("#samples button:nth-child(2)")
    problem = screen.page.locator("#notice .problem")
    problem.wait_for()
    expect(problem).to_contain_text("does not answer")
    screen.page.unroute("**/api/v1/analyses")
    problem.get_by_role("button", name="Try again").click()
    screen.page.wait_for_selector('#samples button:nth-child(2)[aria-pressed="true"]')
    expect(problem).to_have_count(0)


def test_a_slow_analysis_shows_progress_and_can_be_cancelled(screen: Screen):
    before = screen.analysis_id
    held: list[Route] = []
    screen.page.route("**/api/v1/analyses", lambda route: held.append(route))
    screen.page.click("#samples button:nth-child(2)")
    progress = screen.page.locator(".progress")
    progress.wait_for()
    expect(progress.locator("p")).to_contain_text(" s")
    progress.get_by_text("Cancel").click()
    expect(progress).to_have_count(0)
    assert screen.analysis_id == before
    assert len(held) == 1


def test_pasting(screen: Screen):
    screen.page.evaluate(
        """() => {
          const data = new DataTransfer();
          const canvas = document.createElement('canvas');
          canvas.width = 30; canvas.height = 20;
          canvas.getContext('2d').fillRect(0, 0, 30, 20);
          return new Promise((done) => canvas.toBlob((blob) => {
            data.items.add(new File([blob], 'by paste.png', { type: 'image/png' }));
            const init = { bubbles: true, cancelable: true, clipboardData: data };
            document.querySelector('#stage').dispatchEvent(new ClipboardEvent('paste', init));
            done();
          }, 'image/png'));
        }"""
    )
    screen.page.wait_for_function(
        "() => document.querySelector('#credit').textContent === 'by paste.png'"
    )
