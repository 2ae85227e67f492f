"""`jadelite models`: list models; train and apply local ones."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from jadelite.audit import models
from jadelite.audit.models import ServedFor
from jadelite.cli.common import open_lines
from jadelite.cli.showing import counted, format_option
from jadelite.config import data_folder
from jadelite.domain.errors import Invalid
from jadelite.domain.records import decode_line, parse_edit
from jadelite.domain.scores import Score, ScoreFailure


@click.group()
def group() -> None:
    """List models; train and apply local ones."""


@group.command("list")
@format_option
def list_(style: str) -> None:
    """List the models that can be asked: local ones, then those that services run."""
    cards = models.list_cards(data_folder("models"))
    served = models.list_service_cards(data_folder("models"))
    if style == "json":
        rows: list[dict[str, Any]] = [
            {
                "model": card.name,
                "version": card.version,
                "question": card.question,
                "source": "local",
                "wikis": None,  # any
            }
            for card in cards
        ]
        rows += [
            {
                "model": card.name,
                "version": None,  # every answer names its own
                "question": card.question,
                "source": card.service,
                "wikis": _served(models.served_for(card)),
            }
            for card in served
        ]
        click.echo(json.dumps(rows))
        return
    for card in cards:
        click.echo(f"{card.name}@{card.version} answers {card.question}: {card.description}")
    for service_card in served:
        click.echo(
            f"{service_card.name} ({service_card.service}) answers {service_card.question}"
            f" for {_served_words(models.served_for(service_card))}: {service_card.description}"
        )


def _served(wikis: ServedFor) -> list[str] | dict[str, Any]:
    if wikis.project is None:
        return list(wikis.names)
    return {"project": wikis.project, "exceptions": list(wikis.exceptions)}


def _served_words(wikis: ServedFor) -> str:
    if wikis.project is None:
        few = wikis.names
        return ", ".join(few) if len(few) <= 3 else counted(len(few), "wiki")
    left_out = f" but {', '.join(wikis.exceptions)}" if wikis.exceptions else ""
    return f"every {wikis.project}{left_out}"


@group.command()
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="Name of the model, such as local-damaging.")
@click.option("--version", required=True, help="Version, such as 1.0.0.")
@click.option("--seed", default=2026, show_default=True, help="Seed of splits and training.")
@click.option(
    "--trained-on",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="The day that goes on the card.",
)
@click.option(
    "--models-folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where models are kept; by default the folder that ships with jadelite.",
)
def train(
    path: Path,
    name: str,
    version: str,
    seed: int,
    trained_on: datetime,
    models_folder: Path | None,
) -> None:
    """Train a model on FILE, a CSV of judged edits, and store artefact and card.

    Columns: EditID, added_lines, deleted_lines, comment, user_edit_count, user_reg_time,
    current_timestamp, isvandalism.
    """
    card = models.train_model(
        path,
        models_folder or data_folder("models"),
        name=name,
        version=version,
        seed=seed,
        trained_on=trained_on.date(),
    )
    fitness = card.fitness
    click.echo(f"{card.name}@{card.version} trained; held back: n={fitness.n}")
    click.echo(f"  ROC AUC {fitness.roc_auc.value} [{fitness.roc_auc.low}, {fitness.roc_auc.high}]")


@group.command()
@click.argument("model", metavar="MODEL@VERSION")
@click.argument("path", metavar="FILE")
@click.option("--scored-at", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z"]), help="Time to state.")
def score(model: str, path: str, scored_at: datetime | None) -> None:
    """Score the edits in FILE (as for `edits import`) and write lines for `scores import`.

    An edit that the model can't score, such as a new page, gets a line that says why.
    """
    name, _, version = model.partition("@")
    if not version:
        raise Invalid("bad-model", f"model is {model!r}, expected NAME@VERSION")
    edits = [parse_edit(decode_line(line)) for line in open_lines(path) if line.strip()]
    for item in models.score_edits(
        data_folder("models"), name, version, edits, scored_at=scored_at
    ):
        click.echo(json.dumps(_line(item), ensure_ascii=False))


def _line(item: Score | ScoreFailure) -> dict[str, Any]:
    """The line of `scores import` that says the same."""
    named = {
        "wiki": item.wiki,
        "rev_id": item.rev_id,
        "model": item.model,
        "model_version": item.model_version,
    }
    if isinstance(item, ScoreFailure):
        failure = {"reason": item.reason, "detail": item.detail}
        return {**named, "failure": failure, "scored_at": _iso(item.failed_at)}
    answer = {"probabilities": dict(item.probabilities), "prediction": item.prediction}
    return {**named, **answer, "scored_at": _iso(item.scored_at)}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
