"""Keeps the message catalogs: `python tests/catalogs.py update ar ca fa fi` (make messages).

Catalogs carry no line numbers and no dates, so that a change shows only what was changed.
"""

import sys
from io import BytesIO
from pathlib import Path

import polib
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "translations"
POT = FOLDER / "messages.pot"

# Our own table: Babel numbers the Arabic forms otherwise and drops the second Persian one.
PLURAL_FORMS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3"
    " : n%100>=11 ? 4 : 5);",
    "ca": "nplurals=2; plural=(n != 1);",
    "fa": "nplurals=2; plural=(n > 1);",
    "fi": "nplurals=2; plural=(n != 1);",
}


def po_path(locale: str) -> Path:
    """Where the catalog of a language lies."""
    return FOLDER / locale / "LC_MESSAGES" / "messages.po"


def extracted() -> str:
    """The text of messages.pot as the code and templates have it now."""
    catalog = Catalog(project="jadelite", copyright_holder="the jadelite contributors")
    methods = [("jadelite/web/**.py", "python"), ("jadelite/web/templates/**.html", "jinja2")]
    options = {"jadelite/web/templates/**.html": {"trimmed": "true"}}
    found = extract_from_dir(
        str(ROOT), methods, options, comment_tags=("Translators:",), strip_comment_tags=False
    )
    for filename, line, message, comments, context in found:
        catalog.add(message, None, [(filename, line)], auto_comments=comments, context=context)
    out = BytesIO()
    write_po(out, catalog, no_location=True, omit_header=True, sort_output=False, width=100)
    header = (
        'msgid ""\nmsgstr ""\n"Project-Id-Version: jadelite\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
    )
    return header + out.getvalue().decode()


def update(locales: list[str]) -> None:
    """Write messages.pot and bring each catalog up to date with it."""
    POT.write_text(extracted())
    template = polib.pofile(str(POT), wrapwidth=100)
    for locale in locales:
        path = po_path(locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalog = polib.pofile(str(path), wrapwidth=100) if path.exists() else polib.POFile()
        catalog.wrapwidth = 100
        catalog.merge(template)
        for entry in catalog.obsolete_entries():
            catalog.remove(entry)
        catalog.metadata = {
            "Project-Id-Version": "jadelite",
            "Language": locale,
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Plural-Forms": PLURAL_FORMS[locale],
        }
        for entry in catalog:
            n_forms = int(PLURAL_FORMS[locale].split("nplurals=")[1].split(";")[0])
            if entry.msgid_plural and len(entry.msgstr_plural) != n_forms:
                entry.msgstr_plural = {i: entry.msgstr_plural.get(i, "") for i in range(n_forms)}
        catalog.save(str(path))


if __name__ == "__main__" and sys.argv[1:2] == ["update"]:
    update(sys.argv[2:])
