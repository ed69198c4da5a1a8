"""Conditions on futures: what they say, where they hold, and what is wrong with what is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from econsim.errors import InputError
from econsim.studies.conditions import DEEPEST, LONGEST, Comparison, Condition, Joined, Not, parse_condition

NAMES = ("rd_relative", "lab_npv", "lab_premium", "collapse", "n")
COLUMNS = {
    "rd_relative": np.array([0.2, 0.5, 0.9, np.nan]),
    "lab_npv": np.array([-1.0, 0.0, 1.0, 2.0]),
    "lab_premium": np.array([0.0, 1.0, 2.0, 3.0]),
    "collapse": np.array([1.0, 0.0, 0.0, np.nan]),
    "n": np.array([1.0, 2.0, 3.0, 4.0]),
}


def met(text: str) -> list[bool]:
    return parse_condition(text, NAMES).evaluate(COLUMNS).met.tolist()


def refused(text: object, names=NAMES) -> InputError:
    with pytest.raises(InputError) as caught:
        parse_condition(text, names)  # type: ignore[arg-type]
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].field == "where"
    return caught.value


# ------------------------------------------------------------------------------------------ what holds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lab_npv < 0", [True, False, False, False]),
        ("lab_npv <= 0", [True, True, False, False]),
        ("lab_npv > 0", [False, False, True, True]),
        ("lab_npv >= 0", [False, True, True, True]),
        ("lab_npv == 0", [False, True, False, False]),
        ("not lab_npv == 0", [True, False, True, True]),
        ("lab_npv<-.5", [True, False, False, False]),
        ("lab_npv > -1e-3 and lab_npv < +1.5E0", [False, True, True, False]),
        ("(((lab_npv < 0)))", [True, False, False, False]),
        ("NOT lab_npv < 0 AND n < 4", [False, True, True, False]),
        ("n == 1\n or\tn == 3", [True, False, True, False]),
    ],
)
def test_operators_and_words(text, expected):
    assert met(text) == expected


def test_and_binds_before_or_and_not_before_both():
    assert met("n == 1 or n == 2 and n == 3") == met("n == 1 or (n == 2 and n == 3)") == [True, False, False, False]
    assert met("(n == 1 or n == 2) and n == 3") == [False] * 4
    assert met("not n == 1 and n < 3") == [False, True, False, False]
    assert met("not (n == 1 and n < 3)") == [False, True, True, True]


def test_what_is_undefined_stays_undefined_unless_the_rest_decides():
    """Kleene (1952): the last row has no rd_relative, and n = 4."""
    for text, holds, known in [
        ("rd_relative < 1", False, False),
        ("not rd_relative < 1", False, False),
        ("rd_relative < 1 and n == 4", False, False),
        ("rd_relative < 1 and n == 5", False, True),
        ("rd_relative < 1 or n == 4", True, True),
        ("rd_relative < 1 or n == 5", False, False),
        ("not (rd_relative < 1 and n == 5)", True, True),
    ]:
        verdict = parse_condition(text, NAMES).evaluate(COLUMNS)
        assert (verdict.met[-1], verdict.known[-1]) == (holds, known), text
        assert verdict.known[:3].all()


def test_names_and_words():
    condition = parse_condition("rd_relative < 0.5 and (lab_npv >= 1 or not rd_relative == 2)", NAMES)
    assert condition.names == ("rd_relative", "lab_npv")
    assert condition.words() == "rd_relative is below 0.5 and (lab_npv is at least 1 or rd_relative is not 2)"
    told = condition.words(lambda name: name.upper(), lambda name, number: f"{number:g} {name[0]}")
    assert told == "RD_RELATIVE is below 0.5 r and (LAB_NPV is at least 1 l or RD_RELATIVE is not 2 r)"
    assert parse_condition("not rd_relative < 0.5", NAMES).words() == "rd_relative is at least 0.5"
    assert parse_condition("not (n < 1 or n > 2)", NAMES).words() == "it is not so that (n is below 1 or n is above 2)"


# ------------------------------------------------------------------------------------------ any condition

numbers = st.floats(-1e6, 1e6, allow_nan=False)
comparisons = st.builds(Comparison, st.sampled_from(NAMES), st.sampled_from(["<", "<=", ">", ">=", "=="]), numbers)


def combined(parts):
    joined = st.builds(Joined, st.sampled_from(["and", "or"]), st.lists(parts, min_size=2, max_size=3).map(tuple))
    return st.builds(Not, parts) | joined


trees = st.recursive(comparisons, combined, max_leaves=8)


def by_hand(part, row: dict[str, float]) -> bool | None:
    """One row at a time, None where undefined."""
    if isinstance(part, Comparison):
        value = row[part.name]
        if value != value:
            return None
        sign = (value > part.number) - (value < part.number)
        return {"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0, "==": sign == 0}[part.operator]
    if isinstance(part, Not):
        inner = by_hand(part.part, row)
        return None if inner is None else not inner
    found = [by_hand(one, row) for one in part.parts]
    decisive = part.word == "or"
    if decisive in found:
        return decisive
    return None if None in found else not decisive


@given(trees, st.lists(st.lists(st.sampled_from([-1.0, 0.0, 1.0, float("nan")]), min_size=5, max_size=5), min_size=1))
def test_any_condition_holds_where_it_holds_by_hand(tree, rows):
    table = np.array(rows)
    condition = parse_condition(str(Condition("", tree)), NAMES)
    verdict = condition.evaluate(dict(zip(NAMES, table.T, strict=True)))
    for place, row in enumerate(rows):
        expected = by_hand(tree, dict(zip(NAMES, row, strict=True)))
        assert (verdict.met[place], verdict.known[place]) == (expected is True, expected is not None)


@given(trees)
def test_what_is_written_is_read_back(tree):
    text = str(tree)
    again = parse_condition(text, NAMES)
    assert again.root == tree and str(again) == text
    loose = text.replace("(", " ( ").replace(")", " ) ")
    assert parse_condition(loose, NAMES).root == tree


pieces = st.sampled_from([*NAMES, "and", "or", "not", "(", ")", "<", "<=", "==", "=", "!=", "1", "-2.5", "1e3",
                          "50%", "é", " ", "__import__", "'", "\x1b[31m", "\n", "²", "٣", "∞", "a-b", "."])  # fmt: skip


@given(st.lists(pieces, max_size=12).map(" ".join) | st.lists(pieces, max_size=12).map("".join) | st.text(max_size=60))
@example("not " * 3000 + "n < 1")
@example("(" * 3000)
def test_anything_else_is_one_error_with_its_place(text):
    try:
        condition = parse_condition(text, NAMES)
    except InputError as error:
        (problem,) = error.problems
        excerpt = getattr(problem, "excerpt", None)
        assert excerpt is not None or not text.strip() or len(text) > LONGEST
        if excerpt:
            shown, mark = excerpt
            assert set(mark) <= {" ", "^"} and "^" in mark and all(line.isprintable() for line in excerpt)
            assert len(mark) <= len(shown) + 1
    else:
        assert condition.evaluate(COLUMNS).met.shape == (4,)


# ------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("rd_relativ < 0.5", "did you mean 'rd_relative'?", "rd_relativ"),
        ("lab_npv < 1 and rd-relative < 0.5", "did you mean 'rd_relative'?", "rd-relative"),
        ("__import__('os') < 1", "unknown metric, parameter or lever '__import__'", "__import__"),
        ("lab_npv < lab_premium", "compared with a number, not with another name", "lab_premium"),
        ("0 < lab_npv", "the name stands first", "0"),
        ("lab_npv < 1 < 2", "join two of them with 'and'", "< 2"[:1]),
        ("lab_npv = 1", "'=' is not known; write '=='", "="),
        ("lab_npv => 1", "write '>='", "=>"),
        ("lab_npv ≤ 1", "write '<='", "≤"),
        ("lab_npv != 1", "write 'not NAME == NUMBER'", "!="),
        ("lab_npv < 1 & n < 2", "'&' is not known; write 'and'", "&"),
        ("lab_npv < 1 || n < 2", "write 'or'", "||"),
        ("lab_npv < 50%", "0.5 and not 50%", "50%"),
        ("lab_npv - 1 < 0", "nothing is calculated", "-"),
        ("lab_npv < 1e999", "too large a number", "1e999"),
        ("lab_npv < 1_000", "unexpected '1_000'; allowed: a number", "1_000"),
        ("lab_npv < 1 adn n < 2", "did you mean 'and'?", "adn"),
        ("lab_npv < 1 n < 2", "allowed: 'and', 'or' or the end", "n"),
        ("(lab_npv < 1", "'(' is never closed", "("),
        ("lab_npv < 1)", "')' has no '('", ")"),
        ("lab_npv", "'lab_npv' alone is not a comparison; allowed: such as 'lab_npv < 0.5'", "lab_npv"),
        ("lab_npv <", "ends too early; allowed: a number", None),
        ("not", "ends too early", None),
        ("()", "unexpected ')'", ")"),
        ("lab_npv.real < 1", "unexpected '.real'", ".real"),
    ],
)
def test_the_place_is_marked(text, words, marked):
    error = refused(text)
    assert words in str(error)
    first, shown, mark = str(error).split("\n")
    assert first.startswith("where: ") and shown == f"  {text}"
    start, length = mark.index("^"), mark.count("^")
    if marked is None:
        assert (start, length) == (2 + len(text), 1)
    else:
        assert shown[start : start + length] == marked


@pytest.mark.parametrize("text", ["", "   ", None, 3, LONGEST * "x" + " < 1"])
def test_what_is_no_condition_at_all(text):
    assert "must be a condition" in str(refused(text)) or "is too long" in str(refused(text))


def test_depth_is_limited_and_long_texts_are_cut_around_the_place():
    deep = "(" * DEEPEST + "n < 1" + ")" * DEEPEST
    assert "levels of parentheses" in str(refused(deep))
    assert met("(" * (DEEPEST - 1) + "n < 2" + ")" * (DEEPEST - 1)) == [True, False, False, False]
    text = "n < 1 and " * 30 + "m < 1" + " or n < 1" * 30
    first, shown, mark = str(refused(text)).split("\n")
    assert "unknown metric, parameter or lever 'm'" in first
    assert len(shown) < 90 and shown.startswith("  … ") and shown.endswith(" …")
    assert shown[mark.index("^")] == "m" and mark.count("^") == 1
