"""What a finished job wrote, on a page: its picture as the command drew it, its table, and all files to take away."""

from __future__ import annotations

import functools
import mimetypes
from pathlib import Path
from typing import Any

import streamlit as st

from econsim.store import read_json
from econsim.studies.analysis_store import SHARPNESS
from econsim.web import reproduce
from econsim.web.jobs import Job
from econsim.web.words import plain

SHOWN = (".svg", ".png", ".pdf", ".csv", ".json")


def summary(job: Job) -> dict[str, Any]:
    """The JSON that a study wrote, named after its command."""
    return read_json(job.out / f"{job.kind}.json")


def picture(job: Job, name: str, says: str) -> None:
    """A chart of the study; nothing where it could not be drawn.

    says : in a few words what it is; stands below it, and is read where it is not seen
    """
    drawing(job.out / f"{name}.png", f"{job.id}-{name}", says)


def drawing(path: Path, key: str, says: str) -> None:
    """A chart from a file, on white in the dark theme too; nothing where there is no such file.

    A PNG shows what was drawn; an SVG is drawn anew with the browser's own letters, which may be wider than the room
    that was made for them.

    key  : unique on the page
    says : as for `picture`
    """
    if not path.is_file():
        return
    with st.container(key=f"sheet-{key}"):
        if path.suffix == ".png":
            st.image(str(path), caption=plain(says), width=int(_pixels_wide(path) / SHARPNESS))
        else:
            st.image(path.read_text(encoding="utf-8"), caption=plain(says), width="content")


def _pixels_wide(path: Path) -> int:
    """The width of a PNG, as its header has it."""
    with path.open("rb") as stream:
        return int.from_bytes(stream.read(20)[16:], "big")


def downloads(job: Job) -> None:
    """Every file of the study, and the line that gives it again."""
    with st.popover("All files", icon=":material/download:", type="tertiary", key=f"export-{job.id}"):
        for path in sorted(job.out.rglob("*")):
            if path.suffix in SHOWN and path.is_file() and not path.name.startswith("."):
                told = path.relative_to(job.out).as_posix()
                st.download_button(
                    told, functools.partial(_content, path), f"econsim-{path.name}",
                    mimetypes.guess_type(path.name)[0] or "application/octet-stream", key=f"{job.id}-{told}",
                    on_click="ignore", type="tertiary", width="stretch",
                )  # fmt: skip
        for path in sorted(job.folder.glob("*.yaml")):
            st.download_button(
                path.name, functools.partial(_content, path), path.name, "application/yaml",
                key=f"{job.id}-given-{path.name}", on_click="ignore", type="tertiary", width="stretch",
            )  # fmt: skip
        st.caption("On a command line, beside the YAML files above:")
        st.code(reproduce.job_line(job), language="bash", wrap_lines=True)


def _content(path: Path) -> bytes:
    return path.read_bytes()


__all__ = ["downloads", "drawing", "picture", "summary"]
