"""Links to the wikis themselves: real wikis only, by the table's own host."""

import pytest

from jadelite.audit.links import edit_url


def test_a_real_wiki_is_linked_by_its_own_host():
    assert edit_url("fawiki", 7) == "https://fa.wikipedia.org/w/index.php?diff=7"
    assert edit_url("wikidatawiki", 8) == "https://www.wikidata.org/w/index.php?diff=8"


@pytest.mark.parametrize("name", ["sample-fa", "", "FAWIKI", "fawiki ", "evil.example/", "fa.wiki"])
def test_any_other_name_has_no_link(name):
    assert edit_url(name, 7) is None
