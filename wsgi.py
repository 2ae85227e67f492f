"""For any WSGI server: `gunicorn wsgi:application`. Settings come from the environment."""

from jadelite.web.app import from_environment

application = from_environment()
