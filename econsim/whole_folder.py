"""Write a folder whole or not at all, and never over anything that econsim did not write itself."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from econsim.errors import InputError, Problem

_PARTIAL = ".partial"


@dataclass(frozen=True)
class Content:
    """What a folder holds that econsim wrote.

    identity  : equal for two folders that hold the same results
    words     : such as `run 0123456789ab`
    unchanged : whether every file still is as it was written
    """

    identity: str
    words: str
    unchanged: bool


Inspect = Callable[[Path], Content]
"""Says what a folder holds; raises InputError where that is not what econsim wrote there, and that alone."""


def refusal(path: Path, message: str) -> InputError:
    """The error of a file or folder that cannot be used."""
    return InputError(Problem("", message, file=str(path)))


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, by name; not what an interrupted write left."""
    return sorted(path for path in folder.iterdir() if not path.name.endswith(_PARTIAL))


def check_folder(folder: Path, identity: str, inspect: Inspect, force: bool = False) -> None:
    """Whether results with this identity may be written to a folder; call it before long work.

    raises : InputError if the folder holds other results (unless force), anything else at all, or cannot be written
    """
    _check_content(folder, identity, inspect, force)
    try:
        with _partial(folder):
            pass
    except OSError as error:
        raise _unwritable(folder, error) from None


def write_folder(
    folder: Path, build: Callable[[Path], None], *, identity: str, inspect: Inspect, last: str, force: bool = False
) -> Path:
    """Build a folder beside its place, then put it there.

    build    : writes everything into the empty folder that it is given
    identity : of what it writes; results with another identity are replaced with force only
    last     : the file without which the rest counts for nothing
    raises   : InputError as `check_folder`, or when the disk is full or refuses
    """
    _check_content(folder, identity, inspect, force)
    try:
        with _partial(folder) as partial:
            build(partial)
            _check_content(folder, identity, inspect, force)  # somebody may have used it meanwhile
            if _stays(folder):
                _move_into(partial, folder, last)
            else:
                _take_the_place(partial, folder)
    except OSError as error:
        raise _unwritable(folder, error) from None
    return folder


def _check_content(folder: Path, identity: str, inspect: Inspect, force: bool) -> None:
    if "\0" in str(folder):
        raise InputError(Problem("", "is not a usable folder name", file=repr(str(folder))))
    try:
        if folder.is_symlink():
            raise refusal(folder, "is a link; name the folder that it points to")
        if not folder.exists():
            above = next(parent for parent in folder.absolute().parents if parent.exists())
            if not above.is_dir():
                raise refusal(folder, f"cannot be made: {above} is not a folder")
            return
        if not folder.is_dir():
            raise refusal(folder, "is a file, and a folder is needed")
        if not entries(folder):
            return
        held = inspect(folder)
    except OSError as error:
        raise _unwritable(folder, error) from None
    if not force and held.identity != identity:
        raise refusal(folder, f"holds {held.words}, which is another one; choose another folder, or give --force")
    if not force and not held.unchanged:
        raise refusal(folder, f"holds {held.words}, changed since; choose another folder, or give --force")


def _unwritable(folder: Path, error: OSError) -> InputError:
    reason = (error.strerror or str(error) or type(error).__name__).lower()
    return refusal(folder, f"cannot be written: {reason}")


@contextlib.contextmanager
def _partial(folder: Path) -> Iterator[Path]:
    """An empty folder on the same disk as `folder`, gone afterwards with any parents made for it in vain."""
    missing = [parent for parent in folder.absolute().parents if not parent.exists()]
    name = f".{folder.name[:80]}.{secrets.token_hex(4)}{_PARTIAL}"
    place = (folder if _is_mount(folder) else folder.absolute().parent) / name
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.mkdir()
        yield place
    finally:
        if place.exists():
            shutil.rmtree(place, ignore_errors=True)
        for parent in missing:  # deepest first; the first that is in use ends it
            try:
                parent.rmdir()
            except OSError:
                break


def _is_mount(folder: Path) -> bool:
    return folder.is_dir() and os.path.ismount(folder)


def _stays(folder: Path) -> bool:
    """Whether the folder itself has to stay: a mount point cannot be renamed, a shell may stand in this one."""
    return folder.is_dir() and (_is_mount(folder) or folder.samefile(Path.cwd()))


def _take_the_place(partial: Path, folder: Path) -> None:
    if not folder.exists() or not entries(folder):
        if folder.exists():
            shutil.rmtree(folder)
        partial.rename(folder)
        return
    aside = folder.absolute().parent / f".{folder.name[:80]}.{secrets.token_hex(4)}.old{_PARTIAL}"
    folder.rename(aside)
    try:
        partial.rename(folder)
    except BaseException:
        aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _move_into(partial: Path, folder: Path, last: str) -> None:
    for old in sorted(entries(folder), key=lambda path: path.name != last):
        shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
    for new in sorted(partial.iterdir(), key=lambda path: path.name == last):
        new.rename(folder / new.name)
