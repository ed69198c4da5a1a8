"""What the published scores say for the laws, and what they say against them; every number is taken from the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from econsim.evidence import teacher_student
from econsim.fidelity.copies import STYLE, published_scores
from econsim.fidelity.text import percent, points

R1_COPIES = ("R1-Distill-Qwen-1.5B", "R1-Distill-Qwen-32B", "R1-Distill-Llama-70B")
QWEN3_COPIES = ("Qwen3-4B (non-thinking)", "Qwen3-8B (non-thinking)", "Qwen3-8B (thinking)", "Qwen3-14B (thinking)")
BROAD_IMITATION = "LLaMA-7B + ShareGPT-Mix"


@dataclass(frozen=True)
class Lesson:
    """One thing that the rows say.

    speaks  : `for` the laws or `against` them
    says    : in words, numbers included
    numbers : the same numbers by name
    """

    name: str
    speaks: str
    says: str
    numbers: dict[str, float]


def lessons() -> list[Lesson]:
    """For and against, in the order in which they are worth reading."""
    rows = published_scores()
    return [_gains(rows), _losses(rows), _samples(rows), _style(rows), _same_size(rows), _scores_copied(rows)]


def _of(rows: pd.DataFrame, *students: str) -> pd.DataFrame:
    return rows[rows["student"].isin(students)]


def _gains(rows: pd.DataFrame) -> Lesson:
    own = _of(rows, "R1-Distill-Qwen-32B")
    own = own[own["base_score"].notna()]
    gain = own["student_score"] - own["base_score"]
    seen = own["measured"].astype(bool)
    worst = own.loc[gain.idxmin()]
    numbers = {
        "published": float(gain[seen].mean()),
        "published_benchmarks": float(seen.sum()),
        "others": float(gain[~seen].mean()),
        "other_benchmarks": float((~seen).sum()),
        "fell": float((gain < 0.0).sum()),
        "worst": float(gain.min()),
    }
    says = (
        f"The 32B copy of DeepSeek-R1 gained {points(numbers['published'])} points over its base on {seen.sum()} "
        f"benchmarks published with it, and {points(numbers['others'])} on {(~seen).sum()} others; on "
        f"{int(numbers['fell'])} it fell, most on {worst['benchmark']} ({points(worst['base_score'])} to "
        f"{points(worst['student_score'])})."
    )
    return Lesson("what is not covered is not copied", "for", says, numbers)


def loss_ratios(rows: pd.DataFrame | None = None) -> dict[str, float]:
    """Copy of DeepSeek-R1 -> share of the score lost on benchmarks not published with it, over that on the others."""
    scores = published_scores() if rows is None else rows
    ratios = {}
    for student in R1_COPIES:
        own = _of(scores, student)
        own = own[own["teacher_score"] > 0.0]
        seen = own["measured"].astype(bool)
        kept = own["student_score"] / own["teacher_score"]
        ratios[student] = float((1.0 - kept[~seen].mean()) / (1.0 - kept[seen].mean()))
    return ratios


def _losses(rows: pd.DataFrame) -> Lesson:
    ratios = loss_ratios(rows)
    low, high = min(ratios.values()), max(ratios.values())
    says = (
        f"Copies of DeepSeek-R1 lose {low:.1f} to {high:.1f} times as large a share of their teacher's score on "
        "benchmarks that were not published with them as on those that were."
    )
    return Lesson("losses are larger where nobody looked", "for", says, ratios)


def _samples(rows: pd.DataFrame) -> Lesson:
    aime = rows[(rows["benchmark"] == "AIME'24") & (rows["teacher"] == "DeepSeek-R1") & rows["copy_samples"].notna()]
    slopes = {}
    for size in (7.0, 32.0):
        own = aime[aime["student_params_B"] == size]
        decades, kept = np.log10(own["copy_samples"].to_numpy(float)), own["student_score"] / own["teacher_score"]
        slopes[f"{size:.0f}B"] = float(np.polyfit(decades, kept.to_numpy(float), 1)[0])
    says = (
        f"Ten times the samples add {100 * slopes['7B']:.0f} points of retention on AIME 2024 for students of 7B, and "
        f"{100 * slopes['32B']:.0f} for those of 32B."
    )
    return Lesson("samples help weak students most", "for", says, slopes)


def _style(rows: pd.DataFrame) -> Lesson:
    every = teacher_student()
    style = every[every["domain"] == STYLE]
    style = style[style["pair_type"] == "teacher_student"]
    copied = float(
        ((style["student_score"] - style["base_score"]) / (style["teacher_score"] - style["base_score"])).mean()
    )
    fact = _of(rows, BROAD_IMITATION).iloc[0]
    gained = float(fact["student_score"] - fact["base_score"])
    says = (
        f"Broad imitation of ChatGPT closed {percent(copied)} of the gap in style, and moved {fact['benchmark']} by "
        f"{'−' if gained < 0.0 else '+'}{abs(gained):.0f} points from its base."
    )
    return Lesson("style is not knowledge", "for", says, {"style": copied, "facts": gained})


def _same_size(rows: pd.DataFrame) -> Lesson:
    own = _of(rows, "Sky-T1-32B-Preview")
    hardest = own.loc[own["difficulty"].idxmax()]
    numbers = {"teacher": float(hardest["teacher_score"]), "copy": float(hardest["student_score"])}
    says = (
        f"Sky-T1, a copy as large as its teacher, keeps the hard tail: {points(numbers['copy'])} on "
        f"{hardest['benchmark']} against the teacher's {points(numbers['teacher'])}."
    )
    return Lesson("a copy of the teacher's size may keep the tail", "against", says, numbers)


def _scores_copied(rows: pd.DataFrame) -> Lesson:
    names = set(_of(rows, R1_COPIES[1])["benchmark"]) & set(_of(rows, *QWEN3_COPIES)["benchmark"])
    unpublished = rows[(rows["student"] == R1_COPIES[1]) & ~rows["measured"].astype(bool)]["benchmark"]
    names &= set(unpublished)

    def kept(*students: str) -> float:
        own = _of(rows, *students)
        own = own[own["benchmark"].isin(names)]
        return float((own["student_score"] / own["teacher_score"]).mean())

    numbers = {"scores": kept(*QWEN3_COPIES), "answers": kept(R1_COPIES[1]), "benchmarks": float(len(names))}
    says = (
        f"Qwen3's students of 4B to 14B, trained on their teacher's scores and on their own answers, keep "
        f"{percent(numbers['scores'])} of it on the {len(names)} benchmarks that were not published with R1's copies, "
        f"where R1's 32B copy, trained on answers, keeps {percent(numbers['answers'])}."
    )
    return Lesson("copying scores keeps far more of the tail than copying answers", "against", says, numbers)
