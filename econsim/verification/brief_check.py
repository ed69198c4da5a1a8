"""Verifying the folder of a brief: its runs by a rerun, then everything else by making it again from them."""

from __future__ import annotations

import contextlib
import datetime
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import econsim
from econsim.briefs.bundle import FORMATS, MANIFEST, SPEC, TIME, build_bundle, files_of, read_bundle, tool_versions
from econsim.briefs.flip_study import flip_futures
from econsim.briefs.gather import scenarios_of
from econsim.briefs.spec import BriefSpec, read_brief_spec
from econsim.briefs.stages import Stages
from econsim.errors import InputError
from econsim.results import simulate_many
from econsim.runs import Progress
from econsim.store import digest, read_json, read_manifest
from econsim.verification.flip_check import check_flip_study
from econsim.verification.other_version import compare_numbers
from econsim.verification.pdf_pages import pdf_differences, pdf_pages
from econsim.verification.report import SHOWN, Difference, Verification
from econsim.verification.run_check import StoredFolder, compare_run, engine_for, fresh_folder, open_folder, rerun
from econsim.verification.texts import text_differences

BINARY = {".pdf": ("typst", "vl-convert-python", "altair"), ".png": ("vl-convert-python", "altair"),
          ".svg": ("vl-convert-python", "altair"), ".parquet": ()}  # fmt: skip
"""Files that other versions of these tools write otherwise."""
DRAWN = (".html", ".ipynb")
"""Texts that hold figures."""
WORDING = "the wording and the look of its figures"
WHOLE_TEXT = "its text and figures"
"""What is not held against a rerun in a brief of another version, which may word and draw the same otherwise."""


def verify_brief(folder: Path, path: str, engine: str, progress: Progress | None) -> Verification:
    """Verify a brief's folder; see `econsim.verify`."""
    bundle = read_bundle(folder)
    manifest = bundle.manifest
    same_version = manifest["version"] == econsim.__version__
    differences, changed, notes = _hashes(folder, manifest)
    folders = _runs(folder, manifest, differences)
    chosen = engine_for([one.manifest for one in folders], engine) if folders else "batch"
    stages = _stages(folder, len(folders) * int(manifest["draws"]), progress)
    results = rerun(folders, chosen, lambda done, total: stages.of(done * len(folders), total * len(folders)))
    stages.over()
    for one, result in zip(folders, results, strict=True):
        if result is not None:
            compare_run(one, result, chosen)
        differences += one.differences
    numbers = sum(one.numbers for one in folders)
    with tempfile.TemporaryDirectory(prefix="econsim-verify-") as temporary:
        place = Path(temporary) / "brief"
        told, made = _made_again(folder, manifest, folders, results, place, engine, chosen, stages, notes)
        if made and same_version:
            told += _compared(folder, manifest, place, notes)
        elif made:
            again, wrong, left = compare_numbers(folder, place, manifest)
            numbers, told, notes = numbers + again, told + wrong, notes + left
    differences += [one for one in told if one not in differences]
    if not same_version:
        notes.insert(0, _other_version(manifest, differences))
    named = {one.file for one in differences}
    for name in sorted(changed):
        if name not in named:
            differences.append(Difference(name, "", "was changed since it was written", ""))
    return Verification(
        path, "brief", bundle.id, manifest["version"], econsim.__version__, numbers, len(manifest["files"]),
        tuple(differences), tuple(notes), but="" if same_version else WORDING if made else WHOLE_TEXT,
    )  # fmt: skip


def _stages(folder: Path, futures: int, progress: Progress | None) -> Stages:
    """Progress of the runs, of those that have to be made from their scenarios, and of the flip table, as one."""
    flips = 0
    with contextlib.suppress(InputError):  # told where the brief is made again
        flips = flip_futures(read_brief_spec(folder / SPEC))
    return Stages(progress, [futures, 0, flips])


def _hashes(folder: Path, manifest: Mapping[str, Any]) -> tuple[list[Difference], set[str], list[str]]:
    """Files that are missing; names of those whose hash differs; notes on files that the manifest does not know."""
    differences, changed = [], set()
    for name, expected in manifest["files"].items():
        file = folder / name
        if not file.is_file():
            differences.append(Difference(name, "", "is missing", ""))
        elif digest(file) != expected:
            changed.add(name)
    strange = sorted(set(files_of(folder)) - set(manifest["files"]))
    notes = [f"Not part of the brief, and not looked at: {', '.join(strange[:SHOWN])}."] if strange else []
    return differences, changed, notes


def _runs(folder: Path, manifest: Mapping[str, Any], differences: list[Difference]) -> list[StoredFolder]:
    """The run folders of a brief; what is wrong with one is noted."""
    found = []
    for name, run_id in manifest["run_ids"].items():
        place = folder / "runs" / str(name)
        try:
            held = read_manifest(place)
        except InputError as error:
            differences.append(Difference(f"runs/{name}", "", error.problems[0].message, ""))
            continue
        one = open_folder(place, held, f"runs/{name}")
        if held["run_id"] != run_id:
            one.differences.append(Difference(f"runs/{name}/{MANIFEST}", "run_id", held["run_id"], str(run_id)))
        for key in ("draws", "seed", "ensemble"):
            if held[key] != manifest[key]:
                told = (str(held[key]), str(manifest[key]))
                one.differences.append(Difference(f"runs/{name}/{MANIFEST}", key, *told))
        # One that was made otherwise cannot be rerun with the others.
        if any(held[key] != manifest[key] for key in ("draws", "seed", "ensemble")):
            one.scenario = None
        found.append(one)
    return found


def _other_version(manifest: Mapping[str, Any], differences: Sequence[Difference]) -> str:
    moved = sum(1 for one in differences if one.found)
    what = "these numbers are what changed" if moved else "none of its numbers has changed"
    return (
        f"Written by econsim {manifest['version']} and verified with {econsim.__version__}: {what}. Run ids differ "
        "between versions, and so may words and figures: of these the numbers alone were compared."
    )


# ---------------------------------------------------------------------------------------------------- made again


def _made_again(
    folder: Path,
    manifest: Mapping[str, Any],
    folders: Sequence[StoredFolder],
    results: Sequence[Any],
    place: Path,
    engine: str,
    chosen: str,
    stages: Stages,
    notes: list[str],
) -> tuple[list[Difference], bool]:
    """Make the brief again from its runs; one that is not there is run from its scenario.

    chosen  : the engine of the runs; `engine` as it was asked for
    returns : what is wrong with what it is made from, and whether it could be made
    """
    same_version = manifest["version"] == econsim.__version__
    (place / "runs").mkdir(parents=True)
    for one, result in zip(folders, results, strict=True):
        to = place / "runs" / one.folder.name
        if same_version and not one.changed and not one.differences:
            shutil.copytree(one.folder, to)
        elif result is not None:
            fresh_folder(result, to)
    try:
        spec = read_brief_spec(folder / SPEC)
        when = datetime.datetime.strptime(manifest["created"], TIME).replace(tzinfo=datetime.UTC)
    except (InputError, ValueError) as error:
        return [Difference(SPEC, "", f"cannot be read: {str(error).splitlines()[0]}", "")], False
    found = _same_worlds(spec, folders)
    missing = {name: one for name, one in scenarios_of(spec).items() if not (place / "runs" / name).is_dir()}
    if missing:
        made = simulate_many(list(missing.values()), spec.draws, spec.seed, spec.ensemble, chosen, progress=stages.of)
        for name, result in zip(missing, made, strict=True):
            fresh_folder(result, place / "runs" / name)
        notes.append(f"Made from its scenario, as its run could not be used: {', '.join(missing)}.")
    stages.over()
    study = None
    if spec.flip:
        study, wrong = check_flip_study(spec, folder, place, engine, stages.of, words=same_version)
        stages.over()
        found += wrong
    formats = [one for one in manifest["formats"] if one in FORMATS]
    build_bundle(spec, place, formats, when, study)
    return found, True


def _same_worlds(spec: BriefSpec, folders: Sequence[StoredFolder]) -> list[Difference]:
    """Whether the runs are those of the spec."""
    worlds = scenarios_of(spec)
    found = []
    for key in ("draws", "seed", "ensemble") if folders else ():
        held = folders[0].manifest[key]
        if getattr(spec, key) != held:
            found.append(Difference(SPEC, key, str(getattr(spec, key)), f"{held}, as the runs were made"))
    for one in folders:
        world = worlds.get(one.folder.name)
        if world is None:
            found.append(Difference(f"runs/{one.folder.name}", "", "is no package of the spec", ""))
        elif one.scenario is not None and world.hash != one.scenario.hash:
            told = (f"run {one.manifest['run_id']} is of another world", f"the world of {SPEC}")
            found.append(Difference(f"runs/{one.folder.name}", "", *told))
    return found


def _compared(folder: Path, manifest: Mapping[str, Any], place: Path, notes: list[str]) -> list[Difference]:
    """Every stored file but the runs against the one made again."""
    found: list[Difference] = []
    tools = tool_versions()
    other = [name for name, version in tools.items() if manifest["packages"].get(name) != version]
    skipped = []
    for name in manifest["files"]:
        stored, again = folder / name, place / name
        if name.startswith(("runs/", "studies/")) or not stored.is_file():
            continue
        if not again.is_file():
            found.append(Difference(name, "", "is nothing that this brief consists of", ""))
            continue
        if stored.read_bytes() == again.read_bytes():
            continue
        needed = BINARY.get(Path(name).suffix)
        if Path(name).suffix in DRAWN:
            found += _texts_with_figures(name, stored, again, other)
        elif needed is None:
            found += text_differences(name, _text(stored), _text(again))
        elif any(one in other for one in needed):
            skipped.append(name)
        elif Path(name).suffix == ".svg":
            found += text_differences(name, _text(stored), _text(again))
        elif Path(name).suffix == ".pdf":
            found += pdf_differences(name, pdf_pages(stored.read_bytes()), pdf_pages(again.read_bytes()))
        else:
            found.append(Difference(name, "", "is not what the runs give", ""))
    if skipped:
        versions = ", ".join(f"{name} {manifest['packages'].get(name)}" for name in other)
        notes.append(f"By hash only, since they were made with {versions}: {', '.join(skipped)}.")
    found += _manifest_words(folder, place)
    return found


def _manifest_words(folder: Path, place: Path) -> list[Difference]:
    """What the manifest says of the brief itself."""
    stored, again = read_json(folder / MANIFEST), read_json(place / MANIFEST)
    return [
        Difference(MANIFEST, key, f"'{stored.get(key)}'", f"'{again[key]}'")
        for key in ("id", "name", "title", "run_ids", "draws", "seed", "ensemble", "flip")
        if stored.get(key) != again[key]
    ]


def _texts_with_figures(name: str, stored: Path, again: Path, other: Sequence[str]) -> list[Difference]:
    """Texts in which figures stand: without them where other tools would draw them otherwise."""
    ours, theirs = _text(stored), _text(again)
    if set(other) & {"vl-convert-python", "altair"}:
        ours, theirs = _without_figures(ours), _without_figures(theirs)
    return text_differences(name, ours, theirs)


def _without_figures(text: str) -> str:
    import re

    text = re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)
    return re.sub(r'"image/png": "[^"]*"', '"image/png": ""', text)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


__all__ = ["verify_brief"]
