"""The shell's workspace: its key is made once, kept from others, and sent with what is asked."""

import pytest
from typer.testing import CliRunner

from app.cli import main
from app.client import Client, RequestRefused
from app.workspaces import kept_key
from app.workspaces.kept_key import key_file
from app.workspaces.workspace import is_key, new_key
from tests.app.bringing import as_onnx, net


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


def convscope(*words, given=None):
    done = CliRunner().invoke(main.app, list(map(str, words)), input=given)
    return done.exit_code, done.output.strip()


def test_a_key_is_made_once_and_kept_from_others(folder):
    code, key = convscope("workspace")
    assert (code, is_key(key)) == (0, True)
    assert key_file() == folder / "convscope" / "workspace"
    assert key_file().stat().st_mode & 0o777 == 0o600
    assert key_file().parent.stat().st_mode & 0o777 == 0o700
    assert convscope("workspace") == (0, key)


def test_another_key_takes_its_place():
    key = new_key()
    convscope("workspace")
    assert convscope("workspace", "--set", given=f"{key}\n") == (0, "")
    assert convscope("workspace") == (0, key)
    assert key_file().stat().st_mode & 0o777 == 0o600
    code, said = convscope("workspace", "--set", given="short\n")
    assert code == 1
    assert "22 to 128" in said
    assert convscope("workspace") == (0, key)


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 40, b"two words in it, long enough"])
def test_a_damaged_file_is_replaced(content):
    convscope("workspace")
    key_file().write_bytes(content)
    code, key = convscope("workspace")
    assert (code, is_key(key)) == (0, True)
    assert key_file().read_text() == f"{key}\n"


def test_the_shell_and_the_client_share_it(server, tmp_path):
    file = tmp_path / "mine.onnx"
    file.write_bytes(as_onnx(net()))
    code, model = convscope("models", "add", file, "--server", server.url)
    assert code == 0
    with Client(server.url) as client:
        assert model in {one["id"] for one in client.models()}
    with Client(server.url, workspace=new_key()) as other:
        assert model not in {one["id"] for one in other.models()}
        with pytest.raises(RequestRefused, match="There is no model"):
            other.models_delete(model)
    assert convscope("models", "remove", model, "--server", server.url)[0] == 0


def test_where_no_key_can_be_kept_the_server_is_asked_without_one(server, folder):
    (folder / "convscope").write_text("a file, where the folder would be")
    with Client(server.url) as client:
        assert client.models()
    code, said = convscope("workspace")
    assert code == 1
    assert said.startswith("convscope: ")


def test_of_two_programs_that_start_at_once_one_makes_the_key(monkeypatch):
    theirs = new_key()

    def slow():
        kept_key.keep_key(theirs)
        return new_key()

    monkeypatch.setattr(kept_key, "new_key", slow)
    assert kept_key.kept_key() == theirs == key_file().read_text().strip()
