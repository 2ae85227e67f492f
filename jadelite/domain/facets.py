"""What reviewers are asked: facets, their questions, and the labels a question allows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

YES, NO, UNSURE = "yes", "no", "unsure"
SEPARATOR = "|"  # between the labels of one answer, where several may be chosen
MAX_ANSWER_LENGTH = 60  # characters that the column of an answer holds

QuestionKind = Literal["one", "several"]


@dataclass(frozen=True)
class Question:
    """One question; `labels` in the order they are offered, `positive` is what a model predicts.

    `kind`: one label is chosen, or several, which an answer holds joined by SEPARATOR in the order
    they are offered. A question that is not `is_required` may be left without an answer.
    """

    name: str
    labels: tuple[str, ...]
    positive: str
    kind: QuestionKind = "one"
    is_required: bool = True

    @property
    def is_yes_or_no(self) -> bool:
        """Whether it is answered by yes, no, and perhaps "not sure"."""
        labels = set(self.labels)
        return self.kind == "one" and {YES, NO} <= labels <= {YES, NO, UNSURE}

    @property
    def is_scale(self) -> bool:
        """Whether its labels are numbers, apart from "not sure"."""
        labels = [label for label in self.labels if label != UNSURE]
        return (
            self.kind == "one"
            and len(labels) > 1
            and all(x.isascii() and x.isdecimal() for x in labels)
        )

    @property
    def n_most(self) -> int:
        """How many labels an answer holds at most, so that the longest of them fit its column."""
        if self.kind == "one":
            return 1
        free, n = MAX_ANSWER_LENGTH + len(SEPARATOR), 0
        for length in sorted((len(label) for label in self.labels), reverse=True):
            free -= length + len(SEPARATOR)
            if free < 0:
                break
            n += 1
        return n

    def chosen(self, answer: str | None) -> tuple[str, ...]:
        """The labels that an answer holds; none for no answer."""
        return tuple(answer.split(SEPARATOR)) if answer else ()

    def join(self, labels: Iterable[str]) -> str:
        """One answer of several labels, each once, in the order they are offered.

        Labels that are not offered come last, so that a check can name them; "" for none.
        """
        given = dict.fromkeys(label for label in labels if label)
        known = [label for label in self.labels if label in given]
        return SEPARATOR.join([*known, *(label for label in given if label not in self.labels)])


@dataclass(frozen=True)
class Facet:
    """Questions that are asked together."""

    name: str
    questions: tuple[Question, ...]

    def question(self, name: str) -> Question | None:
        """The question of that name, or None where this facet does not ask it."""
        return next((question for question in self.questions if question.name == name), None)


DAMAGING = Question("damaging", (YES, NO, UNSURE), positive=YES)
GOODFAITH = Question("goodfaith", (YES, NO, UNSURE), positive=YES)
EDITQUALITY = Facet("editquality", (DAMAGING, GOODFAITH))

# How good the page's content is after the edit: 1 is worst, 6 is best.
QUALITY = Question("quality", ("1", "2", "3", "4", "5", "6", UNSURE), positive="6")
CONTENTQUALITY = Facet("contentquality", (QUALITY,))

FACETS = {facet.name: facet for facet in (EDITQUALITY, CONTENTQUALITY)}
QUESTIONS = {question.name: question for facet in FACETS.values() for question in facet.questions}
# What a probability of yes can be an answer to.
SCORED_QUESTIONS = tuple(name for name, question in QUESTIONS.items() if question.is_yes_or_no)

# What the published models answer, by the last part of their name (upstream naming).
_MODEL_QUESTIONS = {"damaging": "damaging", "goodfaith": "goodfaith", "reverted": "damaging"}


def question_of_model(model: str) -> str | None:
    """The question a model of that name answers; None where its name does not tell.

    Revert-risk models answer *damaging* unless their card says otherwise.
    """
    if model.startswith("revertrisk"):
        return "damaging"
    return _MODEL_QUESTIONS.get(model.rsplit(".", 1)[-1].rsplit("-", 1)[-1])
