"""Which format an Accept header asks for: weights, specificity, order, and what cannot be read (RFC
9110, 12.5.1).
"""

import httpx
import pytest
from starlette.datastructures import Headers

from app.errors import NotAcceptable
from app.http.negotiation import accepted, choose_format
from tests.app.conftest import picture_bytes

OFFERED = ("json", "npy", "npz", "png")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("application/json", "json"),
        ("image/png", "png"),
        ("image/*", "png"),
        ("application/*", "json"),
        ("IMAGE/PNG", "png"),
        # weights
        ("application/json;q=0.1, image/png", "png"),
        ("image/png, application/json;q=0.1", "png"),
        ("application/json;q=0.3, application/x-npy;q=0.4, image/png;q=0.2", "npy"),
        ("application/json;Q=0.1,image/png;Q=0.9", "png"),
        ("application/json ; q=0.1 , image/png ; q = 0.9", "png"),
        ("application/json;q=0.123, image/png;q=0.124", "png"),
        # the most specific range gives the weight
        ("*/*, application/json;q=0.1", "npy"),
        ("*/*;q=0.1, application/*;q=0.2, image/*;q=0.3, image/png;q=0.05", "json"),
        ("application/*;q=0.9, application/json;q=0.1, image/png;q=0.5", "npy"),
        ("image/*;q=0.9, */*;q=0.1", "png"),
        # zero refuses
        ("*/*, application/json;q=0", "npy"),
        ("application/json;q=0, image/*", "png"),
        ("application/*;q=0, */*;q=0.1", "png"),
        ("application/*;q=0, application/x-npz", "npz"),
        ("*/*;q=0, application/json", "json"),
        ("application/json;q=0.000, */*", "npy"),
        # equal weights: what is named more exactly, then the order of the header, then that of the
        # offer
        ("image/png, */*", "png"),
        ("*/*, image/png", "png"),
        ("image/png, application/json", "png"),
        ("application/json, image/png", "json"),
        ("application/x-npz, application/x-npy", "npz"),
        # as browsers, curl, Java and fetch write it
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "json"),
        ("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", "png"),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "json"),
        # several, among them some that nobody offers
        ("text/html, image/webp, image/png;q=0.2", "png"),
        # parameters, also with commas and semicolons in quotes
        ("application/json;charset=utf-8", "json"),
        ('application/json;profile="a, image/png;q=1";q=0.1, application/x-npy;q=0.2', "npy"),
        ('text/html;x="\\", image/png", application/x-npz', "npz"),
        # elements that are no media ranges are passed over; a header of nothing else, too
        ("json", "json"),
        ("png", "json"),
        (",,,", "json"),
        ("application/json;q=much, image/png;q=0.1", "png"),
        ("application/json;q=2, image/png;q=0.1", "png"),
        ("application/json;q=-1, image/png;q=0.1", "png"),
        ("application/json;q=nan, image/png;q=0.1", "png"),
        ("application/json;q=, image/png;q=0.1", "png"),
        ("application/, image/png;q=0.1", "png"),
        ("application/json/x, image/png;q=0.1", "png"),
        ('"', "json"),
        ("image/png;", "png"),
        (", image/png ,", "png"),
    ],
)
def test_the_format_that_a_header_prefers(accept, chosen):
    assert choose_format(None, accept, OFFERED) == chosen


@pytest.mark.parametrize(
    "accept",
    ["text/html", "image/webp", "*/*;q=0", "application/*;q=0, image/*;q=0", "image/*;q=0.0"],
)
def test_what_nobody_offers_is_refused_with_what_there_is(accept):
    with pytest.raises(NotAcceptable, match=r"json \(application/json\), npy"):
        choose_format(None, accept, OFFERED)


def test_a_media_type_that_is_refused_is_not_given_for_want_of_others():
    with pytest.raises(NotAcceptable):
        choose_format(None, "*/*, application/json;q=0", ("json",))


def test_several_lines_of_the_header_are_one_list():
    lines = [(b"accept", b"application/json;q=0.1"), (b"accept", b"image/png")]
    assert choose_format(None, accepted(Headers(raw=lines)), OFFERED) == "png"


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["application/json;q=0.1, image/png"], "image/png"),
        (["application/json;q=0.1", "image/png"], "image/png"),
        (["application/json;q=0, */*"], "application/x-npy"),
        (["nonsense"], "application/json"),
    ],
)
def test_over_a_real_server(server, lines, kind):
    api = f"{server.url}/api/v1/analyses"
    made = httpx.post(api, content=picture_bytes()).json()
    headers = [("Accept", line) for line in lines]
    with httpx.Client() as client:
        del client.headers["accept"]
        answer = client.get(f"{api}/{made['id']}/layers/conv1", headers=headers)
    assert answer.headers["content-type"] == kind


def test_the_effective_field_reads_the_header_too(client, analysis):
    address = f"/api/v1/analyses/{analysis['id']}/layers/conv1/effective-receptive-field"
    answer = client.get(
        address,
        params={"channel": 0, "y": 1, "x": 1},
        headers={"Accept": "application/json;q=0.5, application/x-npy"},
    )
    assert answer.headers["content-type"] == "application/x-npy"
