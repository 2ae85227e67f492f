"""The shipped site table: what it holds, how wikis are written, that it is whole."""

import csv
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from jadelite.domain.edits import Site
from jadelite.domain.errors import NotFound
from jadelite.wiki.sites import all_sites, describe, find, is_closed

FAMILIES = [
    "wikipedia",
    "wiktionary",
    "wikibooks",
    "wikinews",
    "wikiquote",
    "wikisource",
    "wikiversity",
    "wikivoyage",
]
SINGLES = [
    "commonswiki",
    "wikidatawiki",
    "metawiki",
    "specieswiki",
    "incubatorwiki",
    "mediawikiwiki",
    "sourceswiki",
    "outreachwiki",
    "foundationwiki",
    "wikifunctionswiki",
    "wikimaniawiki",
    "betawikiversity",
]
RIGHT_TO_LEFT = {
    "ar",
    "arc",
    "ary",
    "arz",
    "azb",
    "ckb",
    "dv",
    "fa",
    "glk",
    "he",
    "ks",
    "lrc",
    "mzn",
    "nqo",
    "pnb",
    "ps",
    "sd",
    "skr",
    "ug",
    "ur",
    "yi",
}
ARABIC_BY_NAME_ONLY = ["az", "ha", "kk", "ku", "lad", "ms", "so", "tg", "tt", "tr", "uz"]


@pytest.mark.parametrize(
    ("dbname", "host", "code", "language", "direction"),
    [
        ("enwiki", "en.wikipedia.org", "en", "en", "ltr"),
        ("simplewiki", "simple.wikipedia.org", "simple", "en", "ltr"),
        ("be_x_oldwiki", "be-tarask.wikipedia.org", "be-tarask", "be-tarask", "ltr"),
        ("zh_min_nanwiki", "zh-min-nan.wikipedia.org", "zh-min-nan", "nan", "ltr"),
        ("zh_classicalwiki", "zh-classical.wikipedia.org", "zh-classical", "lzh", "ltr"),
        ("zh_yuewiki", "zh-yue.wikipedia.org", "zh-yue", "yue", "ltr"),
        ("nowiki", "no.wikipedia.org", "no", "nb", "ltr"),
        ("alswiki", "als.wikipedia.org", "als", "gsw", "ltr"),
        ("crhwiki", "crh.wikipedia.org", "crh", "crh", "ltr"),
        ("roa_rupwiki", "roa-rup.wikipedia.org", "roa-rup", "rup", "ltr"),
        ("roa_tarawiki", "roa-tara.wikipedia.org", "roa-tara", "nap-x-tara", "ltr"),
        ("cbk_zamwiki", "cbk-zam.wikipedia.org", "cbk-zam", "cbk", "ltr"),
        ("fiu_vrowiki", "fiu-vro.wikipedia.org", "fiu-vro", "vro", "ltr"),
        ("bat_smgwiki", "bat-smg.wikipedia.org", "bat-smg", "sgs", "ltr"),
        ("map_bmswiki", "map-bms.wikipedia.org", "map-bms", "jv-x-bms", "ltr"),
        ("nds_nlwiki", "nds-nl.wikipedia.org", "nds-nl", "nds-NL", "ltr"),
        ("yuewiktionary", "yue.wiktionary.org", "yue", "yue", "ltr"),
        ("kuwiki", "ku.wikipedia.org", "ku", "ku", "ltr"),
        ("fawikivoyage", "fa.wikivoyage.org", "fa", "fa", "rtl"),
        ("kswiki", "ks.wikipedia.org", "ks", "ks", "rtl"),
        ("ukwiki", "uk.wikipedia.org", "uk", "uk", "ltr"),
        ("wikidatawiki", "www.wikidata.org", "wikidata", "mul", "ltr"),
        ("commonswiki", "commons.wikimedia.org", "commons", "mul", "ltr"),
        ("sourceswiki", "wikisource.org", "sources", "mul", "ltr"),
        ("etwikimedia", "ee.wikimedia.org", "et", "et", "ltr"),
    ],
)
def test_a_wiki_is_found_with_its_host_language_and_direction(
    dbname, host, code, language, direction
):
    site = find(dbname)

    assert (site.dbname, site.host, site.code) == (dbname, host, code)
    assert (site.language, site.direction) == (language, direction)
    assert site.api_url == f"https://{host}/w/api.php"
    assert describe(dbname).language == language
    assert describe(dbname).direction == direction


def test_a_language_is_written_the_same_way_in_all_its_projects() -> None:
    directions = {}
    for site in all_sites():
        directions.setdefault(site.language, set()).add(site.direction)

    assert {lang for lang, found in directions.items() if found == {"rtl"}} == RIGHT_TO_LEFT
    assert all(directions[language] == {"ltr"} for language in ARABIC_BY_NAME_ONLY)
    assert all(len(found) == 1 for found in directions.values())
    assert {site.direction for site in all_sites()} == {"ltr", "rtl"}


def test_names_and_hosts_stand_once_and_are_plain() -> None:
    sites = all_sites()

    assert [site.dbname for site in sites] == sorted({site.dbname for site in sites})
    assert len({site.host for site in sites}) == len(sites)
    for site in sites:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", site.dbname)
        assert re.fullmatch(r"([a-z0-9-]+\.)?(wik[a-z]+|mediawiki)\.org", site.host), site.host
        assert re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", site.language), site.language


def test_closed_wikis_are_found_and_marked() -> None:
    assert find("aawiki").host == "aa.wikipedia.org"
    assert is_closed("aawiki")
    assert not is_closed("enwiki")
    assert not is_closed("no-such-wiki")


def test_the_operators_wikis_come_first_and_keep_their_own_address() -> None:
    def own(dbname: str, language: str, direction: str) -> Site:
        api = f"http://127.0.0.1:8099/{dbname}/api.php"
        return Site(dbname, "127.0.0.1:8099", "en", "wikipedia", language, direction, api)

    wikis = [own("enwiki", "fa", "ltr"), own("ourwiki", "ckb-Latn", "auto")]
    wikis += [own("theirwiki", "ku-Arab", "auto"), own("nowiki", "und", "auto")]
    hosts = SimpleNamespace(wikis={wiki.dbname: wiki for wiki in wikis})

    assert find("enwiki", hosts) == wikis[0]
    assert find("ourwiki", hosts).direction == "ltr"
    assert find("ourwiki", hosts).api_url == wikis[1].api_url
    assert describe("theirwiki", hosts).direction == "rtl"
    assert describe("nowiki", hosts).language == "und"
    assert describe("nowiki", hosts).direction == "auto"
    assert find("dewiki", hosts) == find("dewiki")
    with pytest.raises(NotFound):
        find("ourwiki")


@pytest.fixture(scope="module")
def listed(shared: Path) -> list[dict[str, str]]:
    with (shared / "sites" / "wikis.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def test_every_public_wiki_of_the_families_is_there_with_its_host_and_state(listed) -> None:
    rows = [row for row in listed if row["visibility"] == "public"]
    rows = [
        row for row in rows if row["database_group"] in FAMILIES or row["database_code"] in SINGLES
    ]
    wrong = []
    for row in rows:
        name = row["database_code"]
        site = find(name)
        if (site.host, is_closed(name)) != (row["domain_name"], row["status"] == "closed"):
            wrong.append(name)
        if row["database_group"] in FAMILIES and site.project != row["database_group"]:
            wrong.append(name)

    assert len(rows) == 929 + len(SINGLES)
    assert wrong == []


def test_no_shipped_site_is_unknown_private_or_elsewhere_than_the_list_says(listed) -> None:
    known = {row["database_code"]: row for row in listed}

    for site in all_sites():
        row = known[site.dbname]
        assert row["domain_name"] == site.host
        assert (row["visibility"], row["editability"]) == ("public", "public")


def test_languages_are_those_of_the_list_or_differ_for_a_reason(listed) -> None:
    known = {
        row["database_code"]: row["language_code"]
        for row in listed
        if row["database_group"] in FAMILIES
    }
    ours = {
        (known[site.dbname], site.language)
        for site in all_sites()
        if site.dbname in known and known[site.dbname] != site.language
    }

    # Codes that mean another language in BCP 47, are of a project only, or are written otherwise.
    assert ours == {
        ("bh", "bho"),
        ("cbk-zam", "cbk"),
        ("eml", "egl"),
        ("map-bms", "jv-x-bms"),
        ("nds-nl", "nds-NL"),
        ("no", "nb"),
        ("nrm", "nrf"),
        ("roa-tara", "nap-x-tara"),
        ("simple", "en"),
    }
