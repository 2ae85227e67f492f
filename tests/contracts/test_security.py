"""Headers on every answer, whatever it is; cookies; hosts."""

import factories
import pytest

from jadelite.config import SettingsError, load_settings
from jadelite.web.app import create_app
from jadelite.web.security import HEADERS
from jadelite.wiring import Services

PATHS = [
    "/",
    "/nope",
    "/healthz",
    "/openapi.json",
    "/api/v1/campaigns",
    "/api/v1/campaigns/nope",
    "/static/jadelite.css",
    "/static/nope.css",
    "/reports/nope",
    "/tasks/1",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_security_headers(new_app_reader, path: str) -> None:
    with new_app_reader.client.get(path) as answer:
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Request-Id"]


def test_pages_are_not_kept_by_caches_and_static_files_are(new_app_reader) -> None:
    client = new_app_reader.client
    assert client.get("/").headers["Cache-Control"] == "private, no-store"
    with client.get("/static/jadelite.css") as style:
        assert "immutable" in style.headers["Cache-Control"]


def test_the_session_cookie_is_guarded(new_app_reader) -> None:
    new_app_reader.get("/account").post("/try", follow=False)
    cookie = new_app_reader.page.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def production(services: Services, **changes: object) -> Services:
    values: dict[str, object] = {
        "environment": "production",
        "database_url": "sqlite:///never.sqlite3",
        "secret_key": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c",
        "contact": "ops@example.org",
        "trusted_hosts": "audit.example.org",
    }
    return Services(load_settings(**{**values, **changes}), services.database, services.clock)


def test_in_production_the_cookie_is_bound_to_the_host(services) -> None:
    app = create_app(production(services))
    assert app.config["SESSION_COOKIE_NAME"] == "__Host-jadelite"
    assert app.config["SESSION_COOKIE_SECURE"]


def test_in_production_nobody_signs_in_without_an_account(services) -> None:
    factories.make_campaign(services.database, services.clock())
    client = create_app(production(services)).test_client()
    base = "https://audit.example.org"
    page = client.get("/account", base_url=base).get_data(as_text=True)
    assert "/try" not in page
    home = client.get("/", base_url=base)
    assert "No account needed" not in home.get_data(as_text=True)
    assert home.headers["Strict-Transport-Security"]
    token = home.get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    for path in ("/try", "/campaigns/a-campaign/start"):
        answer = client.post(
            path, data={"csrf_token": token}, base_url=base, headers={"Referer": base}
        )
        assert answer.status_code == 403


def test_a_foreign_host_name_is_refused(services) -> None:
    client = create_app(production(services)).test_client()
    assert client.get("/", base_url="https://evil.example").status_code == 400


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"secret_key": ""}, "JADELITE_SECRET_KEY"),
        ({"secret_key": "a" * 64}, "JADELITE_SECRET_KEY"),
        ({"secret_key": "changeme" * 8}, "JADELITE_SECRET_KEY"),
        ({"contact": ""}, "JADELITE_CONTACT"),
        ({"debug": True}, "JADELITE_DEBUG"),
        ({"trusted_hosts": ""}, "JADELITE_TRUSTED_HOSTS"),
    ],
)
def test_production_refuses_to_serve_what_is_not_safe(services, changes, named) -> None:
    with pytest.raises(SettingsError, match=named):
        create_app(production(services, **changes))
