"""Spans of time as people type them: 90s, 15m, 2h, 3d."""

import re
from datetime import timedelta

import click

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SPAN = re.compile(r"([1-9][0-9]{0,5})([smhd])")


class Duration(click.ParamType[timedelta]):
    """A number and a unit."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """The span of time. Fails with what would be right."""
        if isinstance(value, timedelta):
            return value
        found = _SPAN.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} is no span of time, expected one such as 90s, 15m, 2h or 3d")
        return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])
