"""`brief`: from a spec to a folder with the brief, its figures, its runs and what it takes to check them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from econsim.briefs.as_pdf import check_can_typeset, without_glyph
from econsim.briefs.bundle import (
    FORMATS,
    MANIFEST,
    Bundle,
    brief_identity,
    build_bundle,
    inspect_bundle,
    read_bundle,
)
from econsim.briefs.figures import check_can_draw
from econsim.briefs.flip_study import brief_stages, put_flip_study
from econsim.briefs.gather import gather, run_ids_of
from econsim.briefs.spec import BriefSpec, as_brief_spec, with_draws
from econsim.briefs.stored_runs import read_brief_runs
from econsim.engines import choose
from econsim.errors import InputError, Problem, unknown_name
from econsim.runs import Progress
from econsim.store import check_run_folder, current_time
from econsim.whole_folder import check_folder, refusal, write_folder


def brief(
    spec: BriefSpec | Mapping[str, Any] | str | Path,
    out: str | Path,
    formats: Sequence[str] = FORMATS,
    *,
    draws: int | None = None,
    seed: int | None = None,
    engine: str = "auto",
    runs: str | Path | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Bundle:
    """Write a policy brief.

    spec    : the path of a YAML file, the name of a shipped brief, or a mapping with the same fields
    out     : the folder to write: brief, figures (SVG, PNG, data), scenarios, runs, numbers, manifest
    formats : of the brief: any of html, pdf, ipynb, md
    draws, seed : in place of the spec's
    engine  : for the runs, as for `simulate`
    runs    : a folder in which runs are looked for before they are made, and kept by run_id
    force   : replace another brief that the folder holds; other files are never replaced
    progress : called with the futures done and those expected, of all runs and the flip table together
    returns : the Bundle; `econsim.verify` checks it
    raises  : InputError for a bad spec, with everything that is wrong, or a folder that cannot be used; NumericalError
              where too many draws could not be solved. Nothing is half-written
    """
    checked = with_draws(as_brief_spec(spec), draws, seed)
    asked = check_formats(formats)
    choose(engine)
    check_can_draw()
    if "pdf" in asked:
        check_can_typeset()
        _check_characters(checked)
    folder, store = Path(out), None if runs is None else Path(runs)
    if store is not None and store.exists() and not store.is_dir():
        raise refusal(store, "is a file, and a folder is needed")
    identity = brief_identity(checked)
    check_folder(folder, identity, inspect_bundle, force)
    if store is not None:
        for run_id in run_ids_of(checked).values():
            check_run_folder(store / run_id, run_id)
    stores = [one for one in (folder / "runs", folder / "studies", store) if one is not None]
    when = current_time()
    with tempfile.TemporaryDirectory(prefix="econsim-brief-") as temporary:
        place = Path(temporary) / "brief"
        (place / "runs").mkdir(parents=True)
        stages = brief_stages(checked, progress)
        gather(checked, place / "runs", engine, stores, store, stages.of)
        stages.over()
        _check_headline(checked, place / "runs")
        study = None
        if checked.flip:
            (place / "studies").mkdir()
            flips = place / "studies" / "flip"
            study = put_flip_study(checked, flips, place / "runs", engine, stores, store, stages.of)
            stages.over()
        build_bundle(checked, place, asked, when, study)

        def put(partial: Path) -> None:
            shutil.copytree(place, partial, dirs_exist_ok=True)

        write_folder(folder, put, identity=identity, inspect=inspect_bundle, last=MANIFEST, force=force)
    return read_bundle(folder)


def _check_headline(spec: BriefSpec, runs: Path) -> None:
    """Whether there is a future in which the headline's effect is defined; InputError where there is none."""
    result = read_brief_runs(spec, runs).proposal.result
    if not np.isfinite(result.effect_on(spec.metrics[0])).any():
        message = "is defined in none of these futures, so a brief has nothing to say of it"
        raise InputError(Problem("metrics.0", message, spec.metrics[0], "another headline, first of the metrics"))


def _check_characters(spec: BriefSpec) -> None:
    """Whether the fonts of a PDF have every character of the author's words; InputError naming those they lack."""
    texts = {"title": spec.title or "", "question": spec.question, "audience": spec.audience}
    texts |= {f"paragraphs.{name}": text for name, text in spec.paragraphs.items()}
    texts |= {f"packages.{place}.label": one.label for place, one in enumerate(spec.packages)}
    texts["packages: the name of their status quo"] = spec.status_quo.name
    if not without_glyph("".join(texts.values())):
        return
    told = "characters of Latin, Greek and Cyrillic; or leave out the PDF, with --format html, md or ipynb"
    raise InputError(
        [
            Problem(name, "has characters that the fonts of the PDF lack", f"'{missing}'", told)
            for name, text in texts.items()
            if (missing := without_glyph(text))
        ]
    )


def check_formats(formats: Sequence[str]) -> tuple[str, ...]:
    """The formats asked for, each once, in their usual order; InputError for an unknown one."""
    given = [formats] if isinstance(formats, str) else list(formats)
    if not given:
        raise InputError(Problem("formats", "none is given", allowed=", ".join(FORMATS)))
    for one in given:
        if one not in FORMATS:
            raise InputError(unknown_name("formats", str(one), FORMATS, kind="format"))
    return tuple(one for one in FORMATS if one in given)


__all__ = ["brief", "check_formats"]
