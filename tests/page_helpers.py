"""What a page of the explorer shows, read out of the script's elements."""

from __future__ import annotations

from xml.etree import ElementTree

import pandas as pd

from econsim.web.tables import CLASS


def tables(at) -> list[pd.DataFrame]:
    """The tables of text on a page, in their order."""
    found = [one.proto.body for one in at.get("html")]
    return [_table(ElementTree.fromstring(body)) for body in found if f'class="{CLASS}"' in body]


def unfolded(at, key: str = "reproduce"):
    """The page with a part open that is written only while it is."""
    at.session_state[key] = True
    return at.run()


def _table(root: ElementTree.Element) -> pd.DataFrame:
    rows = [["".join(cell.itertext()) for cell in row] for row in root.iter("tr")]
    index, *columns = rows[0]
    return pd.DataFrame([row[1:] for row in rows[1:]], index=pd.Index([row[0] for row in rows[1:]], name=index),
                        columns=columns)  # fmt: skip
