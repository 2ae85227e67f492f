"""The contract of every source, on a real socket; then what is special to a service."""

import hashlib
import socket
from collections.abc import Callable
from typing import Any

import pytest
from scoring_fakes import MODELS, Fake, site

from jadelite.domain.edits import Edit, Site
from jadelite.domain.errors import Invalid
from jadelite.domain.scores import Score, ScoreFailure
from jadelite.scoring.ores import score_many
from jadelite.scoring.service_cards import ServiceCard
from jadelite.scoring.source import ScoreSource, open_source
from jadelite.upstream.client import Client

Open = Callable[[str], Client]
NAMES = sorted(path.parent.name for path in MODELS.glob("*/card.json"))
WIKIDATA = site("wikidatawiki", code="wikidata", project="wikidata")
SITES = {
    "itemquality": WIKIDATA,
    "itemtopic": WIKIDATA,
    "revertrisk-wikidata": WIKIDATA,
    "reverted": site("elwiki"),
}


def home_of(card: ServiceCard) -> Site:
    return SITES.get(card.name, site("enwiki"))


def edits_of(wiki: Site, *rev_ids: int) -> list[Edit]:
    return [
        Edit(wiki.dbname, rev_id, rev_id - 1, None, None, None, None, "unknown", None, None)
        for rev_id in rev_ids
    ]


@pytest.fixture(params=NAMES)
def card(request: pytest.FixtureRequest, service_cards: dict[str, ServiceCard]) -> ServiceCard:
    return service_cards[request.param]


@pytest.fixture
def source(card: ServiceCard, fake: Fake, open_client: Open) -> ScoreSource:
    return open_source(card, open_client(fake.url))


class TestEverySource:
    def test_scores_name_who_said_what_of_which_edit(
        self, source: ScoreSource, card: ServiceCard
    ) -> None:
        home = home_of(card)
        (score,) = source.score(home, edits_of(home, 12345))
        assert isinstance(score, Score), score
        assert (score.wiki, score.rev_id) == (home.dbname, 12345)
        assert (score.model, score.source) == (source.model_name(home), source.name)
        assert score.model_version
        assert score.scored_at is not None
        assert len(score.answer_digest or "") == 64
        assert (score.value is None) == (card.output != "value")
        assert bool(score.probabilities) == (card.output != "value")

    def test_fifty_edits_with_a_deleted_one_give_forty_nine_scores_and_a_reason(
        self, source: ScoreSource, card: ServiceCard, fake: Fake
    ) -> None:
        fake.troubles[17] = "deleted"
        home = home_of(card)
        outcomes = source.score(home, edits_of(home, *range(1, 51)))
        assert [outcome.rev_id for outcome in outcomes] == list(range(1, 51))
        failures = [each for each in outcomes if isinstance(each, ScoreFailure)]
        assert [(each.rev_id, each.reason) for each in failures] == [(17, "deleted")]
        assert failures[0].failed_at is not None

    def test_each_trouble_has_its_reason_in_any_company(
        self, source: ScoreSource, card: ServiceCard, fake: Fake
    ) -> None:
        fake.troubles.update({2: "missing", 3: "first", 4: "deleted"})
        home = home_of(card)
        for rev_ids in ((2, 3, 4), (2,), (1, 2, 3, 4), (4, 2, 4)):
            outcomes = source.score(home, edits_of(home, *rev_ids))
            found = [getattr(each, "reason", "scored") for each in outcomes]
            right = {1: "scored", 2: "missing", 3: "not-scorable", 4: "deleted"}
            assert found == [right[rev_id] for rev_id in rev_ids]

    def test_a_wiki_that_the_card_does_not_name_is_refused_unasked(
        self, source: ScoreSource, fake: Fake
    ) -> None:
        stranger = site("private", code="en", project="other")
        (outcome,) = source.score(stranger, edits_of(stranger, 1))
        assert isinstance(outcome, ScoreFailure)
        assert outcome.reason == "unsupported-language"
        assert "private" in outcome.detail
        assert fake.requests == []

    def test_an_edit_of_another_wiki_is_the_callers_mistake(
        self, source: ScoreSource, card: ServiceCard
    ) -> None:
        with pytest.raises(Invalid, match="is of dewiktionary"):
            source.score(home_of(card), edits_of(site("dewiktionary", code="de"), 1))

    @pytest.mark.parametrize(
        ("status", "body", "reason"),
        [
            (200, b"<!DOCTYPE html><p>Our servers rest</p>", "bad-answer"),
            (200, b"{}", "bad-answer"),
            (200, b"[]", "bad-answer"),
            (200, b"null", "bad-answer"),
            (200, b'{"error": "something new went wrong"}', "transient"),
            (200, b'{"a": 1', "bad-answer"),
            (204, b"", "bad-answer"),
            (400, b'{"error": "words that nobody knows"}', "client-bug"),
            (403, b"<p>no</p>", "client-bug"),
            (404, b'{"detail": "Not Found"}', "client-bug"),
            (500, b'{"error": "An error happened while fetching feature values"}', "transient"),
            (501, b'{"error": {"code": "not implemented", "message": "no"}}', None),
            (503, b"busy", "transient"),
            (429, b"slow down", "rate-limited"),
        ],
    )
    def test_no_answer_whatever_makes_a_score_or_an_exception(
        self,
        source: ScoreSource,
        card: ServiceCard,
        fake: Fake,
        status: int,
        body: bytes,
        reason: str | None,
    ) -> None:
        fake.override = (status, body)
        home = home_of(card)
        for outcome in source.score(home, edits_of(home, 1, 2)):
            assert isinstance(outcome, ScoreFailure)
            assert reason in (None, outcome.reason), outcome
            assert outcome.detail
            assert outcome.detail.isprintable()

    def test_where_nobody_listens_every_edit_has_failed_for_now(
        self, card: ServiceCard, open_client: Open
    ) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        home = home_of(card)
        outcomes = open_source(card, open_client(f"http://127.0.0.1:{port}")).score(
            home, edits_of(home, 1, 2)
        )
        assert [getattr(each, "reason", None) for each in outcomes] == ["transient"] * 2


def test_the_digest_is_that_of_the_bytes_as_received(
    service_cards: dict[str, ServiceCard], fake: Fake, open_client: Open
) -> None:
    body = b' {"enwiki": {"models": {"damaging": {"version": 7}}, "scores": {"5": {"damaging":'
    body += b' {"score": {"prediction": true, "probability": {"true": 1, "false": 0.0}}}}}}} '
    fake.override = (200, body)
    source = open_source(service_cards["damaging"], open_client(fake.url))
    (score,) = source.score(site("enwiki"), edits_of(site("enwiki"), 5))
    assert isinstance(score, Score)
    assert score.answer_digest == hashlib.sha256(body).hexdigest()
    assert score.probabilities == {"true": 1.0, "false": 0.0}
    assert score.model_version == "7"


def test_twenty_revisions_go_into_one_request_of_revert_risk(
    service_cards: dict[str, ServiceCard], fake: Fake, open_client: Open
) -> None:
    source = open_source(service_cards["revertrisk-language-agnostic"], open_client(fake.url))
    home = site("be_x_oldwiki", code="be-tarask")
    outcomes = source.score(home, edits_of(home, *range(1, 46)))
    assert all(isinstance(each, Score) and each.wiki == "be_x_oldwiki" for each in outcomes)
    sizes = [len(body["instances"]) for _, body in fake.requests]
    assert sizes == [20, 20, 5]
    assert fake.requests[0][1]["instances"][0] == {"rev_id": 1, "lang": "be-tarask"}


def test_a_batch_that_one_revision_spoils_is_asked_again_without_it(
    service_cards: dict[str, ServiceCard], fake: Fake, open_client: Open, monkeypatch: Any
) -> None:
    sentence = "Article with language en and revid 3 has errors when preprocessing"
    usual = fake.answer

    def spoil(path: str, body: Any) -> tuple[int, Any]:
        rev_ids = [each["rev_id"] for each in body.get("instances", [body])]
        status, document = usual(path, body)
        return (500, {"error": sentence}) if 3 in rev_ids else (status, document)

    monkeypatch.setattr(fake, "answer", spoil)
    source = open_source(service_cards["revertrisk-language-agnostic"], open_client(fake.url))
    outcomes = source.score(site("enwiki"), edits_of(site("enwiki"), 1, 2, 3, 4))
    assert [getattr(each, "reason", "scored") for each in outcomes] == [
        "scored",
        "scored",
        "transient",
        "scored",
    ]
    assert len(fake.requests) == 4


def test_one_request_of_ores_asks_several_models(
    service_cards: dict[str, ServiceCard], fake: Fake, open_client: Open
) -> None:
    cards = [service_cards[name] for name in ("ores-damaging", "ores-goodfaith")]
    fake.troubles[2] = "missing"
    found = score_many(open_client(fake.url), cards, site("enwiki"), rev_ids=[1, 2, 3])
    assert len(fake.requests) == 1
    assert {each.model for each in found["ores-goodfaith"]} == {"enwiki-goodfaith"}
    for outcomes in found.values():
        kinds = [getattr(each, "reason", "scored") for each in outcomes]
        assert kinds == ["scored", "missing", "scored"]


def test_no_request_of_ores_asks_for_more_than_twenty_scores(
    service_cards: dict[str, ServiceCard], fake: Fake, open_client: Open
) -> None:
    names = ("ores-damaging", "ores-goodfaith", "ores-articlequality")
    cards = [service_cards[name] for name in names]
    found = score_many(open_client(fake.url), cards, site("enwiki"), rev_ids=list(range(1, 51)))
    assert all(isinstance(each, Score) for outcomes in found.values() for each in outcomes)
    assert len(fake.requests) == 9  # six revisions of three models at a time


def test_a_model_that_ores_has_not_does_not_take_the_others_along(
    service_cards: dict[str, ServiceCard], fake: Fake, open_client: Open
) -> None:
    known = service_cards["ores-damaging"]
    gone = ServiceCard(**{**vars(known), "name": "gone", "endpoint": "none"})
    found = score_many(open_client(fake.url), [known, gone], site("enwiki"), rev_ids=[1, 2])
    assert all(isinstance(each, Score) for each in found["ores-damaging"])
    assert {getattr(each, "reason", None) for each in found["gone"]} == {"unsupported-language"}


def test_a_model_that_has_not_the_wiki_is_left_out_of_the_request(
    service_cards: dict[str, ServiceCard], fake: Fake, open_client: Open
) -> None:
    cards = [service_cards[name] for name in ("ores-damaging", "ores-articlequality")]
    found = score_many(open_client(fake.url), cards, site("dewiki"), rev_ids=[1])
    assert isinstance(found["ores-damaging"][0], Score)
    assert getattr(found["ores-articlequality"][0], "reason", "") == "unsupported-language"
    assert "articlequality" not in fake.requests[0][0]


def test_a_score_of_ores_is_one_of_the_same_model_as_lift_wings(
    service_cards: dict[str, ServiceCard],
) -> None:
    for here, there in (("ores-damaging", "damaging"), ("ores-goodfaith", "goodfaith")):
        ores, liftwing = service_cards[here], service_cards[there]
        assert ores.model_name(site("enwiki")) == liftwing.model_name(site("enwiki"))
        assert ores.wikis == liftwing.wikis
