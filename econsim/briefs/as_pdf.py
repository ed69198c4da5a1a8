"""A brief as PDF: four A4 pages by Typst, whose fonts are inside its wheel; no browser, no network."""

from __future__ import annotations

import datetime
import importlib.util
import json
import tempfile
from pathlib import Path
from typing import Any

from econsim.briefs.as_data import as_data
from econsim.briefs.document import Brief
from econsim.errors import InputError, Problem

MOST_PAGES = 4
TEMPLATE = Path(__file__).resolve().parent / "templates" / "brief.typ"
LAYOUTS = (("yes", 1.0), ("yes", 0.97), ("yes", 0.94), ("no", 1.0), ("no", 0.97), ("no", 0.94), ("no", 0.91))
"""Whether each of the four parts begins a page, and the size of type; the first that fits four pages is taken."""


def check_can_typeset() -> None:
    """Whether what sets PDF is installed; InputError where it is not."""
    if importlib.util.find_spec("typst") is None:
        raise InputError(Problem("", "PDF needs typst, which is not installed: pip install 'econsim[brief]'"))


def without_glyph(text: str) -> str:
    """The characters of a text that none of the fonts of a PDF has, each once.

    PDF/A may not hold a character that is printed as a box: Typst says so of one, the first.
    """
    import typst

    wanted = "".join(dict.fromkeys(one for one in text if not one.isspace()))
    missing = ""
    with tempfile.TemporaryDirectory(prefix="econsim-") as folder:
        page = Path(folder) / "page.typ"
        page.write_text('#set text(font: "Libertinus Serif")\n#sys.inputs.text', encoding="utf-8")
        for one in wanted if not _typesets(typst, page, wanted) else ():
            missing += "" if _typesets(typst, page, one) else one
    return missing


def _typesets(typst: Any, page: Path, text: str) -> bool:
    compiler = typst.Compiler(page, root=page.parent, ignore_system_fonts=True, sys_inputs={"text": text})
    try:
        compiler.compile(format="pdf", pdf_standards=["a-2b"])
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        return False
    return True


def as_pdf(brief: Brief, charts: dict[str, str], when: datetime.datetime, source: str) -> bytes:
    """The PDF of a brief; the same bytes for the same brief, charts, time and version of Typst.

    charts : name of a figure -> its SVG
    source : what the brief was made from, as JSON, for `econsim verify`; attached
    raises : InputError where it takes more than four pages
    """
    import typst
    import vl_convert

    with tempfile.TemporaryDirectory(prefix="econsim-") as folder:
        place = Path(folder)
        (place / "brief.json").write_text(json.dumps(as_data(brief), ensure_ascii=False), encoding="utf-8")
        (place / "brief.typ").write_text(TEMPLATE.read_text(encoding="utf-8"), encoding="utf-8")
        (place / "econsim-brief.json").write_text(source, encoding="utf-8")
        for name, svg in charts.items():
            (place / f"{name}.pdf").write_bytes(vl_convert.svg_to_pdf(svg))
        pages = 0
        for breaks, scale in LAYOUTS:
            settings = {"breaks": breaks, "scale": str(scale)}
            compiler = typst.Compiler(
                place / "brief.typ", root=place, ignore_system_fonts=True, sys_inputs=settings
            )  # fmt: skip
            pages = int(json.loads(compiler.query("<pages>", field="value", one=True)))
            if pages <= MOST_PAGES:
                return _bytes(compiler.compile(format="pdf", timestamp=when))
    message = f"does not fit on {MOST_PAGES} pages: shorten the paragraphs, or leave out sections"
    raise InputError(Problem("paragraphs", message, f"{pages} pages"))


def _bytes(found: Any) -> bytes:
    return found if isinstance(found, bytes) else b"".join(found)


__all__ = ["MOST_PAGES", "as_pdf", "check_can_typeset", "without_glyph"]
