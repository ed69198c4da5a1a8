"""Numbers in an author's own words that look like results: in digits, in words, in signs.

The rule is default-deny. What is known to be no result is set aside first: fields, citations, quotations with their
source behind them, dates, places in a document, names of models and chips, small ordinals. Any digit that is left is
refused, and so is any word that counts, divides or multiplies, but for small counts of things (`two packages`).
"""

from __future__ import annotations

import re
import unicodedata

_SMALL = "one two three four five six seven eight nine ten"
_LARGER = (
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty "
    "seventy eighty ninety"
)
_HUGE = r"hundreds?|thousands?|millions?|billions?|trillions?|dozens?"
_CARDINAL = "|".join([*_SMALL.split(), *_LARGER.split(), _HUGE])
_PART = (
    "hal(?:f|ves)|thirds?|quarters?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?|twentieths?|hundredths?|"
    "thousandths?"
)
_MORE = (
    "more|less|fewer|higher|lower|larger|smaller|bigger|greater|dearer|cheaper|faster|slower|"
    "as (?:much|many|large|high|low)"
)
_UNIT = (
    r"per\s?cent|per\s?mille|percentage|(?:basis\s+)?points?|times|fold|bn|mn|months?|quarters?|years?|weeks?|days?|"
    r"futures?|draws?|simulations?|dollars?|euros?|pounds?|cents?|out\s+of|in\s+(?:ten|twenty|\d)|"
    rf"standard\s+deviations?|sigmas?|{_HUGE}|{_MORE}"
)
# What follows a number and makes a result of it, so that `section 30 percent` is no place and `GPT-40 percent` no name.
_NO_UNIT = rf"(?!\s*[-–]?\s*(?:[%‰°$€£¥×/]|(?:{_UNIT})\b|x\b|of\s+(?:the\s+)?(?:\d|ten|twenty)))"
_MONTH = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)
_YEAR = r"(?:19[5-9]\d|20[0-6]\d)"
_WHERE = (
    r"sections?|figures?|tables?|pages?|equations?|chapters?|annex(?:es)?|appendix|articles?|art\.|recitals?|clauses?|"
    r"paragraphs?|notes?|footnotes?|titles?|parts?|items?|steps?|options?|phases?|versions?|no\.|nos\.|"
    r"regulations?|directives?|orders?|acts?|bills?|§§?"
)
_NO_NAME = (
    "up|down|by|to|at|of|in|plus|minus|about|around|over|under|above|below|than|nearly|roughly|circa|some|from|near"
)
_MONEY = "USD|EUR|GBP|JPY|CNY|RMB|CHF|US|AU|CA"
_FAMILY = "Claude|Gemini|Gemma|Llama|Qwen|DeepSeek|Mistral|Grok|Phi|GPT|Kimi|Opus|Sonnet|Haiku"

_ALLOWED = [
    re.compile(pattern)
    for pattern in (
        r"\{[^{}]*\}",
        r"[“\"][^“”\"]*[”\"][,.;]?\s*\[@[a-z0-9_]+\]",
        r"\[@[a-z0-9_]+\]",
        # dates
        rf"\b{_YEAR}-\d\d-\d\d\b",
        rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+(?:{_MONTH})\b(?:\s+{_YEAR}\b)?",
        rf"\b(?:{_MONTH})\s+\d{{1,2}}\b(?:,?\s+{_YEAR}\b)?{_NO_UNIT}",
        rf"(?<![$€£¥\d.,+−-])\b{_YEAR}(?:\s?Q[1-4]|s|[-–/]\d\d)?(?:-style)?\b(?![.,]?\d){_NO_UNIT}",
        rf"\b[QH][1-4]\s+{_YEAR}\b",
        rf"\b(?:mid|pre|post|early|late)-{_YEAR}\b{_NO_UNIT}",
        r"(?<!\d)24/7(?!\d)",
        # places in a document
        rf"(?i:\b(?:{_WHERE})|§§?)\s*\d[\d./]*(?:\(\w+\))*(?:\s*(?:[-–,]|and|to)\s*\d[\d./]*)*\b{_NO_UNIT}",
        # names of models, chips and standards
        rf"\b(?!(?i:{_NO_NAME})\b)(?!(?:{_MONEY})\d)(?!P\d)[A-Z][A-Za-z]*(?:-[A-Z][A-Za-z]*)*-?\d{{1,4}}(?:\.\d)?[A-Za-z]{{0,2}}"
        rf"(?:-(?:[A-Za-z]+\d*|\d+[BM]))*\b(?![.,]?\d){_NO_UNIT}",
        rf"\b(?:{_FAMILY})[\s-]\d(?:\.\d)?[a-z]?(?:-\d{{1,3}}[BM])?\b(?![.,]?\d){_NO_UNIT}",
        rf"\b(?:SB|AB|HR|PL)[\s-]\d{{1,5}}\b{_NO_UNIT}",
        rf"\b(?:ISO|IEC|IEEE|NIST|RFC|EN|Windows)(?:/IEC)?[\s-]\d[\d.:-]*\b{_NO_UNIT}",
        rf"\((?:EU|EC)\)\s+(?:No\.?\s+)?\d{{1,4}}/\d{{2,4}}\b{_NO_UNIT}",
        rf"\b[a-wyz]\d\b{_NO_UNIT}",
        # ordinals
        rf"(?<![/⁄\d.])\b(?:[1-9]|1\d|20)(?:st|nd|rd|th)\b(?!\s*(?:of|per|quantile|decile)\b){_NO_UNIT}",
    )
]

_DIGITS = (
    r"(?:[−+–~≈<>±-]\s?)?[$€£¥]?\d[\d.,/⁄]*(?:\s?(?:%|‰|x\b|k\b|M\b)|[\s-]+(?:of|in|out of)\s+\d+|"
    rf"[\s-]*(?:{_UNIT})\b)?"
)
_MOVES = (
    "rises?|falls?|drops?|grows?|gains?|loses?|up|down|by|to|at|about|nearly|almost|roughly|over|under|than|only|just"
)
_REFUSED = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        _DIGITS,
        r"%|‰|\bper\s?cent\b|\bper\s?mille\b|\bpercentage points?\b|\bbasis points?\b|\bpercentiles?\b",
        rf"\b(?:an?\s+)?(?:{'|'.join(_LARGER.split())}|{_HUGE})\b(?:[- ](?:{_CARDINAL}|of|in|out|the|and|{_UNIT})\b)*",
        # small counts of a unit, or out of something
        rf"\b(?:{_CARDINAL})(?:[- ](?:{_CARDINAL}))*[- ]+(?:{_UNIT}|runs)\b(?!\s+ago\b)",
        rf"\b(?:{_CARDINAL})\s+(?:labs?\s+|times?\s+|futures?\s+)?(?:in|of|out of)\s+"
        rf"(?:the\s+|every\s+)?(?:{_CARDINAL})\b",
        rf"\b(?:{_CARDINAL})[- ](?:in|to|out[- ]of)[- ](?:{_CARDINAL})\b",
        rf"\b(?:times|factor of|multiple of|multiplied by|divided by)\s+(?:an?\s+)?(?:{_CARDINAL})\b",
        # parts
        rf"\b(?:{_CARDINAL}|several|few)[- ]?(?:{_PART})\b",
        rf"\ban?[- ](?:{_PART})\s+(?:of|{_MORE})\b",
        rf"\b(?:{_MOVES})\s+(?:a|one)[- ](?:{_PART})\b"
        r"(?=\s*(?:[.,;:!?)]|$|(?:and|or|but|in|under|when|where|with|if|on|for)\b))",
        r"\bhal(?:ve|ves|ved|ving)\b",
        # multiples
        r"\b(?:double[sd]?|doubling|tripl(?:e[sd]?|ing)|trebl(?:e[sd]?|ing)|quadrupl(?:e[sd]?|ing)|quintupl(?:e[sd]?|ing))\b"
        r"(?![- ](?:counting|standards?|marginali[sz]ation|check|blind|edged|sided)\b)",
        rf"\b(?:{_CARDINAL}|many|several)-?fold\b",
        r"\b(?:more than|over|about|nearly|almost|less than)\s+(?:twice|thrice)\b",
        r"\b(?:twice|thrice)\b(?=\s+\w)(?!\s+(?:an?|per|every|and|or|before|in|over|when|if)\b)",
        r"\borders?\s+of\s+magnitude\b",
        rf"\b(?:cuts?|split|divided?s?|multipl(?:y|ies|ied))\s+(?:in|into|by)\s+(?:{_CARDINAL})\b",
        rf"\b(?:divid|multipl)(?:e[sd]?|y|ies|ied|ing)\b[^.;:!?]*?\bby\s+(?:{_CARDINAL})\b",
        rf"\b(?:gains?|loss(?:es)?|rises?|falls?|drops?|cuts?|increases?|decreases?|changes?|ratios?|scores?)\s+of\s+"
        rf"(?:an?\s+)?(?:{_CARDINAL})\b",
        rf"\b(?:earns?|gains?|loses?|pays?|costs?|rises?|falls?|drops?|grows?)\s+(?:by\s+|to\s+|from\s+)?(?:{_CARDINAL})\b"
        r"(?=\s*(?:[.,;:!?)]|$))",
        r"\b(?:every|each)\s+(?:other|second|third|fourth|fifth|tenth|twentieth)\b(?!\s+(?:years?|quarters?|months?)\b)",
        rf"\b(?:an?\s+)?(?:score|handful)\s+of\b|\b(?:{_CARDINAL}|single|double|triple)[- ]digits?\b",
        r"\b[IVXLC]{2,}\s+(?:futures?|draws|labs?|times)\b",
        # nothing and all
        r"\bnil\b|\bunanimous(?:ly)?\b|\b(?:to|by|earns?)\s+(?:almost\s+|nearly\s+)?nothing\b",
        r"\b(?:zero|nought|naught)\b(?![- ](?:sum|shot|day))",
        r"\b(?:most|all|every|each and every|no|none|few|(?:the |a )?(?:vast )?(?:majority|minority)|half)\s+"
        r"(?:of\s+)?(?:the\s+)?(?:simulated\s+)?(?:futures?|draws|simulations?)\b",
        r"\b(?:majority|minority) of\b",
    )
]
_HALF = re.compile(
    r"\b(?:(?:first|second|other|latter|better)[- ]half|half[- ](?:a[- ])?(?:years?|yearly|way|hearted|open|measures?|"
    r"truths?|day|hour))\b|\b(half)\b(?:\s+(?:of|the))?",
    re.IGNORECASE,
)


def typed_numbers(text: str) -> list[str]:
    """Numbers in an author's text that look like results; they have to be fields.

    Allowed are dates (`2027`, `2026Q1`), places in a document (`section 3`), names (`GPT-4`, `H100`), small ordinals
    and small counts of things (`two packages`), and what stands in quotation marks with its source right behind:
    `"16 million exchanges" [@anthropic_distillation2026]`.

    returns : the words that are refused, in order
    """
    found: dict[str, None] = {}
    for between in ("", " "):  # invisible characters may join words or part them
        found |= dict.fromkeys(_refused(_plain(text, between)))
    return list(found)


def _refused(plain: str) -> list[str]:
    left = plain
    for allowed in _ALLOWED:
        left = allowed.sub(lambda match: " " * len(match.group()), left)
    spans = [match.span() for refused in _REFUSED for match in refused.finditer(left)]
    spans += [match.span() for match in _HALF.finditer(left) if match.group(1)]
    spans += [(place, place + 1) for place, sign in enumerate(left) if not sign.isascii() and _counts(sign)]
    return [" ".join(plain[start:end].split()).strip(" .,;:") for start, end in _merged(spans)]


def _plain(text: str, between: str) -> str:
    """Text in which a number has one spelling: `½` as digits, full-width digits as usual ones, nothing invisible."""
    found = unicodedata.normalize("NFKC", text)
    return "".join(between if unicodedata.category(sign) == "Cf" else sign for sign in found)


def _counts(sign: str) -> bool:
    return unicodedata.numeric(sign, None) is not None


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap or touch as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


__all__ = ["typed_numbers"]
