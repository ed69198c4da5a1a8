"""The back-test on a page: the finding, every fact with its verdict, misses first, and what cannot be expressed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from econsim.cli_text import number
from econsim.store import read_json
from econsim.web import job_commands, job_panel, jobs, stored_history, study_files, tables
from econsim.web.words import plain


def show() -> None:
    """From the files that ship; where they are not of this version, from a job."""
    st.markdown(
        "The economy is started in March 2023, two weeks after GPT-4, and what follows is held against dated facts. "
        "What the model gets wrong comes first."
    )
    folder = stored_history.read()
    if folder is None:
        job = job_panel.study(
            "backtest", "Hold it against history", jobs.find("backtest"), job_commands.backtest, stored_history.DRAWS
        )
        if job is None:
            return
        folder = job.out
    told = read_json(folder / stored_history.SUMMARY)
    st.markdown(f"**{plain(told['finding'])}**")
    with st.container(key="history-facts"):
        tables.show(facts_table(told["facts"]))
    study_files.drawing(folder / stored_history.PICTURE, "history", "Lines: the model. Points: what was observed.")
    with st.expander("What the model cannot express", key="history-not-expressible"):
        tables.show(pd.DataFrame(told["not_expressible"]).set_index("row"))
    st.caption("On a command line:")
    st.code(f"econsim backtest --draws {stored_history.DRAWS}", language="bash")


def facts_table(facts: list[dict[str, Any]]) -> pd.DataFrame:
    """Text: one row a fact in the order given, with the verdict first."""
    rows = []
    for one in facts:
        middle, low, high = (number(one[name]) for name in ("median", "p5", "p95"))
        simulated = "none" if one["median"] is None else f"{middle} ({low} to {high})"
        observed = f"{number(one['observed'])} {one['unit']}"
        rows.append([one["fact"], one["verdict"], observed, simulated, one["id"]])
    columns = ["Fact", "Verdict", "Observed", "Simulated, 90% range", "Row"]
    return pd.DataFrame(rows, columns=columns).set_index("Fact")


__all__ = ["facts_table", "show"]
