"""Which servers may be asked: those shipped, and those an operator named on purpose."""

from dataclasses import replace

import pytest

from jadelite.domain.edits import Site
from jadelite.domain.errors import Invalid, NotFound
from jadelite.upstream.manners import Manners
from jadelite.upstream.open import Upstreams
from jadelite.upstream.services import SERVICES, Hosts, read_hosts_file

FAWIKI = Site(
    "fawiki", "fa.wikipedia.org", "fa", "wikipedia", "fa", "rtl",
    "https://fa.wikipedia.org/w/api.php",
)  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def put(text):
        path = tmp_path / "upstreams.toml"
        path.write_text(text)
        return path

    return put


def test_what_is_shipped_speaks_https_and_asks_at_most_three_at_once():
    assert set(SERVICES) == {"liftwing", "ores", "eventstreams"}
    for name, upstream in SERVICES.items():
        assert upstream.name == name
        assert upstream.base_url.startswith("https://")
        assert upstream.manners.concurrency <= 3
        assert upstream.manners.rate_per_second <= 15


def test_without_a_file_nothing_is_named():
    assert read_hosts_file("") == Hosts()


def test_an_operator_names_services_and_wikis(write):
    hosts = read_hosts_file(
        write(
            '[services]\nliftwing = "http://127.0.0.1:8080/v1/"\n'
            '[wikis]\nmywiki = {api = "http://127.0.0.1:8099/api.php", language = "en"}\n'
            'fa_test = {api = "https://w.example.org/w/api.php", language = "fa",'
            ' code = "fa-x", project = "wiktionary", direction = "rtl"}\n'
        )
    )

    assert hosts.services == {"liftwing": "http://127.0.0.1:8080/v1"}
    assert hosts.wikis["mywiki"] == Site(
        "mywiki", "127.0.0.1:8099", "en", "wikipedia", "en", "auto", "http://127.0.0.1:8099/api.php"
    )
    assert hosts.wikis["fa_test"] == Site(
        "fa_test", "w.example.org", "fa-x", "wiktionary", "fa", "rtl",
        "https://w.example.org/w/api.php",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "key", "right"),
    [
        ("services = 3", "services = 3", "expected a table"),
        ("[service]", "'service'", "expected services or wikis"),
        ("[services]\nlift = 'https://x.org'", "services.lift", "expected one of liftwing"),
        ("[services]\nores = 5", "services.ores = 5", "expected http:// or https://"),
        ("[services]\nores = 'ftp://x.org'", "services.ores", "expected http:// or https://"),
        ("[services]\nores = 'file:///etc/passwd'", "services.ores", "expected http://"),
        ("[services]\nores = 'http://u:p@x.org'", "services.ores", "no user"),
        ("[services]\nores = 'https://x.org/?a=b'", "services.ores", "no user, query"),
        ("[services]\nores = 'https://x.org/#a'", "services.ores", "fragment"),
        ("[services]\nores = 'https://'", "services.ores", "a host"),
        ("[services]\nores = 'https://x.org:99999'", "services.ores", "a host"),
        ("[services]\nores = 'https://x.org:0'", "services.ores", "a host"),
        ("[services]\nores = 'https://x\\.org'", "services.ores", "a host"),
        ("[services]\nores = 'https://x .org'", "services.ores", "a host"),
        ("[wikis]\nX = {}", "wikis.X", "expected small letters"),
        ("[wikis]\nmywiki = 'https://x.org'", "wikis.mywiki", "expected {api"),
        ("[wikis]\nmywiki = {}", "wikis.mywiki.api", "a host"),
        ("[wikis]\nmywiki = {api = 'https://x.org'}", "wikis.mywiki.language", "such as en"),
        ("[wikis.m]\napi = 'https://x.org'\nlanguage = 'e n'", "wikis.m.language", "such as en"),
        (
            "[wikis.m]\napi = 'https://x.org'\nlanguage = 'en'\ndirection = 'up'",
            "wikis.m.direction",
            "expected ltr",
        ),
        (
            "[wikis.m]\napi = 'https://x.org'\nlanguage = 'en'\ncode = 'a@b'",
            "wikis.m.code",
            "letters",
        ),
        ("[wikis.m]\nurl = 'https://x.org'", "wikis.m.url", "expected api"),
        ("[services", "is no TOML", ""),
    ],
)
def test_a_wrong_file_is_told_its_key_and_what_would_be_right(write, text, key, right):
    path = write(text)
    with pytest.raises(Invalid) as caught:
        read_hosts_file(path)

    assert caught.value.detail.startswith(f"{path} (JADELITE_UPSTREAMS_FILE) ")
    assert key in caught.value.detail
    assert right in caught.value.detail


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Invalid, match=r"nothing\.toml.* can't be read \(No such file"):
        read_hosts_file(tmp_path / "nothing.toml")
    (tmp_path / "latin.toml").write_bytes(b"# caf\xe9")
    with pytest.raises(Invalid, match="not UTF-8"):
        read_hosts_file(tmp_path / "latin.toml")


def test_without_a_contact_nobody_outside_is_asked(tmp_path):
    with pytest.raises(Invalid, match=r"JADELITE_CONTACT is empty.*expected an e-mail") as caught:
        Upstreams(contact=" ", run_folder=tmp_path)
    assert caught.value.code == "no-contact"
    Upstreams(contact="", run_folder=tmp_path, is_contact_required=False)


@pytest.mark.parametrize("contact", ["a\r\nX-Evil: 1", "naïve@example.org", "x" * 201])
def test_a_contact_that_fits_no_header_is_refused(tmp_path, contact):
    with pytest.raises(Invalid, match="JADELITE_CONTACT is"):
        Upstreams(contact=contact, run_folder=tmp_path)


def test_services_are_known_by_name_and_stand_where_the_operator_says(tmp_path):
    hosts = Hosts(
        services={"ores": "http://127.0.0.1:1"}, manners={"ores": Manners(rate_per_second=99)}
    )
    upstreams = Upstreams(contact="me", run_folder=tmp_path, hosts=hosts)

    assert upstreams.service("ores").upstream.base_url == "http://127.0.0.1:1"
    assert upstreams.service("ores").upstream.manners.rate_per_second == 99
    assert upstreams.service("ores") is upstreams.service("ores")
    assert upstreams.service("liftwing").upstream == SERVICES["liftwing"]
    for name in ("nobody", "", "wikis", "../ores"):
        with pytest.raises(NotFound, match="expected one of liftwing"):
            upstreams.service(name)
    upstreams.close()


def test_wikimedia_wikis_share_one_upstream_and_an_operators_wiki_has_its_own(tmp_path):
    mine = Site("mywiki", "127.0.0.1:1", "en", "wikipedia", "en", "ltr", "http://127.0.0.1:1/a.php")
    upstreams = Upstreams(contact="me", run_folder=tmp_path, hosts=Hosts(wikis={"mywiki": mine}))

    assert upstreams.site_client(FAWIKI).upstream.name == "wikis"
    assert upstreams.site_client(FAWIKI).upstream.base_url == FAWIKI.api_url
    assert upstreams.site_client(mine).upstream.name == "wiki:mywiki"
    known = replace(mine, direction="rtl")  # as the site table fills it in
    assert upstreams.site_client(known).upstream.name == "wiki:mywiki"
    names = [state.name for state in upstreams.states()]
    assert names == ["liftwing", "ores", "eventstreams", "wikis", "wiki:mywiki"]
    first = upstreams.states()[0]
    assert (first.state, first.n_calls, first.last_failure) == ("closed", 0, None)
    upstreams.close()


@pytest.mark.parametrize(
    "api_url",
    [
        "http://fa.wikipedia.org/w/api.php",
        "https://evil.example/w/api.php",
        "https://fa.wikipedia.org@evil.example/w/api.php",
        "https://fa.wikipedia.org.evil.example/w/api.php",
        "file:///etc/passwd",
        "",
    ],
)
def test_a_wiki_that_nobody_named_is_not_asked_elsewhere_nor_in_clear(tmp_path, api_url):
    site = Site("fawiki", "fa.wikipedia.org", "fa", "wikipedia", "fa", "rtl", api_url)
    with pytest.raises(Invalid, match="expected its own host"):
        Upstreams(contact="me", run_folder=tmp_path).site_client(site)
