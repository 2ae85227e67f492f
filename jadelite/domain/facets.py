"""What reviewers are asked: facets, their questions, and the labels a question allows."""

from dataclasses import dataclass

YES, NO, UNSURE = "yes", "no", "unsure"


@dataclass(frozen=True)
class Question:
    """One question; `labels` in the order they are offered, `positive` is what a model predicts."""

    name: str
    labels: tuple[str, ...]
    positive: str


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

FACETS = {EDITQUALITY.name: EDITQUALITY}
QUESTIONS = {question.name: question for facet in FACETS.values() for question in facet.questions}

# What the published models answer, by the last part of their name (upstream naming).
_MODEL_QUESTIONS = {"damaging": "damaging", "goodfaith": "goodfaith", "reverted": "damaging"}


def question_of_model(model: str) -> str | None:
    """The question a model of that name answers; None where its name does not tell.

    Revert-risk models answer *damaging* unless their card says otherwise.
    """
    if model.startswith("revertrisk"):
        return "damaging"
    return _MODEL_QUESTIONS.get(model.rsplit(".", 1)[-1].rsplit("-", 1)[-1])
