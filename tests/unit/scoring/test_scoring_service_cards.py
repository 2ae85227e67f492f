"""Service cards: the shipped ones, which wikis they are for, and cards that are wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from scoring_fakes import CARDS, MODELS, site

from jadelite.domain.errors import Invalid, NotFound
from jadelite.scoring.cards import read_cards
from jadelite.scoring.service_cards import find_service_card, read_service_cards

RAW = json.loads((MODELS / "damaging/card.json").read_text(encoding="utf-8"))


def test_the_shipped_cards_are_nineteen_and_say_what_they_are_no_good_for() -> None:
    assert len(CARDS) == 19
    for card in CARDS.values():
        assert len(card.limits) >= 2
        assert all(link.startswith("https://") for link in card.links)
        assert card.description.endswith(".")


def test_cards_of_local_models_and_of_services_lie_beside_each_other() -> None:
    assert [card.name for card in read_cards(MODELS)] == ["local-damaging"]
    assert "local-damaging" not in CARDS


def test_every_wiki_on_a_card_is_a_wiki(shared: Path) -> None:
    lines = (shared / "sites/wikis.tsv").read_text(encoding="utf-8").splitlines()[1:]
    known = {line.split("\t")[0] for line in lines}
    for card in CARDS.values():
        assert card.wikis.names <= known, card.name


def test_the_wikis_with_model_information_are_on_the_cards(shared: Path) -> None:
    text = (shared / "editquality-model-info/model_info.json").read_text(encoding="utf-8")
    for key in json.loads(text):
        wiki, model = key.split(".")
        assert CARDS[model].covers(site(wiki)), key


def test_stored_names_name_the_wiki_only_where_each_wiki_has_its_own_model() -> None:
    assert CARDS["damaging"].model_name(site("cawiki")) == "cawiki-damaging"
    assert CARDS["damaging"].endpoint_name(site("cawiki")) == "cawiki-damaging"
    assert CARDS["ores-damaging"].endpoint_name(site("cawiki")) == "damaging"
    assert CARDS["revertrisk-multilingual"].model_name(site("cawiki")) == "revertrisk-multilingual"


class TestWhoIsCovered:
    def test_multilingual_revert_risk_has_its_own_forty_seven(self) -> None:
        card = CARDS["revertrisk-multilingual"]
        assert len(card.wikis.names) == 47
        assert card.covers(site("fawiki"))
        for dbname in ("ptwiki", "simplewiki", "scowiki"):
            assert not card.covers(site(dbname))

    def test_wikidata_revert_risk_is_for_wikidata_only(self) -> None:
        card = CARDS["revertrisk-wikidata"]
        assert card.covers(site("wikidatawiki", code="wikidata", project="wikidata"))
        assert not card.covers(site("enwiki"))

    @pytest.mark.parametrize(
        ("dbname", "code"),
        [
            ("be_x_oldwiki", "be-tarask"),
            ("zh_min_nanwiki", "zh-min-nan"),
            ("simplewiki", "simple"),
            ("alswiki", "als"),
        ],
    )
    def test_every_wikipedia_is_known_by_its_code(self, dbname: str, code: str) -> None:
        assert CARDS["revertrisk-language-agnostic"].covers(site(dbname, code=code))

    @pytest.mark.parametrize(
        ("dbname", "code", "project"),
        [
            ("enwiktionary", "en", "wiktionary"),
            ("testwiki", "test", "test"),
            ("mywiki", "en", "wikipedia"),  # an operator's own: "en" would lead elsewhere
            ("enwiki", "de", "wikipedia"),
            ("dewiki", "de", "other"),
        ],
    )
    def test_a_code_that_leads_to_another_wiki_covers_none(
        self, dbname: str, code: str, project: str
    ) -> None:
        home = site(dbname, code=code, project=project)
        for name in ("revertrisk-language-agnostic", "revertrisk-multilingual", "articlequality"):
            assert not CARDS[name].covers(home)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "jadelite.model-card/1"},
        {"name": "other"},
        {"question": "reverted"},
        {"output": "class"},
        {"service": "elsewhere"},
        {"protocol": "soap"},
        {"protocol": "ores-v3"},
        {"endpoint": "../{wiki}-damaging"},
        {"endpoint": "a/b"},
        {"stored_name": ""},
        {"wikis": []},
        {"wikis": ["en.wikipedia.org"]},
        {"wikis": {"exceptions": []}},
        {"wikis": "enwiki"},
        {"batch_size": 0},
        {"batch_size": 2},
        {"batch_size": True},
        {"output": "value"},
        {"extra": 1},
        {"limits": None},
    ],
)
def test_a_wrong_card_is_refused_by_name(tmp_path: Path, change: dict[str, Any]) -> None:
    folder = tmp_path / "damaging"
    folder.mkdir()
    (folder / "card.json").write_text(json.dumps({**RAW, **change}), encoding="utf-8")
    with pytest.raises(Invalid, match=r"damaging/card\.json") as caught:
        read_service_cards(tmp_path)
    assert caught.value.code == "bad-card"


def test_a_card_is_found_by_its_name_or_not_at_all(tmp_path: Path) -> None:
    assert find_service_card(MODELS, "ores-goodfaith").service == "ores"
    for name in ("local-damaging", "../models/damaging", "nothing", ""):
        with pytest.raises(NotFound):
            find_service_card(MODELS, name)
    assert read_service_cards(tmp_path) == []
