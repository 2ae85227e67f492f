"""Links to the wikis themselves: real wikis only, by the table's own host; and read back."""

import pytest

from jadelite.audit.links import edit_url, read_address
from jadelite.domain.errors import Invalid


def test_a_real_wiki_is_linked_by_its_own_host():
    assert edit_url("fawiki", 7) == "https://fa.wikipedia.org/w/index.php?diff=7"
    assert edit_url("wikidatawiki", 8) == "https://www.wikidata.org/w/index.php?diff=8"


@pytest.mark.parametrize("name", ["sample-fa", "", "FAWIKI", "fawiki ", "evil.example/", "fa.wiki"])
def test_any_other_name_has_no_link(name):
    assert edit_url(name, 7) is None


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://fi.wikipedia.org/w/index.php?diff=123&oldid=122", ("fiwiki", 123)),
        ("https://fi.wikipedia.org/w/index.php?title=Talo&diff=prev&oldid=77", ("fiwiki", 77)),
        ("https://fi.wikipedia.org/w/index.php?title=Talo&oldid=77", ("fiwiki", 77)),
        ("https://fi.wikipedia.org/w/index.php?title=Special:Diff/5", ("fiwiki", 5)),
        ("https://fi.m.wikipedia.org/wiki/Special:Diff/123", ("fiwiki", 123)),
        ("fi.wikipedia.org/wiki/Toiminnot:Muutos/122/123", ("fiwiki", 123)),
        ("https://en.wikipedia.org/wiki/Special:Diff/5/prev", ("enwiki", 5)),
        ("https://fa.wikipedia.org/wiki/%D9%88%DB%8C%DA%98%D9%87:%D8%AA/55", ("fawiki", 55)),
        ("HTTPS://WWW.Wikidata.org/w/index.php?diff=8", ("wikidatawiki", 8)),
        ("https://jadelite.example/edits/sample-fi/1002?uselang=fi", ("sample-fi", 1002)),
        (" 0012 ", ("fiwiki", 12)),
    ],
)
def test_the_address_of_a_change_names_its_edit(address, found):
    assert read_address(address, "fiwiki") == found


@pytest.mark.parametrize(
    "address",
    [
        "", "word", "0", "-5", "١٢", "9" * 19, "9" * 5000, "javascript:alert(1)", "http://[",
        "https://evil.example/w/index.php?diff=1",
        "https://fi.wikipedia.org.evil.example/w/index.php?diff=1",
        "https://fi.wikipedia.org/wiki/Talo",
        "https://fi.wikipedia.org/w/index.php?diff=next&oldid=5",
        "https://fi.wikipedia.org/w/index.php?diff=99999999999999999999",
        "https://jadelite.example/edits/FI WIKI/1002",
        "https://fi.wikipedia.org/?" + "&".join(["a=1"] * 60),
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_change_is_refused(address):
    with pytest.raises(Invalid):
        read_address(address, "fiwiki")


@pytest.mark.parametrize("wiki", ["", "FIWIKI", "fi wiki", "../x"])
def test_a_number_needs_the_name_of_a_wiki(wiki):
    with pytest.raises(Invalid):
        read_address("12", wiki)
