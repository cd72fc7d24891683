"""Pages of other sites in a real browser can neither read this server nor change anything."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.app.archives import GOOD, packed

from .conftest import REBOUND
from .screen import API
from .tabs import Tabs

pytestmark = pytest.mark.browser

# A browser sends these to any address without asking it first.
FETCH = """([url, zip]) => {
  const form = new FormData();
  form.append("file", new Blob([new Uint8Array(zip)], { type: "application/zip" }), "faces.zip");
  return fetch(url, { method: "POST", mode: "no-cors", body: form }).then(() => "", String);
}"""
FORM = """url => {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: url, enctype: "multipart/form-data" });
  document.body.append(form);
  form.submit();
}"""


class Elsewhere(BaseHTTPRequestHandler):
    """Another site: one empty page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title><body>")

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def elsewhere() -> Iterator[int]:
    """The port of another site on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", REBOUND])
def test_another_origin_posts_in_vain(tabs: Tabs, site: str, elsewhere: int, host: str):
    page = tabs.take()
    page.goto(f"http://{host}:{elsewhere}/")
    url = f"{site}/api/v1/datasets"
    before = API.get(url).json()["datasets"]
    page.evaluate(FETCH, [url, list(packed(GOOD))])
    assert API.get(url).json()["datasets"] == before
    with page.expect_navigation() as navigation:
        page.evaluate(FORM, url)
    assert navigation.value.status == 403
    assert "cross-origin" in page.content()
    tabs.give_back(page, site)


def test_a_name_that_was_rebound_to_this_machine_is_not_answered(tabs: Tabs, site: str):
    page = tabs.take()
    rebound = site.replace("127.0.0.1", REBOUND)
    answer = page.goto(f"{rebound}/api/v1/models")
    assert answer is not None
    assert answer.status == 421
    assert "everyday" not in page.content()
    tabs.give_back(page, site)
