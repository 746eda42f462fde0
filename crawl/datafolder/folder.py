"""The data folder: where things lie in it, its configuration, its locks."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crawl.datafolder.quiet_hours import BadHours, QuietHours, parse_quiet_hours
from crawl.messages import TimbaoError
from crawl.messages import gettext as _

CONFIG_NAME = "timbao.toml"
CONFIG_KEYS = frozenset({"contact", "data", "engine", "lang", "quiet"})
_HEADER_VALUE = re.compile("[ -~]*")


class ConfigError(TimbaoError):
    """A configuration file cannot be used: `path` names it, `detail` says why."""

    def __init__(self, path: Path, detail: str) -> None:
        self.path, self.detail = path, detail
        super().__init__(
            _("The configuration {path} cannot be used: {detail}").format(path=path, detail=detail)
        )


class Locked(TimbaoError):
    """Another run holds the lock `name`; `holder` says who and since when."""

    def __init__(self, name: str, holder: str) -> None:
        self.name, self.holder = name, holder
        super().__init__(
            _(
                "Another run ({holder}) is busy with this data folder ({name}). Wait for it to end, then try again."
            ).format(name=name, holder=holder)
        )


class DataFolderError(TimbaoError):
    """The data folder cannot be used: `path` names it, `detail` says why."""

    def __init__(self, path: Path, detail: str) -> None:
        self.path, self.detail = path, detail
        super().__init__(
            _(
                "The data folder {path} cannot be used: {detail}. Choose another with --data or TIMBAO_DATA."
            ).format(path=path, detail=detail)
        )


@dataclass(frozen=True, slots=True)
class Config:
    """What the configuration files say; a file nearer to the user's hand wins key by key."""

    data: Path | None = None
    engine: str | None = None
    lang: str | None = None
    contact: str | None = None
    quiet: tuple[QuietHours, ...] = ()


@dataclass(frozen=True, slots=True)
class DataFolder:
    """One folder that holds everything."""

    path: Path

    @property
    def archive(self) -> Path:
        """The SQLite file of articles and their revisions."""
        return self.path / "archive.sqlite"

    @property
    def pages(self) -> Path:
        """The folder of WARC files."""
        return self.path / "pages"

    @property
    def frontier(self) -> Path:
        """The SQLite file of what to visit next."""
        return self.path / "frontier.sqlite"

    @property
    def sources(self) -> Path:
        """The data folder's own newspapers, beside the shipped ones."""
        return self.path / "sources.toml"

    @property
    def reprints(self) -> Path:
        """The SQLite file of articles that are reprints of each other; it can be made again from the archive."""
        return self.path / "reprints.sqlite"

    @property
    def runs(self) -> Path:
        """The folder of run records."""
        return self.path / "runs"

    @contextlib.contextmanager
    def changing_sources(self) -> Iterator[None]:
        """Hold the newspapers' file while it is read and written anew; such a change takes a moment to wait for."""
        with self.lock("sources", wait=30):
            yield

    @property
    def engine_locator(self) -> str:
        """Where the index is unless another engine is named."""
        return f"whoosh:{self.path / 'search'}"

    def create(self) -> None:
        """Make the folder. Raises DataFolderError where that is impossible."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as error:
            raise DataFolderError(self.path, getattr(error, "strerror", None) or str(error)) from error

    @contextlib.contextmanager
    def lock(self, name: str, *, wait: float = 0) -> Iterator[None]:
        """Hold the lock `name`, or raise Locked after `wait` seconds. The system frees it when the process dies."""
        self.create()
        with hold_lock(self.path / f"{name}.lock", name, wait=wait):
            yield


@dataclass(frozen=True, slots=True)
class Settings:
    """What every command needs to know: where the data is, which engine holds the index, how output may look.

    `contact` tells the newspapers who is crawling them, and in the hours of `quiet` none is asked. `colour` and
    `links` are for standard output.
    """

    folder: DataFolder
    engine: str
    contact: str | None = None
    quiet: tuple[QuietHours, ...] = ()
    colour: bool = False
    links: bool = False


@contextlib.contextmanager
def hold_lock(path: Path, name: str, *, wait: float = 0) -> Iterator[None]:
    """Hold an operating-system lock on `path`, naming its holder beside it; raises Locked after `wait` seconds."""
    import filelock  # costs start-up time that a search must not pay

    lock = filelock.FileLock(path, thread_local=False)
    holder = path.with_suffix(".holder")
    try:
        lock.acquire(timeout=wait)
    except filelock.Timeout:
        raise Locked(name, _read_holder(holder)) from None
    except OSError as error:
        raise DataFolderError(path.parent, error.strerror or str(error)) from error
    try:
        # A full disk must not keep a run from starting: the holder's name is a courtesy, the lock is the truth.
        with contextlib.suppress(OSError):
            record = {"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
            holder.write_text(json.dumps(record), encoding="utf-8")
        yield
    finally:
        with contextlib.suppress(OSError):
            holder.unlink()
        lock.release()


def _read_holder(path: Path) -> str:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return _("process {pid}, since {since}").format(pid=record["pid"], since=record["since"])
    except (OSError, ValueError, KeyError, TypeError):
        return _("an unknown process")


def load_config(environ: Mapping[str, str] = os.environ, folder: Path = Path()) -> Config:
    """What `timbao.toml` in the working folder says, over the user's own. Raises ConfigError."""
    merged: dict[str, str] = {}
    for path in (_user_config(environ), folder / CONFIG_NAME):
        merged |= _read_config(path)
    data = merged.get("data")
    return Config(
        Path(data) if data else None,
        merged.get("engine"),
        merged.get("lang"),
        merged.get("contact"),
        _quiet(merged.get("quiet", "")),
    )


def _quiet(text: str) -> tuple[QuietHours, ...]:
    """Spans of hours separated by commas. Raises BadHours."""
    return tuple(parse_quiet_hours(span) for span in text.split(",") if span.strip())


def _user_config(environ: Mapping[str, str]) -> Path:
    if home := environ.get("XDG_CONFIG_HOME"):
        return Path(home) / "timbao" / CONFIG_NAME
    import platformdirs

    return Path(platformdirs.user_config_dir("timbao", appauthor=False)) / CONFIG_NAME


def _read_config(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            found = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:  # not TOML, not UTF-8, nested too deep
        raise ConfigError(path, str(error)) from error
    for key, value in found.items():
        if key not in CONFIG_KEYS:
            raise ConfigError(
                path,
                _("unknown key {key}; known are {known}").format(
                    key=repr(key), known=", ".join(sorted(CONFIG_KEYS))
                ),
            )
        if not isinstance(value, str):
            raise ConfigError(path, _("{key} must be a text in quotes").format(key=key))
    if not _HEADER_VALUE.fullmatch(found.get("contact", "")):
        # It is sent with every request (RFC 9110, section 5.5).
        raise ConfigError(path, _("contact must be an address in plain ASCII on one line"))
    try:
        _quiet(found.get("quiet", ""))
    except BadHours as error:
        raise ConfigError(path, f"quiet: {error}") from error
    if "data" in found:
        found["data"] = _beside(path, "data", found["data"])
    kind, separator, place = found.get("engine", "").partition(":")
    if kind == "whoosh" and place:
        found["engine"] = f"{kind}{separator}{_beside(path, 'engine', place)}"
    return found


def _beside(path: Path, key: str, place: str) -> str:
    """What the file `path` calls `place`: relative to that file, not to wherever the command happens to run."""
    try:
        return str((path.parent / Path(place).expanduser()).resolve())
    except (OSError, RuntimeError, ValueError) as error:
        raise ConfigError(path, f"{key}: {error}") from error


def choose_folder(flag: str | None, config: Config, environ: Mapping[str, str] = os.environ) -> DataFolder:
    """The data folder: flag, else `TIMBAO_DATA`, else configuration, else the platform's user data folder.

    Raises DataFolderError for `~` and a user whose home is not known, and where nothing can be looked up in it.
    """
    if chosen := flag or environ.get("TIMBAO_DATA"):
        try:
            folder = DataFolder(Path(chosen).expanduser())
        except RuntimeError as error:
            raise DataFolderError(Path(chosen), str(error)) from error
    elif config.data is not None:
        folder = DataFolder(config.data)
    else:
        import platformdirs

        folder = DataFolder(Path(platformdirs.user_data_dir("timbao", appauthor=False)))
    try:
        folder.frontier.exists()  # a folder whose name is too long, say, has no files that could be missing
    except OSError as error:
        raise DataFolderError(folder.path, error.strerror or str(error)) from error
    return folder
