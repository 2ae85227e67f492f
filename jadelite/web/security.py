"""Headers on every answer, CSRF on every form, and the session cookie's rules."""

from secrets import token_hex

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect

from jadelite.config import Settings

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
MAX_FORM_BYTES = 64 * 1024
# A guideline in a script of which each letter takes nine characters on its way here.
MAX_LONG_FORM_BYTES = 500_000
LONG_FORMS = frozenset({"texts.save", "coordinate.create", "forms.store"})
# Programs ask them; they change nothing, so there is nothing to forge.
READING_POSTS = ("jadelite.web.api.ores.ask_context",)
STATIC_SECONDS = 31_536_000

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def init_app(app: Flask, settings: Settings) -> None:
    """Set cookie rules and limits, and join CSRF protection and headers to the app."""
    is_secure = settings.environment == "production"
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        # The __Host- prefix binds the cookie to this host; it needs https.
        SESSION_COOKIE_NAME="__Host-jadelite" if is_secure else "jadelite",
        SESSION_COOKIE_SECURE=is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=MAX_FORM_BYTES,
        MAX_FORM_PARTS=100,
        # None: a reviewer who thinks for an hour must not lose a judgment.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=is_secure,
        TRUSTED_HOSTS=settings.hosts or None,
    )
    app.before_request(_make_room)  # before the token is looked for, which reads the form
    guard = CSRFProtect(app)
    for view in READING_POSTS:
        guard.exempt(view)
    app.before_request(_number_request)
    app.after_request(_add_headers)


def _make_room() -> None:
    if request.endpoint in LONG_FORMS:
        request.max_content_length = MAX_LONG_FORM_BYTES


def _number_request() -> None:
    g.request_id = token_hex(8)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if request.endpoint == "static":
        # Addresses of static files carry a digest of their content.
        response.headers["Cache-Control"] = f"public, max-age={STATIC_SECONDS}, immutable"
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-store"
    return response
