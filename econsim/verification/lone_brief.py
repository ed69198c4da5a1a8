"""Verifying the file of a brief that came without its folder: it says itself what it was made from."""

from __future__ import annotations

import datetime
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import econsim
from econsim.briefs.bundle import TIME, brief_identity, build_bundle
from econsim.briefs.flip_study import brief_stages, put_flip_study
from econsim.briefs.gather import gather, run_ids_of
from econsim.briefs.spec import as_brief_spec
from econsim.runs import Progress
from econsim.verification.pdf_pages import pdf_differences, pdf_pages, pdf_source
from econsim.verification.report import Difference, Verification
from econsim.verification.run_check import engine_for
from econsim.verification.texts import text_differences
from econsim.whole_folder import refusal

LARGEST = 50_000_000  # bytes
_KEYS = {"spec": dict, "version": str, "created": str, "run_ids": dict, "draws_sha256": dict}


def verify_lone_brief(file: Path, path: str, engine: str, progress: Progress | None) -> Verification:
    """Verify a brief's file by making the brief again from what the file says of itself."""
    source = read_source(file)
    try:
        spec = as_brief_spec(source["spec"])
        when = datetime.datetime.strptime(source["created"], TIME).replace(tzinfo=datetime.UTC)
    except ValueError as error:
        told = str(error).splitlines()[0]
        message = f"was written by econsim {source['version']}, and what it was made from cannot be read: {told}"
        raise refusal(file, message) from None
    notes = ["Verified by itself: its folder, with data and figures, is not beside it."]
    with tempfile.TemporaryDirectory(prefix="econsim-verify-") as temporary:
        place = Path(temporary) / "brief"
        (place / "runs").mkdir(parents=True)
        chosen = engine_for([{"engine": source.get("engine", "batch")}], engine)
        stages = brief_stages(spec, progress)
        gather(spec, place / "runs", chosen, (), None, stages.of)
        stages.over()
        study = None
        if spec.flip:
            (place / "studies").mkdir()
            study = put_flip_study(spec, place / "studies" / "flip", place / "runs", engine, (), None, stages.of)
            stages.over()
        build_bundle(spec, place, (file.suffix[1:],), when, study)
        again = place / f"brief{file.suffix}"
        differences = [] if file.read_bytes() == again.read_bytes() else _compared(file, again, source, notes)
        numbers = len(json.loads((place / "numbers.json").read_text(encoding="utf-8")))
    version, here = source["version"], econsim.__version__
    if version != here:
        notes.append(f"Written by econsim {version} and verified with {here}: this is what changed.")
    elif run_ids_of(spec) != source["run_ids"]:
        ids = (str(source["run_ids"]), str(run_ids_of(spec)))
        differences.append(Difference(file.name, "run ids", *ids))
    return Verification(
        path, "brief", brief_identity(spec), source["version"], econsim.__version__, numbers, 1, tuple(differences),
        tuple(notes),
    )  # fmt: skip


def _compared(file: Path, again: Path, source: dict[str, Any], notes: list[str]) -> list[Difference]:
    # Hashes of draws differ where another machine rounds otherwise, though no number that is printed does.
    stored, found = _hashes(source), _hashes(read_source(again))
    if file.suffix == ".pdf":
        ours, theirs = (pdf_pages(one.read_bytes()) for one in (file, again))
        told = pdf_differences(
            file.name,
            None if ours is None else [_masked(page, stored) for page in ours],
            None if theirs is None else [_masked(page, found) for page in theirs],
        )
        if not any(one.place for one in told):
            notes.append("The look of a PDF can only be compared as a whole, and by the same versions of its tools.")
        return told
    text, text_again = (one.read_text(encoding="utf-8", errors="replace") for one in (file, again))
    return text_differences(file.name, _masked(text, stored), _masked(text_again, found))


def _masked(text: str, hashes: list[str]) -> str:
    for name in hashes:
        text = text.replace(name, "#").replace(name[:12], "#")
    return text


def _hashes(source: dict[str, Any]) -> list[str]:
    return [str(one) for one in source["draws_sha256"].values()]


def read_source(file: Path) -> dict[str, Any]:
    """What a brief was made from, as its file says; InputError where it does not."""
    try:
        if file.stat().st_size > LARGEST:
            raise refusal(file, f"is too large: at most {LARGEST:,} bytes are read")
        data = file.read_bytes()
    except OSError as error:
        raise refusal(file, f"cannot be read: {(error.strerror or str(error)).lower()}") from None
    try:
        found = _SOURCES[file.suffix](data)
        content = json.loads(found) if found is not None else None
    except ValueError:
        content = None
    if not isinstance(content, dict) or any(not isinstance(content.get(key), kind) for key, kind in _KEYS.items()):
        raise refusal(file, "is no brief of econsim: it does not say what it was made from")
    return content


def _of_html(data: bytes) -> str | None:
    found = re.search(r'<script type="application/json" id="econsim-brief">(.*?)</script>', data.decode(), re.DOTALL)
    return found.group(1) if found else None


def _of_markdown(data: bytes) -> str | None:
    found = re.search(r"<!-- econsim-brief(.*?)-->", data.decode(), re.DOTALL)
    return found.group(1) if found else None


def _of_notebook(data: bytes) -> str | None:
    held = json.loads(data.decode())
    metadata = held.get("metadata", {}) if isinstance(held, dict) else {}
    return json.dumps(metadata["econsim_brief"]) if "econsim_brief" in metadata else None


_SOURCES = {".html": _of_html, ".md": _of_markdown, ".ipynb": _of_notebook, ".pdf": pdf_source}

__all__ = ["read_source", "verify_lone_brief"]
