"""Numbers of tasks as addresses and forms show them: in no order, so that they tell nothing.

Row numbers rise. Of an edit with a high one a reviewer would know that it was added above a
threshold, and so how high it scores. Shown is the number's image under a permutation of all numbers
below 2**40, made with a key that follows from the installation's secret.
"""

from hashlib import blake2b

from flask import Flask, current_app
from werkzeug.routing import BaseConverter, ValidationError

KEY = "jadelite.task_numbers"
CONVERTER = "task"
_HALF = 20  # bits
_MASK = (1 << _HALF) - 1
_ROUNDS = range(8)
_SIZE = 1 << 2 * _HALF
_DIGITS = 13  # of the largest number


class TaskNumbers:
    """The permutation of one key: a Feistel network of eight rounds over two halves of 20 bits."""

    def __init__(self, secret: str) -> None:
        self._key = blake2b(secret.encode(), person=b"jadelite-tasks").digest()

    def shown(self, task_id: int) -> int:
        """What stands for a row number, which is below 2**40."""
        left, right = self._halves(task_id)
        for turn in _ROUNDS:
            left, right = right, left ^ self._mixed(turn, right)
        return left << _HALF | right

    def read(self, shown: str | None) -> int | None:
        """The row number that a text stands for; None for what stands for none."""
        if shown is None or not (shown.isascii() and shown.isdecimal() and len(shown) <= _DIGITS):
            return None
        if int(shown) >= _SIZE:
            return None
        left, right = self._halves(int(shown))
        for turn in reversed(_ROUNDS):
            left, right = right ^ self._mixed(turn, left), left
        return left << _HALF | right

    def _halves(self, number: int) -> tuple[int, int]:
        if not 0 <= number < _SIZE:
            raise ValueError(f"task number is {number}, expected one below {_SIZE}")
        return number >> _HALF, number & _MASK

    def _mixed(self, turn: int, half: int) -> int:
        told = blake2b(bytes([turn]) + half.to_bytes(3), digest_size=3, key=self._key).digest()
        return int.from_bytes(told) & _MASK


class _Converter(BaseConverter):
    """A task in an address: digits outside, its row number inside."""

    regex = rf"\d{{1,{_DIGITS}}}"
    numbers: TaskNumbers

    def to_python(self, value: str) -> int:
        task_id = self.numbers.read(value)
        if task_id is None:
            raise ValidationError
        return task_id

    def to_url(self, value: int) -> str:
        return str(self.numbers.shown(value))


def init_app(app: Flask, secret: str) -> None:
    """Let addresses say `<task:task_id>`, templates `|task_number`. Before any blueprint."""
    numbers = TaskNumbers(secret)
    app.extensions[KEY] = numbers
    app.url_map.converters[CONVERTER] = type("TaskConverter", (_Converter,), {"numbers": numbers})
    app.jinja_env.filters["task_number"] = numbers.shown


def read_task(shown: str | None) -> int | None:
    """The row number of the task that a form names; None where it names none."""
    numbers: TaskNumbers = current_app.extensions[KEY]
    return numbers.read(shown)
