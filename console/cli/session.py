"""What every command knows: settings, store, control file, clock, and how to say no."""

from __future__ import annotations

import contextlib
import getpass
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from console.text import clean

if TYPE_CHECKING:
    from console.settings import Settings
    from console.snapshot import Snapshot

OK, REFUSED, CONFLICT = 0, 1, 5
USAGE, INTERNAL, SETTINGS = 64, 70, 78


class Stop(Exception):  # noqa: N818 - ends a command with a sentence and an exit code
    """A command ends here: `sentence` goes to stderr."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


class Session:
    """The global options, resolved when they are first needed."""

    def __init__(
        self,
        *,
        settings: Path | None,
        store: Path | None,
        control: Path | None,
        as_of: str | None,
        no_color: bool,
        read_only: bool,
    ) -> None:
        self._settings_path = settings
        self._store = store
        self._control = control
        self._as_of = as_of
        self.no_color = no_color
        self.read_only = read_only
        self._settings: Settings | None = None
        self._of_store = True

    @property
    def settings(self) -> Settings:
        """Return the settings: those found, else those of the store's collector.

        Raises:
            SettingsError: they cannot be used.
        """
        if self._settings is None:
            from console.settings import find, load

            home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
            path = find(self._settings_path, Path.cwd(), home)
            self._settings = load(None if path == Path(os.devnull) else path)
            if self._of_store:
                self._settings = self._by_store(self._settings)
        return self._settings

    def _by_store(self, found: Settings) -> Settings:
        """Return the settings for a store whose collector may read others, and say so on stderr."""
        from console.cli.remembered import choose
        from console.settings import load

        store = self.store
        choice = choose(store, found.path, named=self._settings_path is not None)
        if choice.words:
            warn(f"burnline: {choice.words}")
        if choice.path is None:
            return found
        self._store = store
        return load(choice.path)

    def apart(self) -> None:
        """Leave the settings of the store's collector alone: the command is not about the store."""
        self._of_store = False

    def restricting(self) -> None:
        """Say how a restriction is given all the same where the settings are invalid.

        It must not wait for a typo to be mended; but only who names the control file knows that an
        order is not written into one that no agent reads. Raises `SettingsError`.
        """
        from console.settings import SettingsError

        try:
            self.require_settings()
        except SettingsError:
            warn(
                f"burnline: to give it all the same: --settings {os.devnull} --store S --control C"
            )
            raise

    def require_settings(self) -> None:
        """Refuse to go on with settings that are invalid. Raises `SettingsError`."""
        _ = self.settings

    def replace_settings(self, settings: Settings) -> None:
        """Use other settings from here on."""
        self._settings = settings

    @property
    def store(self) -> Path:
        """Return the path of the store: option, settings, else the user's data folder."""
        if self._store is not None:
            return self._store.absolute()
        if self.settings.store_path is not None:
            return self.settings.store_path
        home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
        return home / "burnline" / "burnline.db"

    @property
    def control(self) -> Path:
        """Return the path of the control file: option, settings, else beside the store."""
        if self._control is not None:
            return self._control.absolute()
        if self.settings.control_path is not None:
            return self.settings.control_path
        return self.store.parent / "control" / "control.json"

    @property
    def memory(self) -> Path | None:
        """Return the file in which the console remembers its last view; None: switched off."""
        if not self.settings.console.remember:
            return None
        home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
        return home / "burnline" / "console.json"

    @property
    def now_us(self) -> int:
        """Return the instant that the command is about: `--as-of`, else now."""
        if self._as_of is None:
            return time.time_ns() // 1_000
        from console.intake.times import instant_us

        try:
            return instant_us(self._as_of)
        except ValueError as error:
            raise Stop(f"--as-of {clean(self._as_of, 60)}: {error}", USAGE) from error

    @property
    def looks_back(self) -> bool:
        """Say whether the command is about an instant of the past."""
        return self._as_of is not None

    def writable(self) -> None:
        """Refuse to go on under `--read-only` or `--as-of`: the command would change something."""
        if self.read_only:
            raise Stop("--read-only: this command would change something", REFUSED)
        if self.looks_back:
            raise Stop("--as-of: the past cannot be changed; leave the option out", REFUSED)

    def snapshot(self, window: str | None = None) -> Snapshot:
        """Return the state of everything. Raises `StoreError` where there is no store."""
        from console.snapshot import take
        from console.store.connect import attach

        settings = self.settings
        connection = attach(self.store)
        try:
            return take(
                connection,
                settings,
                store=self.store,
                control=self.control,
                now_us=self.now_us,
                window=window,
                as_of=self.looks_back,
            )
        finally:
            connection.close()


def operator_name(by: str | None) -> str:
    """Return who acts: `--by`, else the user's login name."""
    if by:
        return clean(by, 100)
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def say(text: str = "") -> None:
    """Print a line for the operator to stdout; text from logs is clean already."""
    sys.stdout.write(text + "\n")


def warn(text: str) -> None:
    """Print a diagnostic to stderr; nothing ends because nobody can be told."""
    with contextlib.suppress(OSError):
        sys.stderr.write(text + "\n")


def document(value: object) -> None:
    """Print one JSON document and nothing else."""
    import msgspec

    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
    sys.stdout.flush()


def leave(code: int) -> NoReturn:
    """End the command with an exit code."""
    import typer

    raise typer.Exit(code)


def confirmed(question: str) -> bool:
    """Ask on the terminal; without one, nobody can be asked and the answer is no."""
    if not sys.stdin.isatty():
        return False
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
