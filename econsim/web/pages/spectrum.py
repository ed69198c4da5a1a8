"""What a copy loses, band by band, and whether its discount is worth that to a builder."""

from __future__ import annotations

from typing import Any

import streamlit as st

from econsim import fidelity
from econsim.charts.adoption import discounts
from econsim.charts.spectrum import capability_spectrum, retention_by_budget
from econsim.fidelity.text import SHARES, count, dollars, percent
from econsim.rules.fidelity.refinement import ACCESS, BANDS, COMMON_BANDS
from econsim.scenario import Scenario
from econsim.studies.adoption import DEFAULTS, Adoption, check_workload
from econsim.studies.adoption_values import QUANTITIES, adoption_values
from econsim.web import exports, frame, recipes, reproduce, running, state
from econsim.web.words import plain

BUDGETS = (100.0, 300.0, 1e3, 3e3, 1e4, 3e4, 1e5, 3e5, 1e6, 3e6, 1e7)  # $
SIZES = (1.5e9, 7e9, 14e9, 32e9, 70e9, 200e9)  # parameters
BAND_UNITS = {name: f"{name}, points" for name in ("teacher", "base", "copy", "demanded", "lost")}
UNITS = {
    "dollars": "budget, $", "dollars_published": "published cost, $", "student_size": "student_size, parameters",
    "visible": "visible, share of the teacher's level", "hidden": "hidden, share of the teacher's level",
}  # fmt: skip
WAY = (
    "How far the copy has come on benchmarks from what the public has to the best original: (its score − that of the "
    "public) / (that of the original − that of the public). That is less than its share of the original's score."
)
WAYS = {
    "trace": "its written answers",
    "on_policy": "its grades of the copy's own answers",
    "logit": "its probabilities",
}


def page(scenario: Scenario) -> None:
    """The spectrum first, then the adopter's calculator on the current scenario's futures."""
    st.markdown(
        "Distillation is modelled as lossy compression: an encoder spends its bits where a listener will notice, a "
        "distiller spends its budget where benchmarks look. That this describes distillation is our reading of "
        "published scores; the counter-evidence stands under *Model and evidence*."
    )
    _spectrum()
    st.header("Is the discount worth it?", anchor=False)
    _calculator(scenario)


def _spectrum() -> None:
    budget, size, access, covered = _copy()
    found = fidelity.spectrum(budget, student_size=size, access=access, covered_bands=covered)
    told = f"Benchmarks show {percent(found.visible)}, deployment meets {percent(found.hidden)}"
    over = f"Over budgets: at {dollars(budget)} {percent(found.visible)} visible, {percent(found.hidden)} met"
    drawn = capability_spectrum(found.bands, found.visible, found.hidden, found.headline, found.source)
    exports.finished("spectrum", drawn, {"bands": found.bands.rename(columns=BAND_UNITS)}, says=told)
    st.markdown(plain(found.finding))
    st.caption(plain(SHARES))
    drawn = retention_by_budget(found.curve, found.marks, found.dollars, found.headline, found.source)
    tables = {"curve": found.curve, "published copies": found.marks}
    exports.finished("budgets", drawn, {name: one.rename(columns=UNITS) for name, one in tables.items()}, says=over)
    what = f"Spectrum {found.identity}"
    reproduce.block(
        recipes.spectrum(budget, size, access, covered), what, reproduce.cited_as(f"{what}: {found.headline}"),
        reproduce.as_entry(found.identity, what), key="reproduce-spectrum",
    )  # fmt: skip


def _copy() -> tuple[float, float, str, int]:
    """How the copy is made: budget, student's size, access, bands covered."""
    places = st.columns(4, gap="medium")
    with places[0]:
        budget = st.select_slider(
            "Copy budget", BUDGETS, 1e4, format_func=dollars, key="spectrum-budget",
            help="What the distiller spends on samples and training: the bitrate of the compression.",
        )  # fmt: skip
    with places[1]:
        size = st.select_slider(
            "Student's parameters", SIZES, 32e9, format_func=count, key="spectrum-size",
            help="A larger student keeps more of the tail from the same samples.",
        )  # fmt: skip
    with places[2]:
        access = st.selectbox(
            "What the copier sees of the teacher", list(ACCESS), format_func=lambda way: WAYS[way],
            key="spectrum-access", help="Copies made from probabilities or grades keep far more of the tail.",
        )  # fmt: skip
    with places[3]:
        covered = st.slider(
            "Bands that samples fall on", 1, BANDS, COMMON_BANDS, key="spectrum-covered",
            help="Of sixteen bands of tasks, from common to rare. What no sample covers is not copied.",
        )  # fmt: skip
    return budget, size, access, covered


def _calculator(scenario: Scenario) -> None:
    st.markdown(
        "For somebody who builds on a model: a copy is offered at a discount on the teacher's price. The futures are "
        "those of the current scenario."
    )
    if not scenario.switches.copying:
        st.info("Copying is switched off in this scenario: there is no copy to choose.")
        return
    answer = running.answer(scenario)
    workload = check_workload(**_workload())
    found = Adoption(workload, answer.result, adoption_values(workload, answer.result))
    st.markdown(plain(found.finding))
    if found.known:
        says = f"The discount needed has a median of {percent(found.row('break_even_discount')['median'])}"
        tables = found.tables()
        units = {name: f"{name}, {unit}" for name, (unit, _) in QUANTITIES.items() if unit != "–"}
        tables["futures"] = tables["futures"].rename(columns=units)
        exports.finished("adoption", discounts(found), tables, says=says)
    with st.expander("Where these numbers come from", key="adopt-notes"):
        for note in found.notes:
            st.markdown(plain(note))
    frame.status_line(answer.result)
    reproduce.show(recipes.adoption(state.current(), workload), [answer.result])


def _workload() -> dict[str, Any]:
    """What the builder says, as `adopt` takes it."""
    places = iter(st.columns(5, gap="medium"))

    def share(label: str, low: int, high: int, default: float, key: str) -> float:
        with next(places):
            return st.slider(label, low, high, round(100 * default), key=f"adopt-{key}") / 100.0

    given: dict[str, Any] = {
        "discount": share("Discount offered, %", 0, 99, DEFAULTS["discount"], "discount"),
        "tail_share": share("Tasks that are rare and hard, %", 0, 100, DEFAULTS["tail_share"], "tail"),
        "pass_rate": share("Tail cases the teacher passes, %", 5, 95, DEFAULTS["pass_rate"], "pass"),
        "pass_rate_gap": None,
        "benchmark_score": None,
    }
    with next(places):
        given["failure_cost"] = st.slider(
            "A failure there costs, times a common one", 1.0, 50.0, DEFAULTS["failure_cost"], 1.0, key="adopt-cost"
        )
    with next(places):
        told = "Whether it is known how the copy does on benchmarks; else it does as the model expects."
        if st.toggle("Benchmarks known", key="adopt-known", help=told):
            way = st.slider("Way to the best original, %", 10, 100, 90, key="adopt-score", help=WAY)
            given["benchmark_score"] = way / 100.0
    return given


if __name__ == "__main__":  # Streamlit runs the file; tests may import it
    frame.show("What does a copy lose?", page)
