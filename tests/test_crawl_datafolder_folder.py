"""The data folder, its configuration and its locks."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from crawl.datafolder.folder import (
    Config,
    ConfigError,
    DataFolder,
    DataFolderError,
    Locked,
    choose_folder,
    hold_lock,
    load_config,
)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment whose user configuration lies in the test's folder."""
    (tmp_path / "user" / "timbao").mkdir(parents=True)
    (tmp_path / "project").mkdir()
    return {"XDG_CONFIG_HOME": str(tmp_path / "user")}


def write(tmp_path: Path, *, user: str = "", project: str = "") -> Path:
    """Write the two configuration files; gives the project's folder."""
    (tmp_path / "user" / "timbao" / "timbao.toml").write_text(user)
    (tmp_path / "project" / "timbao.toml").write_text(project)
    return tmp_path / "project"


# Configuration.


def test_no_configuration_says_nothing(tmp_path: Path, environ: dict[str, str]) -> None:
    """Without files everything is left open."""
    assert load_config(environ, tmp_path / "project") == Config()


def test_the_project_goes_before_the_user_key_by_key(tmp_path: Path, environ: dict[str, str]) -> None:
    """The working folder's file wins where it says something, the user's own counts elsewhere; a data folder and
    an index are relative to the file that names them.
    """
    project = write(tmp_path, user='data = "kho"\nlang = "en"\ncontact = "a@b.vn"', project='lang = "vi"')
    assert load_config(environ, project) == Config(tmp_path / "user" / "timbao" / "kho", None, "vi", "a@b.vn")
    project = write(tmp_path, user='data = "kho"', project='data = "../báo"\nengine = "whoosh:x"')
    assert load_config(environ, project) == Config(tmp_path / "báo", f"whoosh:{project / 'x'}", None, None)


def test_the_working_folder_is_the_project(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no folder is named, the working folder's file counts; a working folder that is gone has none."""
    project = write(tmp_path, project='lang = "en"\ndata = "kho"')
    monkeypatch.chdir(project)
    assert load_config(environ) == Config(data=project / "kho", lang="en")
    (project / "timbao.toml").unlink()
    project.rmdir()
    assert load_config(environ) == Config()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("lang = = 1", "line 1"),
        ('lnag = "en"', "'lnag'"),
        ("lang = 5", "lang"),
        ('quiet = "06:30-08:30, noon"', "' noon'"),
        ("data = ['a']", "data"),
        ("[engine]", "engine"),
        ('data = "a\\u0000b"', "data"),
        ('data = "~nobody-of-this-name/x"', "data"),
        ('engine = "whoosh:~nobody-of-this-name/x"', "engine"),
        ("data = " + "[" * 100_000, "timbao.toml"),
    ],
)
def test_bad_configuration_is_named(tmp_path: Path, environ: dict[str, str], text: str, part: str) -> None:
    """No TOML, unknown keys and wrong types raise ConfigError, which names the file and the fault, in either file."""
    project = write(tmp_path, project=text)
    with pytest.raises(ConfigError) as caught:
        load_config(environ, project)
    assert caught.value.path == project / "timbao.toml"
    assert str(caught.value.path) in str(caught.value)
    assert part in str(caught.value)
    write(tmp_path, user=text)
    with pytest.raises(ConfigError):
        load_config(environ, project)


def test_a_configuration_that_cannot_be_read(tmp_path: Path, environ: dict[str, str]) -> None:
    """A folder of that name and a file in another encoding raise ConfigError."""
    file = tmp_path / "project" / "timbao.toml"
    file.write_bytes('lang = "tiếng"'.encode("utf-16"))
    with pytest.raises(ConfigError):
        load_config(environ, file.parent)
    file.unlink()
    file.mkdir()
    with pytest.raises(ConfigError):
        load_config(environ, file.parent)


def test_the_data_folder_is_chosen_in_order() -> None:
    """Flag, environment, configuration, the platform's folder; an empty one is none."""
    config, environ = Config(data=Path("/config")), {"TIMBAO_DATA": "/environ"}
    assert choose_folder("/flag", config, environ).path == Path("/flag")
    assert choose_folder(None, config, environ).path == Path("/environ")
    assert choose_folder("", config, {"TIMBAO_DATA": ""}).path == Path("/config")
    assert choose_folder(None, Config(), {}).path.name == "timbao"
    assert choose_folder("~/kho", Config(), {}).path == Path.home() / "kho"
    with pytest.raises(DataFolderError):
        choose_folder("~nobody-of-this-name/kho", Config(), {})


def test_everything_lies_in_the_folder(tmp_path: Path) -> None:
    """The folder is made with all above it; every path lies in it and none is called like a package."""
    folder = DataFolder(tmp_path / "a" / "Báo chí")
    folder.create()
    folder.create()
    assert folder.path.is_dir()
    paths = [folder.archive, folder.pages, folder.frontier, folder.sources, folder.runs]
    paths.append(Path(folder.engine_locator.removeprefix("whoosh:")))
    assert {path.parent for path in paths} == {folder.path}
    assert len({path.name for path in paths}) == len(paths)
    assert "index" not in {path.name for path in paths}


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A file in the way, and a name no file system has, raise DataFolderError, which says what to do."""
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "x", tmp_path / "a\0b", tmp_path / ("x" * 300)):
        with pytest.raises(DataFolderError, match="TIMBAO_DATA"):
            DataFolder(path).create()
        with pytest.raises(DataFolderError), DataFolder(path).lock("archive"):
            pass


# Locks.

HOLD = """
import sys
from pathlib import Path
from crawl.datafolder.folder import DataFolder
with DataFolder(Path(sys.argv[1])).lock("archive"):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    """A process that holds the lock until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_a_lock_names_its_holder_and_dies_with_it(tmp_path: Path) -> None:
    """While another process holds the lock, Locked names that process at once; other locks are free. The lock
    is free when the process ends, even when it is killed.
    """
    folder = DataFolder(tmp_path)
    for kill in (True, False):
        with holder(tmp_path) as process:
            with pytest.raises(Locked) as caught, folder.lock("archive"):
                pass
            assert caught.value.name == "archive"
            assert f"process {process.pid}" in str(caught.value)
            with folder.lock("alerts"):
                pass
            if kill:
                process.kill()
            else:
                process.communicate("")
        with folder.lock("archive"), pytest.raises(Locked, match=str(os.getpid())), folder.lock("archive"):
            pass


def test_a_lock_is_freed_by_an_error(tmp_path: Path) -> None:
    """Leaving the block by an exception frees the lock and takes the holder's name away."""
    folder = DataFolder(tmp_path)
    with pytest.raises(ZeroDivisionError), folder.lock("archive"):
        raise ZeroDivisionError
    with folder.lock("archive"):
        assert (tmp_path / "archive.holder").exists()
    assert not (tmp_path / "archive.holder").exists()


@pytest.mark.parametrize("record", ["", "{", "[]", "5", '{"pid": 1}', "\udcff"])
def test_an_unknown_holder(tmp_path: Path, record: str) -> None:
    """When the holder's record is missing or damaged the lock is held all the same, by an unknown process."""
    with hold_lock(tmp_path / "x.lock", "x"):
        (tmp_path / "x.holder").write_text(record, errors="surrogateescape")
        with pytest.raises(Locked, match="unknown"), hold_lock(tmp_path / "x.lock", "x"):
            pass


def test_a_lock_can_be_waited_for(tmp_path: Path) -> None:
    """Who waits has the lock when its holder ends; who waits in vain is told who holds it."""
    folder = DataFolder(tmp_path)
    with holder(tmp_path) as process:
        with pytest.raises(Locked, match=str(process.pid)), folder.lock("archive", wait=0.1):
            pass
        threading.Timer(0.2, process.kill).start()
        with folder.lock("archive", wait=60):
            assert process.wait(60) != 0


@pytest.mark.parametrize("contact", ["đ@bao.vn", "a\\r\\nX-Evil: 1", "a\\u0000", "a\\u007f"])
def test_a_contact_is_a_header_value(tmp_path: Path, contact: str) -> None:
    """What cannot be sent in a header is refused, naming the key; a mail address is not."""
    (tmp_path / "timbao.toml").write_text(f'contact = "{contact}"\n', encoding="utf-8")
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "none")}
    with pytest.raises(ConfigError, match="contact"):
        load_config(environ, tmp_path)
    (tmp_path / "timbao.toml").write_text('contact = "Thu <thu@bao.vn>"\n', encoding="utf-8")
    assert load_config(environ, tmp_path).contact == "Thu <thu@bao.vn>"


@pytest.mark.parametrize("name", ["a" * 300, "a/" * 3000])
def test_a_path_too_long_is_no_data_folder(name: str) -> None:
    """A folder that the file system cannot name is refused when it is chosen."""
    with pytest.raises(DataFolderError, match="too long"):
        choose_folder(name, Config(), {})
