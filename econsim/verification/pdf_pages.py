"""What a brief's PDF says: its pages as text, and the file that is attached to it."""

from __future__ import annotations

import dataclasses
import importlib.util
import io
from collections.abc import Callable
from typing import Any

from econsim.errors import InputError, Problem
from econsim.verification.report import Difference
from econsim.verification.texts import text_differences

SOURCE = b'"draws_sha256"'  # a key of what a brief was made from


def pdf_differences(name: str, stored: list[str] | None, found: list[str] | None) -> list[Difference]:
    """Pages that differ, each with its first words that do; the file as a whole where no word does.

    stored, found : as `pdf_pages` gives them
    """
    told = []
    if stored is not None and found is not None:
        if len(stored) != len(found):
            told.append(Difference(name, "", f"{len(stored)} pages", str(len(found))))
        for number, (here, there) in enumerate(zip(stored, found, strict=False), 1):
            told += [dataclasses.replace(one, place=f"page {number}") for one in text_differences(name, here, there)]
    return told or [Difference(name, "", "is not what the runs give", "")]


def pdf_pages(data: bytes) -> list[str] | None:
    """Each page as one line of text; None for what cannot be read."""
    pages: list[str] | None = _read(data, lambda pdf: [" ".join(page.extract_text().split()) for page in pdf.pages])
    return pages


def pdf_source(data: bytes) -> str | None:
    """The file that is attached to a brief's PDF; None where there is none, or the PDF cannot be read."""
    attached = _read(data, lambda pdf: [content for one in pdf.attachments.values() for content in one]) or []
    return next((content.decode("utf-8", "replace") for content in attached if SOURCE in content), None)


def _read(data: bytes, look: Callable[[Any], Any]) -> Any:
    """What is found in a PDF; None where it is damaged.

    raises : InputError where what reads PDFs is not installed
    """
    if importlib.util.find_spec("pypdf") is None:
        raise InputError(Problem("", "reading a PDF needs pypdf, which is not installed: pip install 'econsim[brief]'"))
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        return look(PdfReader(io.BytesIO(data)))
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError):  # what damaged files raise there
        return None
