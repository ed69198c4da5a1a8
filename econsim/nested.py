"""Arrays in tuples, named tuples, lists, dictionaries and namespaces: taken out in order, and put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any


def leaves(parts: Any) -> Iterator[Any]:
    """Whatever is no container, in order."""
    if isinstance(parts, (tuple, list)):
        for part in parts:
            yield from leaves(part)
    elif isinstance(parts, dict):
        yield from leaves(tuple(parts.values()))
    elif isinstance(parts, SimpleNamespace):
        yield from leaves(vars(parts))
    else:
        yield parts


def form(parts: Any) -> Callable[[Iterator[Any]], Any]:
    """A function that puts other leaves, in the same order, into containers like these."""
    if isinstance(parts, (tuple, list)):
        inner = [form(part) for part in parts]
        make = type(parts)._make if hasattr(parts, "_make") else type(parts)
        return lambda given: make([one(given) for one in inner])
    if isinstance(parts, dict):
        named = {name: form(part) for name, part in parts.items()}
        return lambda given: {name: one(given) for name, one in named.items()}
    if isinstance(parts, SimpleNamespace):
        within = form(vars(parts))
        return lambda given: SimpleNamespace(**within(given))
    return next
