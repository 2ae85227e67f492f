"""Words for an edit's page: the kinds of pages there are, and where a diff comes from."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from jadelite.web.locale import number

# By the number that all wikis share; a wiki's own numbers have no words here.
NAMESPACES: dict[int, LazyString] = {
    # Translators: a kind of wiki page: an article, or what a wiki has in its place.
    0: _("content page"),
    1: _("talk page"),
    2: _("user page"),
    3: _("user talk page"),
    # Translators: a kind of wiki page: about the wiki itself, such as Wikipedia:Village pump.
    4: _("project page"),
    6: _("file page"),
    8: _("interface message"),
    10: _("template"),
    12: _("help page"),
    14: _("category"),
    100: _("portal"),
    118: _("draft"),
    120: _("property"),
    146: _("lexeme"),
    828: _("module"),
}
DIFF_ORIGINS: dict[str, LazyString] = {
    "wiki": _("The changed lines are as the wiki itself compared them."),
    "local": _("The changed lines were compared here, from the text before and after."),
}


def namespace_name(code: int) -> str:
    """What kind of page a namespace holds, in the page's language."""
    words = NAMESPACES.get(code)
    if words is not None:
        return str(words)
    if code > 0 and code % 2:  # every other one is for talking about the one before
        return str(NAMESPACES[1])
    return str(gettext("namespace %(number)s", number=number(code)))
