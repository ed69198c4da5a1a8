"""Rows of YAML files as checked objects: what is wrong with a row, and where it stands."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel

from econsim.errors import Problem, nearest_name
from econsim.yaml_reader import Document, FieldPath


def placed(problem: Problem, document: Document, path: FieldPath) -> Problem:
    """The problem with the file and the line that it stands on."""
    return Problem(
        problem.field,
        problem.message,
        value=problem.value,
        allowed=problem.allowed,
        nearest=problem.nearest,
        file=document.file,
        line=document.line(path),
    )


def validation_problem(label: str, detail: Any, model: type[BaseModel]) -> Problem:
    """What pydantic found wrong with a row, in our words; the field is `label.key`."""
    location = [str(part) for part in detail["loc"]]
    field = ".".join([label, *location])
    if detail["type"] == "extra_forbidden":
        known = list(_owner(model, location[:-1]).model_fields)
        near = nearest_name(location[-1], known)
        return Problem(field, "unknown key", allowed=None if near else ", ".join(known), nearest=near)
    if detail["type"] == "missing":
        return Problem(field, "is missing")
    if detail["type"] == "literal_error":
        return Problem(
            field, "is not one of the choices", value=repr(detail["input"]), allowed=detail["ctx"]["expected"]
        )
    message = detail["msg"][:1].lower() + detail["msg"][1:]
    return Problem(field, message, value=repr(detail["input"])[:80])


def _owner(model: type[BaseModel], location: list[str]) -> type[BaseModel]:
    """The model that a field inside a row belongs to: the row's, or that of a part of it."""
    for name in location:
        parts = (model.model_fields[name].annotation, *get_args(model.model_fields[name].annotation))
        model = next(part for part in parts if isinstance(part, type) and issubclass(part, BaseModel))
    return model
