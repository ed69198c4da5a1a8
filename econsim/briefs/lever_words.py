"""What each lever is, whether it can be undone, and what to watch: the words of briefs on what policy can do.

Judgements of the authors, not results: they hold no number.
"""

from __future__ import annotations

from dataclasses import dataclass

from econsim.name_words import words
from econsim.parameter_book import book


@dataclass(frozen=True)
class LeverWords:
    """One lever.

    name    : as a table says it
    setting : how its level is told, {} standing for it
    undone  : how easily it is taken back
    watch   : what shows early whether it works as assumed
    """

    name: str
    setting: str
    undone: str
    watch: str


LEVERS: dict[str, LeverWords] = {
    "api_restriction": LeverWords(
        "closed interfaces",
        "interfaces {} closed",
        "Quickly; products built on open interfaces return slowly",
        "Lost sales to honest users; whether copies still follow releases",
    ),
    "detection_rate": LeverWords(
        "detection of copying",
        "{} of copying attempts caught",
        "Yes: monitoring can end at any time",
        "Campaigns found before the copy ships",
    ),
    "penalty_multiple": LeverWords(
        "penalties",
        "a penalty of {} times a quarter's revenue",
        "Yes for new cases; what was paid is not given back",
        "Whether courts uphold penalties, and whether fined distillers leave",
    ),
    "enforcement_reach": LeverWords(
        "reach abroad",
        "{} of it enforced abroad",
        "Slowly: it rests on agreements between states",
        "Penalties that foreign distillers have paid",
    ),
    "export_wedge": LeverWords(
        "dearer computing abroad",
        "computing dearer by {} abroad",
        "Yes, but chips made elsewhere in the meantime stay",
        "The price of rented chips abroad against that at home",
    ),
    "royalty_rate": LeverWords(
        "a royalty on copies",
        "{} of distillers' revenue paid to the labs they copied",
        "Yes: a rate can be lowered to nothing",
        "Revenue declared; disputes over who copied whom",
    ),
    "release_window": LeverWords(
        "a protected window after each release",
        "no copying for {} after a release",
        "Yes: a window can be shortened for the next release",
        "How soon after the window copies appear",
    ),
    "tail_evaluation_mandate": LeverWords(
        "mandatory evaluation of rare cases",
        "{} of the unseen rare cases evaluated",
        "Yes; what buyers have learnt stays known",
        "The gap between published and mandatory tests",
    ),
    "liability_share": LeverWords(
        "liability of sellers of copies",
        "{} of the hidden loss made good by sellers of copies",
        "Slowly: contracts and insurance adapt to it",
        "Insurance terms for models, and claims paid",
    ),
    "rd_subsidy": LeverWords(
        "a subsidy for R&D",
        "{} of labs' R&D paid by the public",
        "Hard: those who receive it plan on it",
        "Whether R&D rises by more than the public pays",
    ),
}


def lever_words(name: str) -> LeverWords:
    """The words for a lever; one without words of its own has those of the parameter book."""
    if name in LEVERS:
        return LEVERS[name]
    told = words(name)
    return LeverWords(told, f"{told} {{}}", UNKNOWN, book().levers[name].meaning)


UNKNOWN = "Not assessed"

__all__ = ["LEVERS", "LeverWords", "lever_words"]
