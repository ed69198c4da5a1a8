"""Tables on a page: what is in them is text, whoever wrote it."""

from __future__ import annotations

import pandas as pd
import pytest

pytest.importorskip("streamlit")

from page_helpers import tables
from streamlit.testing.v1 import AppTest

TEXT = "<img src=x onerror=alert(1)> & **bold** $x$"


def page():
    import pandas as pd

    from econsim.web import tables

    text = "<img src=x onerror=alert(1)> & **bold** $x$"
    tables.show(pd.DataFrame({text: [text, "1"], "b": ["a" * 300, "–"]}, index=pd.Index([text, "row"], name="Name")))


def test_texts_are_shown_as_they_are():
    at = AppTest.from_function(page).run()
    assert not at.exception
    (one,) = at.get("html")
    assert "<img" not in one.proto.body
    (table,) = tables(at)
    expected = pd.DataFrame({TEXT: [TEXT, "1"], "b": ["a" * 300, "–"]}, index=pd.Index([TEXT, "row"], name="Name"))
    pd.testing.assert_frame_equal(table, expected)
