"""What takes long to work out and can be worked out again: kept between processes in the user's cache directory."""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import econsim

_Made = TypeVar("_Made")


def cache_folder() -> Path:
    """The folder: in the user's cache directory, or where ECONSIM_CACHE says."""
    chosen = os.environ.get("ECONSIM_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "econsim"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "econsim"


def place_of(name: str) -> Path:
    """Where this version of econsim keeps a file."""
    return cache_folder() / econsim.__version__ / name


def keep(place: Path, content: bytes) -> None:
    """Put a file there whole; a cache that cannot be written is no reason to fail."""
    partial = place.with_suffix(f".{os.getpid()}.partial")
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(place)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def kept_or_made(name: str, make: Callable[[], _Made]) -> _Made:
    """What `make` returned when it was last called for this name, in whatever process; a name stands for one content.

    raises : what `make` raises; that is not kept
    """
    place = place_of(name)
    try:
        made: _Made = pickle.loads(place.read_bytes())
    except Exception:  # missing, damaged, or of another Python: all the same
        made = make()
        keep(place, pickle.dumps(made))
    return made
