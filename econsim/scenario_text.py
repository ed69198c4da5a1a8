"""Writing a scenario as YAML: one line a field, every text quoted, so that it reads back to the same thing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_BLOCK_DEPTH = 2


def as_yaml(mapping: Mapping[str, Any]) -> str:
    """A scenario's plain mapping as the text of a file."""
    return "".join(f"{line}\n" for line in _lines(mapping, 0, _BLOCK_DEPTH))


def _lines(mapping: Mapping[str, Any], indent: int, depth: int) -> list[str]:
    lines: list[str] = []
    margin = " " * indent
    for key, value in mapping.items():
        if isinstance(value, Mapping) and depth > 1 and value:
            # A status quo written in place is a whole scenario, one level further in.
            inner = depth if key == "status_quo" else depth - 1
            lines += [f"{margin}{key}:", *_lines(value, indent + 2, inner)]
        elif isinstance(value, list) and value and not all(isinstance(item, int | float) for item in value):
            lines += [f"{margin}{key}:", *(f"{margin}  - {flow(item)}" for item in value)]
        elif not (isinstance(value, Mapping) and not value):
            lines.append(f"{margin}{key}: {flow(value)}")
    return lines


def flow(value: Any) -> str:
    """A value on one line. JSON is YAML, but for characters that YAML wants escaped."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return text if text.isprintable() else "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04X}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08X}"
