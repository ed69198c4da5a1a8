"""What the YAML reader accepts, and how it refuses the rest: one clear line with the file and the place."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from econsim.errors import InputError
from econsim.yaml_reader import DEPTH_LIMIT, PROBLEM_LIMIT, SIZE_LIMIT, read_yaml, read_yaml_text


def test_values_follow_yaml_1_2() -> None:
    text = (
        "million: 1e6\nplain: 12\nnegative: -.5\nhexadecimal: 0x1F\noctal: 0o17\nword: yes\nswitch: on\n"
        "truth: true\nnothing: null\nempty:\ntilde: ~\nquoted: '12'\ndate: 2025-01-01\nmixed: [1, two, {three: 3.0}]\n"
    )
    assert read_yaml_text(text).data == {
        "million": 1e6,
        "plain": 12,
        "negative": -0.5,
        "hexadecimal": 31,
        "octal": 15,
        "word": "yes",
        "switch": "on",
        "truth": True,
        "nothing": None,
        "empty": None,
        "tilde": None,
        "quoted": "12",
        "date": "2025-01-01",
        "mixed": [1, "two", {"three": 3.0}],
    }


@pytest.mark.parametrize(("word", "kind"), [("1e6", float), ("1E-3", float), ("1.", float), ("7", int), ("+7", int)])
def test_numbers_keep_their_kind(word: str, kind: type) -> None:
    value = read_yaml_text(f"a: {word}").data["a"]
    assert type(value) is kind
    assert value == float(word)


def test_lines_point_at_fields_and_list_items() -> None:
    document = read_yaml_text("first: 1\nsecond:\n  inner:\n    - 5\n    - deep: 6\n")
    assert document.lines[("first",)] == 1
    assert document.lines[("second",)] == 2
    assert document.lines[("second", "inner")] == 3
    assert document.lines[("second", "inner", 0)] == 4
    assert document.lines[("second", "inner", 1, "deep")] == 5
    assert document.line(("second", "missing", "deeper")) == 2


REFUSALS = {
    "duplicate key": ("a: 1\nb: 2\na: 3\n", 3, "given twice (first on line 1)"),
    "duplicate nested key": ("a:\n  b: 1\n  b: 2\n", 3, "a.b: is given twice (first on line 2)"),
    "alias": ("a: *other\n", 1, "aliases"),
    "anchor": ("a: &other 1\n", 1, "anchors"),
    "anchor on a key": ("&a b: 1\n", 1, "anchors"),
    "anchor on a list": ("a: &x [1]\n", 1, "anchors"),
    "tag": ("a: !!python/object:os.system x\n", 1, "tags"),
    "plain tag": ("a: !!str 3\n", 1, "tags"),
    "not a number": ("a: 1\nb: .nan\n", 2, "b: must be a finite number (got .nan)"),
    "infinite": ("a: -.inf\n", 1, "must be a finite number"),
    "overflowing": ("a: 1e999\n", 1, "must be a finite number"),
    "overflowing integer": ("a: " + "9" * 5000 + "\n", 1, "must be a finite number"),
    "infinite in a list": ("a: [1, .inf]\n", 1, "a.1: must be a finite number"),
    "number as key": ("1: 2\n", 1, "a field name must be text"),
    "truth as key": ("true: 2\n", 1, "a field name must be text"),
    "list as key": ("? [a]\n: 1\n", 1, "a field name must be text"),
    "mapping as key": ("? {a: 1}\n: 1\n", 1, "a field name must be text"),
    "list at the top": ("- 1\n- 2\n", 1, "top level is a list"),
    "value at the top": ("42\n", 1, "top level is a single value"),
    "two documents": ("a: 1\n---\nb: 2\n", 2, "more than one document"),
    "old version": ("%YAML 1.1\n---\na: 1\n", 2, "only 1.2"),
    "open bracket": ("a: [1, 2\n", 1, "bracket"),
    "open quote": ("a: 'text\n", 1, "quote that is not closed"),
    "tab": ("a:\n\tb: 1\n", 2, "tab"),
    "indent": ("a:\n  b: 1\n c: 2\n", 3, "indent"),
    "second colon": ("a: b: c\n", 1, "':'"),
    "no colon": ("a: 1\nword\n", 2, "':'"),
    "control character": ("a: 1\nb: \x07\n", 2, "control character"),
    "surrogate": ('a: "\\uD800"\n', 1, "invalid character escape"),
    "impossible escape": ('a: "\\UFFFFFFFF"\n', None, "not valid YAML"),
    "too deep": ("a: " + "[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT + "\n", 1, "nested more than 20 levels"),
    "very deep": ("[" * 100_000, 1, "nested more than 20 levels"),
    "empty": ("", None, "is empty"),
    "spaces": (" \n\n", None, "is empty"),
    "comments": ("# nothing here\n", None, "is empty"),
    "null at the top": ("~\n", None, "is empty"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals_name_file_line_and_reason(name: str) -> None:
    text, line, words = REFUSALS[name]
    with pytest.raises(InputError) as caught:
        read_yaml_text(text, "my.yaml")
    message = str(caught.value)
    assert message.startswith("my.yaml:")
    assert words in message
    assert caught.value.problems[0].line == line
    assert len(message) < 400
    assert "\n" not in message


def test_depth_up_to_the_limit_is_read() -> None:
    inner = DEPTH_LIMIT - 1
    value = read_yaml_text("a: " + "[" * inner + "]" * inner).data["a"]
    for _ in range(inner - 1):
        (value,) = value
    assert value == []


def test_all_problems_are_listed_at_once() -> None:
    with pytest.raises(InputError) as caught:
        read_yaml_text("a: .inf\nb: 1\nb: 2\n3: 4\n", "my.yaml")
    assert [problem.line for problem in caught.value.problems] == [1, 3, 4]


def test_the_list_of_problems_has_an_end() -> None:
    with pytest.raises(InputError) as caught:
        read_yaml_text("a: 1\n" * 1000)
    assert len(caught.value.problems) == PROBLEM_LIMIT


def test_a_file_of_too_many_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("econsim.yaml_reader.VALUE_LIMIT", 10)
    assert read_yaml_text("a: [1, 2, 3, 4, 5, 6, 7]").data == {"a": [1, 2, 3, 4, 5, 6, 7]}
    with pytest.raises(InputError, match="more than 10 names and values"):
        read_yaml_text("a: [1, 2, 3, 4, 5, 6, 7, 8]")


def test_file_is_read_as_text_is(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("\ufeffname: café\r\nvalue: 3\r\n".encode())
    document = read_yaml(path)
    assert document.data == {"name": "café", "value": 3}
    assert document.lines[("value",)] == 2
    assert document.file == str(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"a: 1\n\x00\x01", "binary"),
        (b"a: 1\nb: \xff\xfe\n", "not UTF-8"),
        ("a: é\n".encode("utf-16"), "binary"),
        ("a: é\n".encode("latin-1"), "not UTF-8"),
    ],
)
def test_unusable_content(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        read_yaml(path)
    assert caught.value.problems[0].file == str(path)


def test_line_of_a_byte_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: 1\nb: 2\nc: \xff\n")
    with pytest.raises(InputError) as caught:
        read_yaml(path)
    assert caught.value.problems[0].line == 3


def test_missing_file_and_directory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_yaml(tmp_path / "nowhere.yaml")
    with pytest.raises(InputError, match="is a directory"):
        read_yaml(tmp_path)


def test_name_with_a_null_byte() -> None:
    with pytest.raises(InputError):
        read_yaml("a\0b.yaml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(InputError, match="not an ordinary file"):
        read_yaml(tmp_path / "pipe.yaml")


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\n")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match="cannot be read: permission denied"):
        read_yaml(path)


def test_size_limit_says_the_size_and_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"a: 1\n" + b"#" * SIZE_LIMIT)
    for read in (lambda: read_yaml(path), lambda: read_yaml_text(path.read_text())):
        with pytest.raises(InputError, match=r"1,000,005 bytes.*at most 1,000,000 bytes"):
            read()


def test_a_comment_up_to_the_size_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_bytes(b"a: 1\n#" + b"x" * (SIZE_LIMIT - 6))
    assert read_yaml(path).data == {"a": 1}


def test_malformed_text_never_gives_anything_but_a_refusal() -> None:
    """Random text, and shipped text with random damage: read, or refused with InputError."""
    chance = random.Random(0)
    alphabet = "abc:-[]{}'\"&*!|>%@`#,?~ \n\t0123.eé\\uUx<="
    shipped = "levers:\n  detection_rate: {start: 4, value: 0.5}\nlist:\n  - 'a'\n  - [1, 2e3]\ntext: >-\n  words\n"
    for _ in range(1500):
        noise = "".join(chance.choice(alphabet) for _ in range(chance.randint(1, 50)))
        cut = chance.randrange(len(shipped))
        for text in (noise, shipped[:cut] + noise[:3] + shipped[cut:]):
            try:
                assert isinstance(read_yaml_text(text).data, dict)
            except InputError as error:
                assert str(error)
