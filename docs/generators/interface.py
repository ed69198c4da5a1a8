"""The page of the Python interface: every public name, documented from its source by mkdocstrings."""

from __future__ import annotations

import inspect
from typing import Any

import griffe
from definitions import as_definitions

import econsim


def page() -> str:
    """One entry a public name, in the order of the alphabet, functions before classes."""
    names = [name for name in econsim.__all__ if not name.startswith("_")]
    lines = [
        "# Python",
        "",
        "Everything here is imported from `econsim` and loaded when it is first used. Arrays are "
        "`(firm, segment, draw)` with singleton axes kept, time first where there is time; money is in real $M.",
        "",
    ]
    for name in sorted(names, key=lambda one: (one[0].isupper(), one.lower())):
        home = econsim._HOMES.get(name, f"econsim.{name}")
        path = home if inspect.ismodule(getattr(econsim, name)) else f"{home}.{name}"
        lines += [f"::: {path}", "    options:", f"      heading: {name}", f"      toc_label: {name}", ""]
    return "\n".join(lines)


class AlignedColumns(griffe.Extension):
    """Our docstrings explain arguments in aligned columns, `name : text`; Markdown would run them together."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring is not None:
            obj.docstring.value = as_definitions(obj.docstring.value)
