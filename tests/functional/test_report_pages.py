"""The report's page: what is seen first, that no number stands alone, the dial, what follows."""

import re
from collections.abc import Callable
from dataclasses import fields, replace

import factories
import pytest
import report_samples as samples
from reader import Reader
from sqlalchemy import text

from jadelite.domain.figures import Figure
from jadelite.domain.model_reports import Cells
from jadelite.domain.reports import Report
from jadelite.web import words_reports

PAGE = "/reports/a-campaign"
DOUBTS_OF_IMPORT = ("low-response", "not-a-sample")


@pytest.fixture
def stored(services) -> Callable[[Report], None]:
    """Freeze a report of a campaign with three edits."""
    factories.make_campaign(services.database, services.clock())
    return lambda report: samples.store(services.database, report)


def act_as(reader: Reader, role: str) -> Reader:
    return reader.get("/account").post("/try").post("/account/role", role=role)


def first_finding(reader: Reader) -> str:
    """The text of the first model's verdict."""
    found = re.search(r'<section class="finding.*?</section>', reader.text, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def test_the_verdict_comes_first_in_one_sentence(reader, stored) -> None:
    stored(samples.report())

    told = first_finding(reader.get(PAGE))

    assert "Of 1,240 edits that it flags a day, 94.0% (91.5% – 96.5%) really are damaging" in told
    assert "it catches 57.0% (51.0% – 63.0%) of the damage." in told
    assert "612 judged edits · 48 reviewers · threshold 0.85" in told


def test_good_faith_has_a_sentence_of_its_own(reader, stored) -> None:
    stored(samples.report(samples.question("goodfaith", samples.model())))

    assert "edits that it takes for good faith a day" in first_finding(reader.get(PAGE))


def test_a_model_that_finds_almost_nothing_can_not_be_missed(reader, stored) -> None:
    stored(samples.report(samples.question("damaging", samples.useless_model())))

    told = first_finding(reader.get(PAGE))

    assert told.index("This model finds almost nothing: 1 of 339 damaging edits") < told.index(
        "Too few judgments for a verdict."
    )
    # Precision rests on the one edit that it flagged.
    assert "what amounts to 1 flagged edit. It takes at least 29 more." in told
    assert "really are damaging" not in told
    assert "0.3%" in told
    assert "0.05% – 1.7%" in told
    assert '<span class="sign" aria-hidden="true">⚠</span>' in reader.text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("mostly-false-alarms", "Most of what it flags is a false alarm"),
        ("sample-unlike-wiki", "The sample is not like the wiki: people say yes to 31.0%"),
        ("threshold-flags-nothing", "At its threshold it flags none"),
        ("guardrail-crossed", "A bound that was written beforehand is crossed."),
        ("scores-missing", "4 judged edits have no score of this model"),
    ],
)
def test_every_alarm_is_a_sentence(reader, stored, code, words) -> None:
    stored(samples.report(samples.question("damaging", samples.model(alarms=(code,)))))

    assert words in first_finding(reader.get(PAGE))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("damaging", "It flags 1 edit a day. Of all that it flags, 94.0%"),
        ("goodfaith", "It takes 1 edit a day for good faith. Of all that it takes for it, 94.0%"),
    ],
)
def test_a_single_edit_a_day_is_no_plural(reader, stored, question, words) -> None:
    one = samples.model(workload=replace(samples.model().workload, flagged=samples.count(1)))
    stored(samples.report(samples.question(question, one)))

    assert words in first_finding(reader.get(PAGE))


def test_one_flagged_edit_in_an_alarm_is_no_plural(reader, stored) -> None:
    one = samples.rates(cells=Cells(tn=40.0, fp=1.0, fn=1.0, tp=0.0))
    alarms = ("finds-almost-nothing", "mostly-false-alarms")
    model = samples.model(alarms=alarms, in_sample=one, rates=one)
    stored(samples.report(samples.question("damaging", model)))

    told = first_finding(reader.get(PAGE))

    assert "0 of 1 damaging edit at its threshold" in told
    assert "people say no to 1 of 1 flagged edit that was judged" in told


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("damaging", "57.0% (51.0% – 63.0%) of the damage at its threshold, though its"),
        ("goodfaith", "57.0% (51.0% – 63.0%) of the edits that people say yes to, though its"),
    ],
)
def test_an_alarm_of_a_weighted_figure_says_that_figure(reader, stored, question, words) -> None:
    """Counts of the sample would say something else."""
    alarms = ("finds-almost-nothing", "mostly-false-alarms")
    few = samples.rates(precision=Figure(0.138, 0.102, 0.184, 301, "stratified-wilson"))
    model = samples.model(
        alarms=alarms, rates=few, in_sample=samples.rates(cells=Cells(400.0, 84.0, 20.0, 46.0))
    )
    stored(samples.report(samples.question(question, model)))

    told = first_finding(reader.get(PAGE))

    assert f"This model finds almost nothing: {words} accuracy reads 97.6%." in told
    assert "people say yes to only 13.8% (10.2% – 18.4%) of it." in told
    assert " of 130 " not in told


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ("precision", "Its precision rests on what amounts to 29 flagged edits."),
        ("recall", "Its recall rests on what amounts to 29 edits that people say yes to."),
    ],
)
def test_no_verdict_on_fewer_than_thirty_in_either_figure(reader, stored, figure, words) -> None:
    few = samples.rates(**{figure: samples.fig(0.6, 0.1, 29)})
    stored(samples.report(samples.question("damaging", samples.model(rates=few))))

    told = first_finding(reader.get(PAGE))

    assert f"Too few judgments for a verdict. {words} It takes at least 1 more." in told
    assert "really are damaging" not in told


def test_what_is_missing_is_named_in_words(reader, stored) -> None:
    stored(samples.report())
    told = reader.get(PAGE).words

    assert "Damaging – Conger’s kappa: the import does not say who judged" in told


def test_the_wikis_own_cut_is_told_in_words_and_others_by_their_names(reader, stored) -> None:
    lines = (samples.line(0.5, ("default",)), samples.line(0.85, ("very-likely",)))
    stored(samples.report(samples.question("damaging", samples.model(thresholds=lines))))

    chips = re.findall(r'<span class="chip">.*?</span>', reader.get(PAGE).text)
    assert '<span class="chip">the wiki’s threshold</span>' in chips
    assert '<span class="chip"><bdi>very-likely</bdi></span>' in chips


def test_tiny_p_values_are_bounds(reader, stored) -> None:
    part = replace(samples.part("editor", "newcomer", 0.01), p_adjusted=0.0000004)
    question = samples.question(
        "damaging", samples.model(slices=(part,)), samples.model(version="8")
    )
    pair = replace(question.comparisons[0], mcnemar_p=0.0002)
    stored(samples.report(replace(question, comparisons=(pair,))))

    assert 'data-label="p">&lt; 0.001<' in reader.get(PAGE).text
    assert "McNemar’s exact test: p < 0.001" in reader.words
    assert "0.000" not in reader.words


def test_nothing_is_weighted_by_a_draw_that_was_none(reader, stored) -> None:
    stored(samples.report(kind="import", sample=None, trust=samples.trust(doubts=DOUBTS_OF_IMPORT)))

    told = reader.get(PAGE).words
    assert "Weighted by the draw" not in told
    assert "drawn" not in told.split("Can this be trusted?")[1].split("Could not be computed")[0]


def test_too_little_gives_no_verdict_but_says_how_much_more_it_takes(reader, stored) -> None:
    stored(samples.report(samples.question("damaging", samples.model(n_effective=18.4))))

    told = first_finding(reader.get(PAGE))

    assert "Too few judgments for a verdict." in told
    assert "It takes at least 12 more." in told
    assert "really are damaging" not in told
    assert "94.0%" in told  # the figures stay, with their intervals


def test_every_printed_figure_stands_with_its_interval_n_method_and_how(reader, stored) -> None:
    stored(samples.report())
    reader.get(PAGE)

    for row in re.findall(r'<table class="figures single">.*?</table>', reader.text, re.DOTALL):
        for line in re.findall(r"<tr>.*?</tr>", row.split("<tbody>")[1], re.DOTALL):
            assert 'class="how"' in line
            assert re.search(r'data-label="n">[\d,]+', line), line
    assert reader.text.count("Weighted by the draw, Wilson interval on the effective number") > 10
    assert not re.search(r"\b(nan|None)\b", reader.words)


def test_each_how_leads_to_an_explanation_that_is_there(reader, stored) -> None:
    stored(samples.report())
    anchors = set(re.findall(r'href="/methods#([\w-]+)"', reader.get(PAGE).text))

    assert len(anchors) > 40
    explained = set(re.findall(r'id="([\w-]+)"', reader.get("/methods").text))
    assert anchors - explained == set()


def test_the_whole_distribution_of_votes_is_shown(reader, stored) -> None:
    stored(samples.report())
    table = re.search(r'<table class="patterns">.*?</table>', reader.get(PAGE).text, re.DOTALL)

    assert table is not None
    assert table[0].count("<tr>") == 6  # five patterns below the heading
    assert "Not sure" in table[0]


def test_trust_and_changes_and_versions_have_their_place(reader, stored) -> None:
    stored(
        samples.report(samples.question("damaging", samples.model(), samples.model(version="8")))
    )
    words = reader.get(PAGE).words

    assert words.index("really are damaging") < words.index("Can this be trusted?")
    assert "Many of these edits have not been judged." in words
    assert "No difference in precision can be seen." in words
    assert "about 2,400 judged edits would show it" in words
    assert "scored on the same edits later" not in words  # both are audited


def test_a_chosen_threshold_is_shown_without_javascript(reader, stored) -> None:
    stored(samples.report())
    reader.get(f"{PAGE}?question=damaging&model=sample-fa-damaging@7&t=0.61")

    shown = re.search(r'<details class="fold-section" id="q1m1-dial" open>', reader.text)
    assert shown is not None
    assert 'data-out="threshold">0.60<' in reader.text
    assert 'name="t" min="0" max="1" step="0.001" value="0.61"' in reader.text
    assert 'role="status">Shown for <b data-near>0.60</b>, the nearest that' in reader.text
    assert reader.text.count('role="status" hidden>Shown for') == 1  # of the other question
    assert 'id="q2m1-dial" open' not in reader.text


@pytest.mark.parametrize("written", ["x", "2", "-1", "nan", "inf"])
def test_what_is_no_threshold_is_refused(reader, stored, written) -> None:
    stored(samples.report())

    assert reader.get(f"{PAGE}?t={written}").page.status_code == 422
    assert "A threshold is a number from 0 to 1." in reader.words


def test_only_who_leads_is_offered_to_ask_for_more(reader, new_reader, stored) -> None:
    stored(samples.report())
    assert "Ask for 180 more" not in act_as(reader, "model-team").get(PAGE).words
    assert "Ask for 180 more" in act_as(new_reader(), "coordinator").get(PAGE).words


def test_more_can_not_be_asked_where_nobody_drew(reader, stored) -> None:
    stored(samples.report())
    act_as(reader, "coordinator").get(PAGE).post(f"{PAGE}/more", threshold="0.97", n="180")

    assert reader.page.status_code == 409
    assert "were not drawn by score" in reader.words
    reader.post(f"{PAGE}/more", threshold="x", n="180")
    assert reader.page.status_code == 422


def test_the_model_team_tells_what_came_of_the_labels(reader, new_reader, stored, services) -> None:
    stored(samples.report())
    assert "Nobody has told yet what came of these labels." in new_reader().get(PAGE).words
    act_as(reader, "model-team").get(PAGE)
    fields_ = {"kind": "training", "text": "Trained <b>again</b>.", "model": "m@2", "url": ""}
    reader.post(f"{PAGE}/uses", **fields_)

    told = new_reader().get(PAGE)
    assert "Trained <b>again</b>." in told.words
    assert "<b>again" not in told.text
    assert "Tell what came of them" not in told.words
    with services.database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM label_use")) == 1


def test_a_use_that_can_not_be_right_comes_back_with_what_is_wrong(reader, stored) -> None:
    stored(samples.report())
    act_as(reader, "model-team").get(PAGE)
    reader.post(f"{PAGE}/uses", kind="training", text="", url="javascript:alert(1)")

    assert reader.page.status_code == 422
    assert "Please say in a sentence what was done" in reader.words
    assert "This is not the address of a web page." in reader.words


def test_an_import_says_that_it_is_no_sample(reader, stored) -> None:
    stored(samples.report(kind="import", sample=None))

    assert "not a sample of the wiki" in first_finding(reader.get(PAGE))
    assert "Not a sample of the wiki" in reader.words


def test_a_report_without_any_figure_is_a_page_too(reader, stored) -> None:
    empty = samples.none()
    rates = samples.rates(
        n_cases=0,
        **{
            item.name: empty
            for item in fields(samples.rates())
            if item.name not in ("n_cases", "cells")
        },
    )
    bare = samples.model(
        n_effective=0.0, rates=rates, in_sample=rates, thresholds=(), recommendations=(),
        slices=(), trend=(), guardrails=(), histogram=(),
        lists=(),
    )  # fmt: skip
    question = samples.question("damaging", bare)
    stored(samples.report(question, sample=None, window_from=None, window_to=None, days=None))

    reader.get(PAGE)

    assert reader.page.status_code == 200
    assert "Nothing can be said of thresholds yet." in reader.words
    assert "It isn’t known when these edits were made." in reader.words
    assert not re.search(r"\b(nan|None)\b", reader.words)


def test_every_trend_mark_is_a_sentence(reader, stored) -> None:
    marks = (
        samples.mark("2026-10-14", "guideline", "2"),
        samples.mark("2026-10-20", "version", "8"),
    )
    stored(samples.report(samples.question("damaging", samples.model(marks=marks))))

    assert "judged by version 2 of the guideline from here on" in reader.get(PAGE).words
    assert reader.text.count('class="version"') == 2
    assert set(words_reports.MARKS) == {"guideline", "version"}


def test_what_was_asked_for_is_confirmed(reader, stored, monkeypatch) -> None:
    stored(samples.report())
    asked = {}
    monkeypatch.setattr(
        "jadelite.audit.asking_more.ask_for_more", lambda *_, **given: asked.update(given) or 7
    )
    act_as(reader, "coordinator").get(PAGE).post(f"{PAGE}/more", threshold="0.97", n="180")

    assert "7 more edits will be drawn for judging." in reader.words
    assert (asked["threshold"], asked["n"]) == (0.97, 180)
