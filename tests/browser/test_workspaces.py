"""Two browsers and a program on one server: each finds only what is its own."""

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from app.workspaces.workspace import new_key
from tests.app.archives import GOOD, packed
from tests.app.bringing import as_onnx, net
from tests.app.conftest import picture_bytes

from .tabs import Tabs
from .test_access import check_page_with_axe

pytestmark = pytest.mark.browser


def asked(page: Page, path: str, method: str = "get", **how) -> dict:
    """The API's answer to a page's browser."""
    site = page.url.split("/", 3)
    answer = getattr(page.request, method)(f"{site[0]}//{site[2]}/api/v1/{path}", **how)
    return answer.json() if answer.ok and answer.status != 204 else {"status": answer.status}


def listed(page: Page, kind: str) -> set[str]:
    return {one["id"] for one in asked(page, kind)[kind]}


def fresh(tabs: Tabs, site: str, address: str = "", **options) -> Page:
    """A page of a browser that was never here."""
    page = tabs.take(**options)
    page.context.clear_cookies()
    page.goto(f"{site}/{address}")
    return page


def test_two_browsers_and_a_program_find_only_what_is_their_own(tabs: Tabs, site: str):
    one = fresh(tabs, site, "workspace", locale="en-GB")
    other = fresh(tabs, site, "workspace", locale="en-US")
    (cookie,) = one.context.cookies(site)
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert cookie["value"] != other.context.cookies(site)[0]["value"]
    octets, zipped = "application/octet-stream", "application/zip"
    curl = httpx.Client(base_url=f"{site}/api/v1/", timeout=60)
    models, datasets = [], []
    for page in (one, other):
        sent = {"data": as_onnx(net()), "headers": {"Content-Type": octets}}
        models.append(asked(page, "models", "post", **sent)["id"])
        sent = {"data": packed(GOOD), "headers": {"Content-Type": zipped}}
        datasets.append(asked(page, "datasets", "post", **sent)["id"])
    models.append(curl.post("models", content=as_onnx(net())).json()["id"])
    datasets.append(
        curl.post("datasets", content=packed(GOOD), headers={"Content-Type": zipped}).json()["id"]
    )
    found = [listed(one, "models"), listed(other, "models")]
    found.append({model["id"] for model in curl.get("models").json()["models"]})
    for who, theirs in enumerate(found):
        assert theirs & set(models) == {models[who]}
    for who, page in enumerate((one, other)):
        assert listed(page, "datasets") & set(datasets) == {datasets[who]}
    assert asked(other, f"models/{models[0]}") == {"status": 404}
    assert curl.get(f"datasets/{datasets[0]}").status_code == 404
    shared = asked(one, f"models/{models[0]}/share", "post")["id"]
    assert asked(other, f"models/{shared}")["id"] == shared
    assert asked(other, f"models/{shared}", "delete") == {"status": 403}
    done = asked(one, f"analyses?model={models[0]}", "post", multipart={
        "image": {"name": "photo.png", "mimeType": "image/png", "buffer": picture_bytes()}
    })  # fmt: skip
    other.goto(f"{site}/?analysis={done['id']}")
    expect(other.locator("#predictions li")).to_have_count(4)  # the classes of that network

    # The button that deletes all that is one's own, by keyboard alone.
    one.reload()
    expect(one.locator(".held dd")).to_have_text(["1", "1", "0"])
    check_page_with_axe(one)
    one.get_by_text("Delete everything of mine").focus()
    one.keyboard.press("Enter")
    expect(one.get_by_role("button", name="Delete all")).to_be_visible()
    assert "rgba" not in one.get_by_role("button", name="Delete all").evaluate(
        "button => getComputedStyle(button).backgroundColor"
    )  # filled: it looks like a button
    one.keyboard.press("Tab")
    one.keyboard.press("Enter")
    expect(one.get_by_role("status")).to_have_text("Everything is deleted.")
    expect(one.locator(".held dd")).to_have_text(["0", "0", "0"])
    assert asked(one, f"models/{models[0]}") == {"status": 404}
    assert asked(other, f"models/{shared}") == {"status": 404}
    assert asked(other, f"models/{models[1]}")["id"] == models[1]
    for page in (one, other):
        asked(page, "workspace", "delete")
        page.context.close()
    curl.delete("workspace")
    curl.close()


def test_a_run_and_a_network_are_shared_by_their_links(tabs: Tabs, site: str):
    one = fresh(
        tabs, site, "workspace", locale="en-GB", permissions=["clipboard-read", "clipboard-write"]
    )
    layers = [{"kind": "conv", "filters": 2, "kernel": 3, "stride": 2, "padding": 1}]
    config = {"dataset": "shapes", "layers": layers, "paused": True, "name": "Mine"}
    run = asked(one, "trainings", "post", data=config)["id"]
    sent = {"data": as_onnx(net()), "headers": {"Content-Type": "application/octet-stream"}}
    model = asked(one, "models?name=Small", "post", **sent)["id"]

    one.goto(f"{site}/learn?run={run}")
    one.click("#runs")
    row = one.locator(f"tr[data-run='{run}']")
    row.get_by_role("button", name="Share Mine").click()
    field = row.get_by_role("textbox", name="Link to Mine")
    expect(field).to_be_focused()
    expect(row).to_contain_text("The link is copied.")
    address = field.input_value()
    assert one.evaluate("navigator.clipboard.readText()") == address
    check_page_with_axe(one)
    one.keyboard.press("Escape")
    expect(row.get_by_role("button", name="Shared: Mine")).to_be_focused()

    other = fresh(tabs, site, address.removeprefix(f"{site}/"), locale="en-US")
    expect(other.get_by_text("This run is shared with you")).to_be_visible()
    for control in ("#play", "#batch", "#phase", "#reset", "#speed", "#compare-runs"):
        expect(other.locator(control)).to_be_hidden()
    other.keyboard.press("n")
    expect(other.locator(".run-note.problem")).to_have_count(0)
    # How it was begun can be looked at, too, and says that this is all.
    expect(other.get_by_text("Only to be looked at")).to_be_visible()
    other.get_by_role("heading", name="Network", exact=True).click()
    expect(other.get_by_label("Filters").first).to_have_value("2")
    for field in other.locator("#setup").get_by_role("spinbutton").all():
        expect(field).to_be_disabled()
    expect(other.locator("#setup").get_by_role("button")).to_have_count(0)
    check_page_with_axe(other)

    # Beside one's own run: the buttons are for that one alone.
    own = asked(other, "trainings", "post", data={**config, "name": "Yours"})["id"]
    link = address.rpartition("=")[2]
    other.goto(f"{site}/learn?run={own}&second={link}")
    expect(other.get_by_text("«Mine» is shared with you")).to_be_visible()
    other.click("#batch")
    expect(other.locator(".run-state")).to_contain_text("batch 1 of")
    other.click("#compare-runs")  # ends the comparison
    expect(other.get_by_text("«Mine» is shared with you")).to_be_hidden()
    expect(other.locator(".run-note.problem")).to_have_count(0)
    now = asked(one, f"trainings/{run}")
    assert (now["status"], now["step"]) == ("paused", 0)
    other.goto(address)
    row.get_by_role("button", name="Shared: Mine").click()
    row.get_by_role("button", name="Stop sharing").click()
    expect(row.get_by_role("button", name="Share Mine")).to_be_focused()
    expect(other.get_by_role("alert")).to_contain_text("This run is no longer shared")
    expect(other.locator("#lent")).to_be_hidden()
    other.goto(address)
    expect(other.get_by_role("alert")).to_contain_text("This run is not here. It was deleted")
    expect(other.get_by_role("alert")).not_to_contain_text("api")

    # A network, where the browser refuses its clipboard.
    one.context.clear_permissions()
    one.goto(f"{site}/")
    one.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    one.click("#networks")
    row = one.locator(f"li[data-model='{model}']")
    row.get_by_role("button", name="Share Small").click()
    field = row.get_by_role("textbox", name="Link to Small")
    expect(field).to_be_focused()
    expect(row).not_to_contain_text("copied")
    other.goto(field.input_value())
    expect(other.locator("#notice")).to_be_empty()
    expect(other.get_by_text("This network is shared with you")).to_be_visible()
    row.get_by_role("button", name="Stop sharing").click()
    expect(row.get_by_role("button", name="Share Small")).to_be_visible()
    other.locator("#samples button").last.click()
    gone = other.get_by_role("alert")
    expect(gone).to_contain_text("This network is no longer shared")
    expect(gone).not_to_contain_text("own-")
    expect(other.get_by_text("This network is shared with you")).to_be_hidden()
    gone.get_by_role("button", name="Go on with").click()
    expect(gone).to_have_count(0)
    expect(other.locator("#model")).to_have_value("everyday")
    for page in (one, other):
        asked(page, "workspace", "delete")
        page.context.close()


def test_the_browser_joins_the_shells_workspace(tabs: Tabs, site: str, tmp_path: Path):
    key = new_key()
    shell = httpx.Client(base_url=f"{site}/api/v1/", headers={"Convscope-Workspace": key})
    model = shell.post("models", content=as_onnx(net())).json()["id"]
    page = fresh(tabs, site, "workspace?lang=de", locale="de-DE")
    expect(page.get_by_role("heading")).to_have_text("Mein Arbeitsbereich")
    page.get_by_text("Den Arbeitsbereich der Shell hier benutzen").click()
    field = page.get_by_label("Der Schlüssel, den")
    field.fill("too short")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    check_page_with_axe(page)
    field.fill(key)
    page.keyboard.press("Enter")
    expect(page.locator(".held dd").first).to_have_text("1")
    assert key not in page.url
    assert model in listed(page, "models")
    assert shell.delete("workspace").status_code == 204
    shell.close()
    page.context.close()
