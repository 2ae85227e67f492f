"""Consent: what somebody agrees to before their judgments are pooled with others'.

The words stand in the catalogs (template `_consent.html`); a change of meaning raises the version,
so that it can always be said what somebody agreed to.
"""

CONSENT_VERSION = 1


def is_consent_needed(given: int | None) -> bool:
    """Whether somebody who agreed to that version (None: to none) is to be asked."""
    return given is None or given < CONSENT_VERSION
