"""Brief specs: what is refused, with which words, and that nothing is run or written before."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from briefs.brief_helpers import small_spec

from econsim.briefs import brief, read_brief_spec, shipped_specs
from econsim.briefs.package_words import LABEL_LIMIT
from econsim.briefs.spec import as_brief_spec
from econsim.errors import InputError
from econsim.evidence import teacher_student
from econsim.library import shipped_scenarios
from econsim.parameter_book import book


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"packages": ["royalti"]}, "packages.0: unknown scenario 'royalti'; did you mean 'royalty'?"),
        ({"packages": []}, "packages: must be a list of scenarios"),
        ({"packages": ["royalty", "royalty"]}, "has the name of another package"),
        ({"packages": [{"scenario": "royalty", "set": {"royalty_rat": 1}}]}, "did you mean 'royalty_rate'?"),
        ({"packages": [{"run": "nowhere"}], "assumptions": {}}, "packages.0.run: nowhere: no such folder"),
        ({"packages": ["royalty", {"scenario": "rd-subsidy", "set": {"lab_premium": 0}}]}, "different worlds"),
        ({"assumptions": {"royalty_rate": 0.3}}, "assumptions.royalty_rate: is a lever: it goes under 'set'"),
        ({"metrics": ["rd_investmnt"]}, "metrics.0: unknown metric 'rd_investmnt'; did you mean 'rd_investment'?"),
        ({"metrics": []}, "metrics: must be a list of summary metrics"),
        ({"charts": ["rd_investment", "hhii"]}, "charts.1: unknown series 'hhii'; did you mean 'hhi'?"),
        ({"sections": ["why", "wy"]}, "sections.1: unknown section 'wy'"),
        ({"sections": ["why"]}, "leaves out 'limits'"),
        ({"draws": 5}, "draws: is out of bounds (got 5)"),
        ({"colour": "blue"}, "colour: unknown field of a brief 'colour'"),
        ({"sources": ["nobody2020"]}, "sources.0: unknown source 'nobody2020'"),
        ({"title": "Will it work?"}, "title: says 'will'"),
        ({"title": "Guaranteed growth"}, "title: says 'guaranteed'"),
    ],
)
def test_what_a_spec_may_not_say(changes, told, tmp_path):
    with pytest.raises(InputError) as error:
        brief(small_spec(**changes), tmp_path / "out")
    assert told in str(error.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("R&D rises by 12%.", "'12%'"),
        ("It rises in 17 of 20 futures.", "'17 of 20'"),
        ("It rises in seventeen of twenty futures.", "'seventeen of twenty futures'"),
        ("It costs $3bn.", "'$3bn'"),
        ("It costs three billion.", "'three billion'"),
        ("The rate is 0.3.", "'0.3'"),
    ],
)
def test_a_typed_number_that_looks_like_a_result_is_refused(text, told):
    with pytest.raises(InputError, match="holds a typed number that looks like a result") as error:
        as_brief_spec(small_spec(paragraphs={"happens": text}))
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"title": "A royalty doubles R&D"}, "title: holds a typed number that looks like a result (got 'doubles')"),
        ({"question": "Why does R&D fall by a third?"}, "question: holds a typed number"),
        ({"audience": "The one in three who lose"}, "audience: holds a typed number"),
        ({"packages": [{"scenario": "royalty", "label": "Royalty (+40% R&D)"}]}, "packages.0.label: holds a typed"),
        ({"packages": [{"scenario": "royalty", "label": "R&D in ½ the time"}]}, "packages.0.label: holds a typed"),
        ({"packages": [{"scenario": "royalty", "name": "up-40-percent"}]}, "packages.0.name: holds a typed number"),
        ({"name": "labs-lose-two-thirds"}, "name: holds a typed number"),
    ],
)
def test_no_text_of_an_author_holds_a_typed_result(changes, told):
    """The error names the field, the words, and what to write instead."""
    with pytest.raises(InputError) as error:
        as_brief_spec(small_spec(**changes))
    assert told in str(error.value) and "; allowed: " in str(error.value)


def test_settings_may_stand_in_the_name_of_a_package():
    spec = as_brief_spec(small_spec(packages=[{"scenario": "royalty", "name": "royalty-20", "label": "Royalty"}]))
    assert spec.packages[0].name == "royalty-20"


@pytest.mark.parametrize(
    "text",
    [
        "Since 2024 labs hide reasoning; see section 3 and Figure 2.",
        "GPT-4 and R1 run on H100 chips.",
        'A lab reports "24,000 accounts" [@anthropic_distillation2026].',
        "It moves by {headline.proposal.change} in {rd_investment.royalty.up} futures.",
        "What buyers pay goes to the labs in the first half of 2027.",
    ],
)
def test_years_places_names_quotes_and_fields_are_no_results(text):
    spec = as_brief_spec(small_spec(paragraphs={"happens": text}))
    assert spec.paragraphs["happens"] == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{rd_investmen.royalty.up}", "unknown metric 'rd_investmen' in {rd_investmen.royalty.up}"),
        ("{rd_investment.royalti.up}", "unknown package 'royalti'"),
        ("{rd_investment.royalty.upp}", "unknown statistic 'upp'"),
        ("{rd_investment.status-quo.change}", "the status quo has levels only"),
        ("{royalty_rat.royalty.setting}", "unknown lever or parameter 'royalty_rat'"),
        ("{fact:lag.o1_opn}", "unknown fact 'lag.o1_opn'"),
        ("{nothing}", "unknown field 'nothing'"),
        ("{rd_investment.royalty.up", "has a brace that does not belong to a field"),
        ("Said so [@nobody2020].", "unknown source 'nobody2020'"),
        ("It proves the point.", "says 'proves'"),
        ("R&D is likely to rise.", "says 'likely' with no number of futures"),
    ],
)
def test_fields_and_words_are_checked_before_anything_is_run(text, told):
    with pytest.raises(InputError) as error:
        as_brief_spec(small_spec(paragraphs={"happens": text}))
    assert told in str(error.value)


def test_a_word_of_likelihood_with_its_number_is_fine():
    text = "R&D is likely to rise: it does so in {headline.proposal.up} futures."
    assert as_brief_spec(small_spec(paragraphs={"happens": text})).paragraphs


def test_problems_name_file_and_line(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("packages: [royalty]\nmetrics:\n- rd_investment\n- hii\nparagraphs:\n  why: It rose by 3%.\n")
    with pytest.raises(InputError) as error:
        read_brief_spec(path)
    assert [(one.file, one.line) for one in error.value.problems] == [(str(path), 4), (str(path), 6)]


def test_relative_paths_start_where_the_spec_stands(tmp_path):
    (tmp_path / "mine.yaml").write_text("name: mine\nextends: royalty\nlevers: {royalty_rate: 0.4}\n")
    (tmp_path / "brief.yaml").write_text("question: Which rate?\npackages: [./mine.yaml, royalty]\n")
    spec = read_brief_spec(tmp_path / "brief.yaml")
    assert [one.name for one in spec.packages] == ["mine", "royalty"]
    assert spec.name == "brief" and spec.status_quo.name == "baseline"


def test_shipped_briefs_are_there_and_name_shipped_scenarios():
    assert {"gate-and-detect", "royalty", "tail-evaluation"} <= set(shipped_specs())
    for name in shipped_specs():
        spec = read_brief_spec(name)
        assert spec.name == name and spec.draws == 1000 and len(spec.packages) == 3


def test_an_unknown_brief_tells_the_nearest():
    with pytest.raises(InputError, match="unknown brief 'royalti'; did you mean 'royalty'"):
        read_brief_spec("royalti")


def test_the_example_of_the_documentation_is_a_spec(tmp_path):
    page = (Path(__file__).resolve().parents[2] / "docs" / "briefs.md").read_text(encoding="utf-8")
    (tmp_path / "example.yaml").write_text(re.findall(r"```yaml\n(.*?)```", page, re.S)[0])
    spec = read_brief_spec(tmp_path / "example.yaml")
    assert [one.label for one in spec.packages] == ["Royalty", "A window of a year"]
    assert spec.packages[1].scenario.levers["release_window"][0].value == 4


def test_the_documentation_knows_every_field_and_statistic():
    from econsim.briefs.field_names import ABOVE, BY_PACKAGE, LEVELS, PAIRED, PLAIN
    from econsim.briefs.spec import SECTIONS, SPEC_KEYS

    page = (Path(__file__).resolve().parents[2] / "docs" / "briefs.md").read_text(encoding="utf-8")
    for name in (*SPEC_KEYS, *SECTIONS, *(set(LEVELS) - {"p50"}), *PAIRED):
        assert f"`{name}`" in page, name
    for name in (*PLAIN, *(f"{one}.package" for one in BY_PACKAGE)):
        assert f"`{{{name}}}`" in page, name
    assert all(f"`{name}.OTHER`" in page for name in ABOVE)


def test_a_name_that_was_taken_from_the_file_is_told_as_such(tmp_path):
    path = tmp_path / "zero.yaml"
    path.write_text("packages: [royalty]\n")
    with pytest.raises(InputError, match=r"name: comes from the file's name and holds a typed number.*\(got 'zero'\)"):
        read_brief_spec(path)
    path.write_text("name: fld\npackages: [royalty]\n")
    assert read_brief_spec(path).name == "fld"


def test_a_copy_is_called_the_largest_only_where_it_is():
    """The shipped brief on evaluation tells facts about the copy that it names, and the fact book has another size."""
    why = " ".join(read_brief_spec("tail-evaluation").paragraphs["why"].split())
    sizes = teacher_student().query("teacher == 'DeepSeek-R1'").groupby("student")["student_params_B"].first()
    named = re.search(r"(R1-Distill-\S+), a copy of DeepSeek-R1, gained \{fact:quality\.r1distill(\d+)b\.", why)
    assert named is not None and sizes[named[1]] == float(named[2])
    assert sizes[named[1]] == sizes.max() or "argest" not in why


GATE_AT_NOUGHT = dict.fromkeys(("api_restriction", "detection_rate", "penalty_multiple", "enforcement_reach"), 0)


@pytest.mark.parametrize(
    ("scenario", "levers", "label", "question"),
    [
        ("baseline", {}, "Baseline", "If models can be copied, who still trains the next one?"),
        ("baseline", {"royalty_rate": 0.2}, "A royalty on copies", "What changes with a royalty on copies?"),
        ("gate-and-detect", {**GATE_AT_NOUGHT, "royalty_rate": 0.2}, "A royalty on copies",
         "What changes with a royalty on copies?"),
        ("gate-and-detect", GATE_AT_NOUGHT, "Copying", "If models can be copied, who still trains the next one?"),
        ("gate-and-detect", {"royalty_rate": 0.2}, "Gate and detect plus a royalty on copies",
         "What changes with closed interfaces, detection of copying, penalties, reach abroad and a royalty on copies?"),
        ("gate-and-detect", {"detection_rate": 0.9}, "Gate and detect, changed",
         "What do closed interfaces, detection and penalties change together?"),
        ("open-commons", {"royalty_rate": 0.2}, "Open commons with a royalty on copies",
         "What changes with open commons and a royalty on copies?"),
        ("baseline", {"tail_evaluation_mandate": 0.5, "royalty_rate": 0.2}, "Several levers together",
         "What changes with mandatory evaluation of rare cases and a royalty on copies?"),
    ],
)  # fmt: skip
def test_a_package_and_its_question_are_named_by_the_levers_in_force(scenario, levers, label, question):
    spec = as_brief_spec({"packages": [{"scenario": scenario, "set": levers}]})
    assert (spec.packages[0].label, spec.question) == (label, question)


def test_a_scenario_of_ones_own_keeps_its_own_words(tmp_path):
    """Its name says what it sets; what is set on top of it is named beside it."""
    path = tmp_path / "mine.yaml"
    levers = ", ".join(f"{name}: 0" for name in GATE_AT_NOUGHT)
    words = "name: my-window\nextends: gate-and-detect\nquestion: Is a window enough?\n"
    path.write_text(f"{words}levers: {{{levers}, release_window: 2}}\n")
    for changed, label in (({}, "My window"), ({"royalty_rate": 0.1}, "My window plus a royalty on copies")):
        spec = as_brief_spec({"packages": [{"scenario": str(path), "set": changed}]})
        assert (spec.packages[0].label, spec.question) == (label, "Is a window enough?")


def test_a_spec_s_own_label_and_question_stand():
    package = {"scenario": "baseline", "set": {"royalty_rate": 0.2}, "label": "Our proposal"}
    spec = as_brief_spec({"question": "Does it pay?", "packages": [package]})
    assert (spec.packages[0].label, spec.question) == ("Our proposal", "Does it pay?")


def test_two_packages_cannot_have_the_same_label():
    rates = [{"scenario": "baseline", "set": {"royalty_rate": rate}, "name": name} for rate, name in
             ((0.1, "low"), (0.3, "high"))]  # fmt: skip
    with pytest.raises(InputError, match="has the label of another package; give one of them a 'label'"):
        as_brief_spec({"packages": rates})
    assert len(as_brief_spec({"packages": [rates[0], {**rates[1], "label": "A high royalty"}]}).packages) == 2


@pytest.mark.parametrize("name", shipped_scenarios())
def test_labels_of_shipped_scenarios_and_each_lever_alone_can_be_printed(name):
    """Short enough, and with nothing that looks like a typed result: else a brief is refused for our own words."""
    for lever, row in {None: None, **book().levers}.items():
        levers = {} if lever is None else {lever: row.moderate}
        found = as_brief_spec({"packages": [{"scenario": name, "set": levers}], "draws": 40}).packages[0]
        assert 0 < len(found.label) <= LABEL_LIMIT
