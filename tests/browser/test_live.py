"""The camera runs through the network: Chromium's own test camera, whose picture moves."""

import base64

import pytest
from playwright.sync_api import Page, expect

from .conftest import OpenPage
from .screen import API, Screen

pytestmark = pytest.mark.browser

# What each frame sends and what the tracks of the camera do.
WATCH = """() => {
  window.frames_sent = 0;
  window.frames_open = window.most_open = 0;
  const fetched = window.fetch;
  window.fetch = async (url, how) => {
    if (!String(url).endsWith("/frames")) return fetched(url, how);
    window.frames_sent++;
    window.most_open = Math.max(window.most_open, ++window.frames_open);
    try { return window.answer_frame ? await window.answer_frame() : await fetched(url, how); }
    finally { window.frames_open--; }
  };
  window.tracks = [];
  const opened = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (what) => {
    const stream = await opened(what);
    window.tracks.push(...stream.getTracks());
    return stream;
  };
}"""
PICTURES = """() => ["#photo", "#network-input", "#strip canvas", "#stage-body canvas"].map(
  (selector) => document.querySelector(selector).toDataURL())"""
OTHER_PICTURES = """before => {
  const now = ["#photo", "#network-input", "#strip canvas", "#stage-body canvas"].map(
    (selector) => document.querySelector(selector).toDataURL());
  return now.every((picture, i) => picture !== before[i]);
}"""
# A short video, base64, of a square that moves.
RECORD = """async () => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 160, height: 120 });
  const context = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(), { mimeType: "video/webm" });
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  recorder.start();
  for (let i = 0; i < 60; i++) {
    context.fillStyle = "white";
    context.fillRect(0, 0, 160, 120);
    context.fillStyle = "red";
    context.fillRect(2 * i, i, 40, 40);
    await new Promise(requestAnimationFrame);
  }
  await new Promise((done) => { recorder.onstop = done; recorder.stop(); });
  const reader = new FileReader();
  await new Promise((done) => { reader.onload = done; reader.readAsDataURL(new Blob(parts)); });
  return reader.result.split(",")[1];
}"""
SET_HIDDEN = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def go_live(screen: Screen) -> Page:
    """Start the camera as a hand does, and wait for some frames."""
    page = screen.page
    expect(page.locator("#predictions .share").first).to_be_visible()
    page.evaluate(WATCH)
    page.click("#camera")
    page.get_by_role("button", name="Live", exact=True).click()
    expect(page.locator("#live-bar")).to_be_visible()
    wait_for_frames(page, 3)
    return page


def wait_for_frames(page: Page, more: int) -> None:
    before = page.evaluate("frames_sent")
    page.wait_for_function("least => frames_sent >= least", arg=before + more)


def expect_camera_off(page: Page) -> None:
    page.wait_for_function(
        "() => tracks.length && tracks.every(({ readyState }) => readyState === 'ended')"
    )


def expect_no_more_frames(page: Page) -> None:
    """Until half a second has gone by without one: the last that was taken may be on its way."""
    page.wait_for_function(
        """async () => {
          const sent = frames_sent;
          await new Promise((resolve) => setTimeout(resolve, 500));
          return frames_open === 0 && frames_sent === sent;
        }"""
    )


def test_frames_follow_each_other_and_what_is_looked_at_stays(open_page: OpenPage):
    screen = open_page("?layer=relu1_1&map=5&y=20&x=30&held=1&scale=map")
    page = go_live(screen)
    history = page.evaluate("history.length")
    before = page.evaluate(PICTURES)
    page.wait_for_function(OTHER_PICTURES, arg=before)
    expect(page.locator("#credit")).to_contain_text("a second")
    reading = page.locator("#reading output")
    assert reading.get_attribute("data-place") == "5 20 30"
    expect(page.locator("#explain-title")).to_be_visible()
    assert page.inner_text("#layer-title") == "relu1_1"
    assert page.evaluate("most_open") == 1  # nothing queues
    # The layers are walked through while frames go on.
    page.keyboard.press("ArrowRight")
    expect(page.locator("#layer-title")).to_have_text("pool1")
    before = page.evaluate(PICTURES)
    page.wait_for_function(OTHER_PICTURES, arg=before)
    assert page.evaluate("history.length") == history
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator("#credit")).not_to_contain_text("a second")
    expect_camera_off(page)
    expect_no_more_frames(page)
    expect(page.locator("#camera")).to_be_focused()


def test_pause_makes_an_analysis_of_the_frame_that_is_shown(open_page: OpenPage):
    screen = open_page("?layer=conv1_1&map=3&y=10&x=12&held=1")
    page = go_live(screen)
    page.keyboard.press("Space")  # the focus is on «Pause»
    expect(page.locator("#live-bar")).to_be_hidden()
    expect_camera_off(page)
    expect_no_more_frames(page)
    page.wait_for_function("() => new URLSearchParams(location.search).has('analysis')")
    made = page.evaluate("new URLSearchParams(location.search).get('analysis')")
    analysis = API.get(f"{screen.site}/api/v1/analyses/{made}").json()
    assert analysis["input"]["format"] == "JPEG"
    place = page.locator("#reading output")
    expect(place).to_have_attribute("data-place", "3 10 12")
    url = f"{screen.site}/api/v1/analyses/{made}/layers/conv1_1/explain?channel=3&y=10&x=12"
    value = API.get(url).json()["value"]
    expect(place).to_have_attribute("data-value", str(value))
    # Everything of the microscope works on it.
    page.get_by_role("button", name="Strongest path to the photo").click()
    expect(page.locator(".strongest-path")).to_be_visible()


def test_what_needs_an_analysis_freezes_the_frame(open_page: OpenPage):
    page = go_live(open_page())
    page.get_by_role("tab", name="Why this class?").click()
    expect(page.locator("#live-bar")).to_be_hidden()
    expect_camera_off(page)
    page.wait_for_function("() => document.querySelector('#photo-over:not([hidden])')")


def test_a_drawing_is_followed_while_it_is_drawn(open_page: OpenPage):
    screen = open_page()
    page = screen.page
    expect(page.locator("#predictions .share").first).to_be_visible()
    page.evaluate(WATCH)
    page.click("#draw")
    page.get_by_role("button", name="Live", exact=True).click()
    page.wait_for_function("() => frames_sent === 1 && frames_open === 0")
    expect(page.get_by_role("button", name="Other camera")).to_be_hidden()
    before = page.evaluate(PICTURES)
    box = page.locator(".pad canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 220, steps=8)
    page.mouse.up()
    page.wait_for_function(OTHER_PICTURES, arg=before)
    expect_no_more_frames(page)  # as long as nobody draws
    page.keyboard.press("Escape")
    expect(page.locator("#live-bar")).to_be_hidden()
    expect(page.locator("#draw-dialog")).to_be_hidden()
    page.wait_for_function(
        "before => document.querySelector('#photo').toDataURL() !== before", arg=before[0]
    )


def test_a_video_runs_through_the_network(open_page: OpenPage):
    page = open_page().page
    expect(page.locator("#predictions .share").first).to_be_visible()
    page.evaluate(WATCH)
    video = base64.b64decode(page.evaluate(RECORD))
    page.set_input_files("#file", {"name": "run.webm", "mimeType": "video/webm", "buffer": video})
    wait_for_frames(page, 2)
    before = page.evaluate(PICTURES)
    page.wait_for_function(OTHER_PICTURES, arg=before)
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.locator("#live-bar")).to_be_hidden()
    expect_no_more_frames(page)
    expect(page.locator("#credit")).to_contain_text("run.webm")


def test_a_hidden_tab_and_another_photo_end_it(open_page: OpenPage):
    page = go_live(open_page())
    page.evaluate(SET_HIDDEN, True)
    expect(page.locator("#live-bar")).to_be_hidden()
    expect_camera_off(page)
    page.evaluate(SET_HIDDEN, False)
    page.click("#camera")
    page.get_by_role("button", name="Live", exact=True).click()
    wait_for_frames(page, 2)
    page.locator("#samples button").nth(1).click()
    expect(page.locator("#live-bar")).to_be_hidden()
    expect_camera_off(page)
    expect_no_more_frames(page)
    page.wait_for_function("() => new URLSearchParams(location.search).get('photo') === 'coffee'")


def test_a_busy_server_is_asked_again_and_a_lost_camera_is_said(open_page: OpenPage):
    page = go_live(open_page())
    page.evaluate(
        """() => { window.answer_frame = async () => new Response(
          JSON.stringify({ type: "/errors/busy", title: "busy", status: 503 }),
          { status: 503, headers: { "Retry-After": "1" } }); }"""
    )
    expect(page.locator("#credit")).to_contain_text("busy")
    expect(page.locator("#notice .problem")).to_have_count(0)
    page.evaluate("() => { window.answer_frame = null; }")
    wait_for_frames(page, 3)
    expect(page.locator("#credit")).not_to_contain_text("busy")
    page.evaluate("() => tracks[tracks.length - 1].dispatchEvent(new Event('ended'))")
    expect(page.locator("#notice .problem")).to_contain_text("camera")
    expect(page.locator("#live-bar")).to_be_hidden()
