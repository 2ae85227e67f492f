"""Settings: every refusal names its variable, and nothing unsafe is served."""

from pathlib import Path

import pytest

from jadelite import config
from jadelite.config import (
    DATA_FOLDERS,
    SettingsError,
    data_folder,
    load_settings,
    require_safe_to_serve,
)

GOOD_SECRET = "6b1f0a9c3e7d52848f2a4c6e1b3d5f70"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch):
    """No setting comes from outside a test."""
    for name in config.Settings.model_fields:
        monkeypatch.delenv(f"JADELITE_{name.upper()}", raising=False)


def production(**changes):
    facts = {
        "secret_key": GOOD_SECRET,
        "contact": "https://example.org/contact",
        "trusted_hosts": "audit.example.org",
    }
    return load_settings(**{**facts, **changes})


def refusal(call, *arguments, **overrides):
    with pytest.raises(SettingsError) as caught:
        call(*arguments, **overrides)
    return str(caught.value)


def test_without_any_setting_it_is_a_production_on_sqlite_that_may_not_serve():
    settings = load_settings()

    assert settings.environment == "production"
    assert settings.sqlite_path == Path("instance/jadelite.sqlite3")
    assert (settings.lease_seconds, settings.daily_cap) == (1200, 100)
    assert settings.report_delay_seconds == 60
    assert (settings.upstreams_file, settings.run_folder) == ("", Path("instance"))
    assert not settings.is_demo
    assert not settings.debug
    assert "JADELITE_SECRET_KEY" in refusal(require_safe_to_serve, settings)


def test_settings_come_from_the_environment_and_an_override_goes_first(monkeypatch):
    monkeypatch.setenv("JADELITE_DAILY_CAP", "7")
    monkeypatch.setenv("JADELITE_LEASE_SECONDS", "90")

    settings = load_settings(daily_cap=8)

    assert (settings.daily_cap, settings.lease_seconds) == (8, 90)


def test_settings_can_not_be_changed_later():
    with pytest.raises(ValueError, match="frozen"):
        load_settings().daily_cap = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", "staging"),
        ("ENVIRONMENT", ""),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DATABASE_URL", "sqlite://relative"),
        ("DATABASE_URL", ""),
        ("DEBUG", "perhaps"),
        ("LEASE_SECONDS", "59"),
        ("LEASE_SECONDS", "86401"),
        ("LEASE_SECONDS", "an hour"),
        ("DAILY_CAP", "0"),
        ("DAILY_CAP", "1001"),
        ("DAILY_CAP", "1.5"),
        ("DAILY_CAP", ""),
        ("REPORT_DELAY_SECONDS", "-1"),
        ("REPORT_DELAY_SECONDS", "86401"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value(monkeypatch, name, value):
    monkeypatch.setenv(f"JADELITE_{name}", value)

    sentence = refusal(load_settings)

    assert sentence.startswith(f"JADELITE_{name} is {value!r}: ")
    assert sentence.count("JADELITE_") == 1


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("lease_seconds", (60, 86_400)),
        ("daily_cap", (1, 1000)),
        ("report_delay_seconds", (0, 86_400)),
    ],
)
def test_limits_themselves_are_taken(name, values):
    for value in values:
        assert getattr(load_settings(**{name: value}), name) == value


def test_all_wrong_settings_are_told_at_once(monkeypatch):
    monkeypatch.setenv("JADELITE_DAILY_CAP", "0")
    monkeypatch.setenv("JADELITE_DEBUG", "perhaps")

    assert refusal(load_settings).count("JADELITE_") == 2


def test_a_wrong_database_url_is_told_what_would_be_right():
    sentence = refusal(load_settings, database_url="mysql://localhost/x")

    assert sentence == (
        "JADELITE_DATABASE_URL is 'mysql://localhost/x':"
        " must start with sqlite:/// or postgresql://"
    )


def test_a_wrong_database_url_does_not_give_its_password_away():
    sentence = refusal(load_settings, database_url="postgres://jadelite:hunter2@db/jadelite")

    assert "JADELITE_DATABASE_URL" in sentence
    assert "hunter2" not in sentence


def test_the_secret_key_is_not_shown_with_the_settings():
    assert GOOD_SECRET not in repr(production())


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///instance/x.sqlite3", Path("instance/x.sqlite3")),
        ("sqlite:////srv/x.sqlite3", Path("/srv/x.sqlite3")),
        ("postgresql://user@host/name", None),
        ("postgresql+psycopg://user@host/name", None),
    ],
)
def test_only_an_embedded_database_has_a_file(url, path):
    assert load_settings(database_url=url).sqlite_path == path


@pytest.mark.parametrize(
    ("given", "hosts"),
    [
        ("", []),
        (" , ,", []),
        ("a.example.org", ["a.example.org"]),
        (" a.example.org ,b.example.org,", ["a.example.org", "b.example.org"]),
    ],
)
def test_host_names_are_separated_by_commas(given, hosts):
    assert load_settings(trusted_hosts=given).hosts == hosts


@pytest.mark.parametrize(
    ("environment", "is_demo"), [("production", False), ("demo", True), ("test", True)]
)
def test_only_production_asks_for_an_account(environment, is_demo):
    assert load_settings(environment=environment).is_demo is is_demo


def test_a_complete_production_may_serve():
    require_safe_to_serve(production())


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("", "has 0 characters, 0 of them different"),
        ("abcdefgh", "has 8 characters, 8 of them different"),
        (GOOD_SECRET[:31], "has 31 characters"),
        ("ab" * 32, "has 64 characters, 2 of them different"),
        ("abcdefg" * 10, "has 70 characters, 7 of them different"),
    ],
)
@pytest.mark.parametrize("environment", ["production", "demo", "test"])
def test_a_short_or_monotonous_secret_is_refused_everywhere(environment, secret, words):
    sentence = refusal(
        require_safe_to_serve, production(environment=environment, secret_key=secret)
    )

    assert sentence.startswith("JADELITE_SECRET_KEY ")
    assert words in sentence
    assert "at least 32 random ones" in sentence


@pytest.mark.parametrize(
    "secret",
    [
        "changeme-changeme-changeme-changeme",
        "CHANGE-ME-1234567890-1234567890-ABCDEF",
        "my-super-Secret-key-0123456789abcdef",
        "password0123456789password0123456789",
        "development-0123456789-0123456789-abc",
    ],
)
@pytest.mark.parametrize("environment", ["production", "demo"])
def test_a_secret_with_a_well_known_word_is_refused_and_not_repeated(environment, secret):
    sentence = refusal(
        require_safe_to_serve, production(environment=environment, secret_key=secret)
    )

    assert sentence.startswith("JADELITE_SECRET_KEY contains a well-known word")
    assert secret not in sentence


def test_a_secret_of_32_characters_8_of_them_different_is_taken():
    require_safe_to_serve(production(secret_key="abcdefgh" * 4))


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"debug": True}, "JADELITE_DEBUG"),
        ({"contact": ""}, "JADELITE_CONTACT"),
        ({"trusted_hosts": ""}, "JADELITE_TRUSTED_HOSTS"),
        ({"trusted_hosts": " , "}, "JADELITE_TRUSTED_HOSTS"),
    ],
)
def test_production_refuses_what_is_unsafe_and_names_it(changes, variable):
    sentence = refusal(require_safe_to_serve, production(**changes))

    assert sentence.startswith(f"{variable} is ")
    assert sentence.count("JADELITE_") == 1


@pytest.mark.parametrize("environment", ["demo", "test"])
def test_elsewhere_only_the_secret_matters(environment):
    require_safe_to_serve(
        load_settings(environment=environment, secret_key=GOOD_SECRET, debug=True)
    )


@pytest.mark.parametrize("name", DATA_FOLDERS)
def test_data_folders_lie_in_the_checkout(name):
    assert data_folder(name).is_dir()
    assert data_folder(name).name == name


def test_a_packed_data_folder_goes_before_the_one_of_a_checkout(tmp_path, monkeypatch):
    package = tmp_path / "jadelite"
    (package / "_data" / "models").mkdir(parents=True)
    monkeypatch.setattr(config, "__file__", str(package / "config.py"))

    assert data_folder("models") == package / "_data" / "models"
    assert data_folder("migrations") == tmp_path / "migrations"


@pytest.mark.parametrize("name", ["", "..", "templates", "Models", "models/../.."])
def test_there_are_no_other_data_folders(name):
    with pytest.raises(ValueError, match="expected one of migrations, models, translations"):
        data_folder(name)


@pytest.mark.parametrize("token", ["short", "a" * 15, "a" * 20 + "é", "a" * 20 + "\n"])
def test_a_weak_token_of_the_monitoring_is_refused_and_not_repeated(token):
    sentence = refusal(require_safe_to_serve, production(metrics_token=token))
    assert sentence.startswith("JADELITE_METRICS_TOKEN ")
    assert token not in sentence


@pytest.mark.parametrize("token", ["", "0123456789abcdef"])
def test_no_token_and_a_long_one_are_taken(token):
    require_safe_to_serve(production(metrics_token=token))
