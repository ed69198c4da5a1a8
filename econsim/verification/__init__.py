"""`verify`: run again what a folder claims, and compare every number and every hash."""

from __future__ import annotations

from pathlib import Path

import econsim
from econsim.briefs.bundle import MANIFEST as BRIEF_MANIFEST
from econsim.errors import InputError, Problem
from econsim.runs import Progress
from econsim.store import MANIFEST, read_json, read_manifest
from econsim.studies.comparison_store import COMPARISON
from econsim.verification.report import Difference, Verification
from econsim.whole_folder import refusal

BRIEF_FILES = (".html", ".md", ".ipynb", ".pdf")


def verify(path: str | Path, *, engine: str = "auto", progress: Progress | None = None) -> Verification:
    """Run again what a stored result claims, and compare every number and every hash.

    path     : the folder of a run, of a comparison or of a brief, or the file of a brief
    engine   : of the rerun; default the one that was used, batch in place of agents. Numbers agree where they do to
               1e-9, or to what rounding itself moves there
    progress : called with the draws done and the draws asked for
    returns  : Verification (`ok`, `differences`, `notes`, `sentence`, `summary()`)
    raises   : InputError where there is nothing that could be verified

    A result of another version is run with this one; the differences are then what changed between them.
    """
    place = Path(path)
    if not place.exists():
        raise refusal(place, "no such file or folder")
    if place.is_file():
        return _verify_file(place, str(path), engine, progress)
    if (place / COMPARISON).is_file():
        from econsim.verification.comparison_check import verify_comparison

        return verify_comparison(place, str(path), engine, progress)
    if not (place / MANIFEST).is_file():
        raise refusal(place, f"holds no run and no brief: it has no {MANIFEST}")
    if read_json(place / MANIFEST).get("kind") == "brief":
        from econsim.verification.brief_check import verify_brief

        return verify_brief(place, str(path), engine, progress)
    return _verify_run(place, str(path), engine, progress)


def _verify_run(folder: Path, path: str, engine: str, progress: Progress | None) -> Verification:
    from econsim.verification.run_check import compare_run, engine_for, open_folder, rerun

    manifest = read_manifest(folder)
    found = open_folder(folder, manifest)
    chosen = engine_for([manifest], engine)
    (result,) = rerun([found], chosen, progress)
    if result is not None:
        compare_run(found, result, chosen)
    notes = []
    if not found.same_version:
        what = "these numbers are what changed" if found.differences else "none of its numbers has changed"
        here = econsim.__version__
        notes.append(f"Written by econsim {manifest['version']} and verified with {here}: {what}. Run ids differ.")
    named = {one.file for one in found.differences}
    found.differences += [
        Difference(name, "", "was changed since it was written", "") for name in sorted(found.changed - named)
    ]
    return Verification(
        path, "run", manifest["run_id"], manifest["version"], econsim.__version__, found.numbers,
        len(manifest["files"]), tuple(found.differences), tuple(notes),
    )  # fmt: skip


def _verify_file(file: Path, path: str, engine: str, progress: Progress | None) -> Verification:
    """The file of a brief: with its folder where it lies in one, else by what it says of itself."""
    beside = file.parent / BRIEF_MANIFEST
    held = read_json(beside) if beside.is_file() else {}
    if held.get("kind") == "brief" and file.name in held.get("files", {}):
        from econsim.verification.brief_check import verify_brief

        return verify_brief(file.parent, path, engine, progress)
    if file.suffix not in BRIEF_FILES:
        allowed = "the folder of a run, a comparison or a brief, or a brief's .html, .md, .ipynb or .pdf"
        raise InputError(Problem("", "is nothing that can be verified", allowed=allowed, file=str(file)))
    from econsim.verification.lone_brief import verify_lone_brief

    return verify_lone_brief(file, path, engine, progress)


__all__ = ["Difference", "Verification", "verify"]
