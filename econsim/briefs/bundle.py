"""The folder of a brief: the brief itself, its figures, its runs, the scenarios, and a manifest with every hash."""

from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import econsim
from econsim.briefs.as_html import as_html
from econsim.briefs.as_markdown import as_markdown
from econsim.briefs.as_notebook import as_notebook
from econsim.briefs.as_pdf import as_pdf
from econsim.briefs.compose import compose
from econsim.briefs.document import plain
from econsim.briefs.figures import draw_figures
from econsim.briefs.gather import run_ids_of
from econsim.briefs.spec import BriefSpec
from econsim.briefs.spec_packages import STATUS_QUO
from econsim.briefs.stored_runs import BriefRuns, read_brief_runs
from econsim.errors import InputError
from econsim.scenario_text import as_yaml
from econsim.store import as_json, digest, package_versions, read_json
from econsim.studies.spec_scenarios import as_mapping
from econsim.whole_folder import Content, refusal

MANIFEST, SPEC, NUMBERS = "manifest.json", "spec.yaml", "numbers.json"
FORMATS = ("html", "pdf", "ipynb", "md")
FOLDERS = ("figures", "runs", "scenarios", "studies")
TOOLS = ("altair", "vl-convert-python", "typst")
TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Bundle:
    """A brief on disk.

    folder   : where it is
    manifest : how and from what it was made, and the sha256 of every file
    title    : the finding
    """

    folder: Path
    manifest: dict[str, Any]

    @property
    def title(self) -> str:
        return str(self.manifest["title"])

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits of spec, runs and version."""
        return str(self.manifest["id"])

    @property
    def run_ids(self) -> dict[str, str]:
        """Package -> run_id; the status quo among them."""
        return dict(self.manifest["run_ids"])

    @property
    def holds(self) -> tuple[str, ...]:
        """What lies in the folder, read off the manifest: the brief first, folders with a stroke behind their name."""
        first = [f"brief.{end}" for end in self.manifest["formats"]]
        files = [*self.manifest["files"], MANIFEST]
        return tuple(dict.fromkeys([*first, *(f"{top}/" if below else top for top, _, below in _parted(files))]))


def _parted(files: Sequence[str]) -> list[tuple[str, str, str]]:
    """Paths in order, each parted at its first stroke."""
    return sorted(name.partition("/") for name in files)


def brief_identity(spec: BriefSpec) -> str:
    """Twelve hexadecimal digits: the same spec on the same runs by the same version gives the same brief."""
    words = spec.as_mapping({one.name: one.scenario.hash for one in spec.packages})
    content = [words, sorted(run_ids_of(spec).items()), econsim.__version__]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]


# ---------------------------------------------------------------------------------------------------- writing


def build_bundle(
    spec: BriefSpec, place: Path, formats: Sequence[str], when: datetime.datetime, study: Mapping[str, Any] | None
) -> None:
    """Make a brief from the runs (and the study) that lie in a folder already, and write everything else beside them.

    when : as the brief is dated
    """
    created = when.strftime(TIME)
    runs = read_brief_runs(spec, place / "runs")
    brief, writing = compose(spec, runs, created[:10], None if study is None else dict(study))
    (place / "figures").mkdir()
    charts = draw_figures(brief, writing, place / "figures", brief.footer)
    records = writing.ledger.records
    ids = {run.name: run.run_id for run in runs.all}
    source = _source(spec, created, runs)
    if "html" in formats:
        (place / "brief.html").write_text(as_html(brief, charts, records, source), encoding="utf-8")
    if "md" in formats:
        (place / "brief.md").write_text(as_markdown(brief, source), encoding="utf-8")
    if "pdf" in formats:
        (place / "brief.pdf").write_bytes(as_pdf(brief, charts, when, source))
    if "ipynb" in formats:
        text = as_notebook(brief, spec, ids, records, charts, writing.head.relative, source)
        (place / "brief.ipynb").write_text(text, encoding="utf-8")
    _write_scenarios(spec, place)
    numbers = {
        key: {"text": one.text, "value": one.value, "runs": list(one.runs), "code": one.code}
        for key, one in records.items()
    }
    (place / NUMBERS).write_text(as_json(numbers), encoding="utf-8")
    manifest = {
        "kind": "brief",
        "id": brief_identity(spec),
        "name": spec.name,
        "title": plain(brief.title),
        "version": econsim.__version__,
        "created": created,
        "draws": spec.draws,
        "seed": spec.seed,
        "ensemble": spec.ensemble,
        "run_ids": ids,
        "flip": None if study is None else study["id"],
        "formats": list(formats),
        "packages": {**package_versions(), **tool_versions()},
        "files": files_of(place),
    }
    (place / MANIFEST).write_text(as_json(manifest), encoding="utf-8")


def _write_scenarios(spec: BriefSpec, place: Path) -> None:
    folder = place / "scenarios"
    folder.mkdir()
    for name, scenario in ((STATUS_QUO, spec.status_quo), *((one.name, one.scenario) for one in spec.packages)):
        (folder / f"{name}.yaml").write_text(scenario.to_yaml(), encoding="utf-8")
    paths = {one.name: f"./scenarios/{one.name}.yaml" for one in spec.packages}
    (place / SPEC).write_text(as_yaml(spec.as_mapping(paths)), encoding="utf-8")


def _source(spec: BriefSpec, created: str, runs: BriefRuns) -> str:
    """All that a brief was made from, as JSON: it goes with the brief where its folder does not."""
    content = {
        "spec": spec.as_mapping({one.name: as_mapping(one.scenario) for one in spec.packages}),
        "version": econsim.__version__,
        "created": created,
        "engine": runs.proposal.result.engine,
        "run_ids": {run.name: run.run_id for run in runs.all},
        "draws_sha256": {run.name: run.data_hash for run in runs.all},
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)


def files_of(place: Path) -> dict[str, str]:
    """Path below a folder -> sha256, of every file but the manifest."""
    paths = sorted(path for path in place.rglob("*") if path.is_file())
    names = [(path.relative_to(place).as_posix(), path) for path in paths]
    return {name: digest(path) for name, path in names if name != MANIFEST}


def tool_versions() -> dict[str, str]:
    """Versions of what draws and sets a brief."""
    found = {}
    for name in TOOLS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


# ---------------------------------------------------------------------------------------------------- reading

_MANIFEST_KEYS = {
    "id": str, "name": str, "title": str, "version": str, "created": str, "draws": int, "seed": int, "ensemble": str,
    "run_ids": dict, "formats": list, "packages": dict, "files": dict,
}  # fmt: skip


def read_bundle(folder: str | Path) -> Bundle:
    """A brief's folder by its manifest; nothing else in it is looked at.

    raises : InputError where there is none
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise refusal(folder, "no such folder" if not folder.exists() else "is a file, not the folder of a brief")
    if not (folder / MANIFEST).is_file():
        raise refusal(folder, f"is not the folder of a brief: it has no {MANIFEST}")
    manifest = read_json(folder / MANIFEST)
    wrong = [key for key, kind in _MANIFEST_KEYS.items() if type(manifest.get(key)) is not kind]
    if manifest.get("kind") != "brief" or wrong:
        told = f": {', '.join(wrong)} missing or not usable" if wrong and manifest.get("kind") == "brief" else ""
        raise refusal(folder / MANIFEST, f"is not the manifest of a brief{told}")
    return Bundle(folder, manifest)


def inspect_bundle(folder: Path) -> Content:
    """What brief a folder holds; raises InputError if it holds anything but one."""
    allowed = {MANIFEST, SPEC, NUMBERS, *FOLDERS, *(f"brief.{end}" for end in FORMATS)}
    strange = [path.name for path in sorted(folder.iterdir()) if path.name not in allowed or path.is_symlink()]
    strange = [name for name in strange if not name.endswith(".partial")]
    if strange:
        named = ", ".join(strange[:3]) + (" …" if len(strange) > 3 else "")
        raise refusal(folder, f"holds what is no part of a brief ({named}); choose a new or empty folder")
    bundle = read_bundle(folder)
    try:
        unchanged = files_of(folder) == bundle.manifest["files"]
    except OSError as error:
        raise InputError(f"{folder}: cannot be read: {(error.strerror or str(error)).lower()}") from None
    return Content(bundle.id, f"brief {bundle.id} ({bundle.manifest['name']})", unchanged)


__all__ = [
    "FORMATS", "MANIFEST", "NUMBERS", "SPEC", "TIME", "Bundle", "brief_identity", "build_bundle", "files_of",
    "inspect_bundle", "read_bundle", "tool_versions",
]  # fmt: skip
