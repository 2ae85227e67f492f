"""What is known of a wiki by its database name."""

import pytest

from jadelite.wiki.sites import describe

KNOWN = {"ar": "rtl", "ca": "ltr", "en": "ltr", "fa": "rtl", "fi": "ltr"}


@pytest.mark.parametrize(("language", "direction"), KNOWN.items())
def test_the_five_wikis_and_their_samples_have_a_language_and_a_direction(language, direction):
    wiki, sample = describe(f"{language}wiki"), describe(f"sample-{language}")

    assert (wiki.dbname, wiki.language, wiki.direction) == (f"{language}wiki", language, direction)
    assert not wiki.is_sample
    assert sample.dbname == f"sample-{language}"
    assert (sample.language, sample.direction) == (language, direction)
    assert sample.is_sample


@pytest.mark.parametrize(
    ("dbname", "is_sample"),
    [
        ("no_such_wiki", False),
        ("fawiki.example.org", False),
        ("FAWIKI", False),
        ("fa", False),
        ("", False),
        ("sample-no-such", True),
        ("sample-fawiki", True),
        ("sample-", True),
        ("sample-sample-fa", True),
    ],
)
def test_an_unknown_wiki_is_named_as_given_and_nothing_is_guessed_of_it(dbname, is_sample):
    wiki = describe(dbname)

    assert wiki.dbname == dbname
    assert (wiki.language, wiki.direction) == ("und", "auto")
    assert wiki.is_sample is is_sample
