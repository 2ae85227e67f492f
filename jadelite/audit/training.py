"""Labels for training, with what has to be known about them: datasheet, licence, checksums.

Through `report` it imports numpy: the command line calls it.
"""

import csv
import hashlib
import io
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jadelite import __version__
from jadelite.audit import label_uses
from jadelite.audit.reviewing import find_campaign
from jadelite.db import masking, snapshots
from jadelite.db.session import Database
from jadelite.domain.campaigns import Campaign
from jadelite.domain.errors import Conflict, Invalid
from jadelite.domain.label_uses import NewLabelUse
from jadelite.report.snapshot import ACTIONS, ORIGINS, Snapshot
from jadelite.report.training import TrainingLabel, labels_of

COLUMNS = (
    "wiki",
    "rev_id",
    "question",
    "n_yes",
    "n_no",
    "n_unsure",
    "share_yes",
    "majority",
    "stream",
    "inclusion_probability",
)
LICENCE = """The labels in labels.csv are dedicated to the public domain under CC0 1.0
(https://creativecommons.org/publicdomain/zero/1.0/). Revisions are named by their numbers only;
the edits themselves are under the licence of their wiki.
"""


@dataclass(frozen=True)
class Exported:
    """What was written: labels on edits of a campaign, and how many hidden edits were left out."""

    folder: Path
    n_labels: int
    n_edits: int
    n_hidden: int
    files: tuple[str, ...]


def export(
    database: Database, slug: str, folder: Path, *, guideline: int | None = None, now: datetime
) -> Exported:
    """Write a campaign's labels for training to a folder, and record that they were given out.

    Blind judgments of people on drawn (or imported) edits that nobody is still to judge; edits
    whose text the wiki hid are left out. Raises NotFound for the campaign, Invalid for a folder
    that holds files, Conflict where there is no label.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Invalid("folder-in-use", f"{folder} is there already, expected a new or empty folder")
    with database.reading() as session:
        campaign = find_campaign(session, slug)
        snapshot = snapshots.load(session, campaign)
        every = labels_of(snapshot, guideline=guideline)
        hidden = masking.hidden_revisions(session, campaign.wiki, {label.rev_id for label in every})
    labels = [label for label in every if label.rev_id not in hidden]
    if not labels:
        under = "" if guideline is None else f" under guideline {guideline}"
        raise Conflict("no-labels", f"{slug} has no blind judgment to give out{under}")
    exported = Exported(
        folder=folder,
        n_labels=len(labels),
        n_edits=len({label.rev_id for label in labels}),
        n_hidden=len(hidden),
        files=("labels.csv", "datasheet.md", "LICENSE", "SHA256SUMS"),
    )
    contents = {
        "labels.csv": _table(campaign.wiki, labels),
        "datasheet.md": _datasheet(campaign, snapshot, exported, guideline, now),
        "LICENSE": LICENCE,
    }
    folder.mkdir(parents=True, exist_ok=True)
    sums = []
    for name, text in contents.items():
        content = text.encode()
        (folder / name).write_bytes(content)
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    with database.transaction() as session:
        text = f"{exported.n_labels} labels on {exported.n_edits} edits were exported for training."
        use = NewLabelUse("training", text, language="en", n_labels=exported.n_labels)
        label_uses.record(session, campaign, use, by=None, now=now)
    return exported


def _table(wiki: str, labels: list[TrainingLabel]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for label in labels:
        chance = label.inclusion_probability
        writer.writerow(
            (
                wiki,
                label.rev_id,
                label.question,
                label.n_yes,
                label.n_no,
                label.n_unsure,
                repr(label.share),
                label.majority or "",
                label.stream,
                "" if chance is None else repr(chance),
            )
        )
    return stream.getvalue()


def _people(snapshot: Snapshot) -> str:
    """Who judged and how they came to the edits, by where their judgments came from."""
    given = snapshot.judgments
    counts = Counter(
        ORIGINS[origin]
        for origin, action in zip(given.origin, given.action, strict=True)
        if ACTIONS[action] == "judge"
    )
    reviewers = {number for number in given.reviewer if number >= 0}
    told = [f"{len(reviewers)} reviewers, known here by pseudonyms that are not given out."]
    if counts["web"] or counts["api"]:
        told.append(
            f"{counts['web'] + counts['api']} judgments were given here, up to {snapshot.facts.k}"
            " for each edit, by volunteers to whom edits were assigned at random."
        )
    if counts["import"]:
        told.append(
            f"{counts['import']} judgments were imported: how those people were found, and how"
            " edits came to them, is known to the importer only."
        )
    if counts["sample"]:
        told.append(f"{counts['sample']} judgments are invented, to show what a report looks like.")
    return "\n".join(told)


def _datasheet(
    campaign: Campaign,
    snapshot: Snapshot,
    exported: Exported,
    guideline: int | None,
    now: datetime,
) -> str:
    facts = snapshot.facts
    frame = facts.frame
    drawn = "Nobody knows how the edits were chosen; they are no sample of the wiki."
    if frame is not None:
        window = f" from {frame.window_from} to {frame.window_to}" if frame.window_from else ""
        strata = [part for part in facts.strata if not part.is_census]
        how = f"drawn at random from {len(strata)} strata" if strata else "all of them"
        drawn = (
            f"The frame are {frame.n_edits} edits of {facts.wiki}{window}; the edits here were"
            f" {how}. `inclusion_probability` is the chance with which each was drawn."
        )
    notes = "".join(f"- {note}\n" for note in facts.notes) or "- none\n"
    versions = sorted({version for version in snapshot.judgments.guideline if version >= 0})
    under = (
        f"Only judgments under guideline version {guideline}."
        if guideline is not None
        else f"Judgments under guideline versions {', '.join(map(str, versions)) or 'unknown'}."
    )
    languages = ", ".join(facts.languages) or "unknown"
    return f"""# Datasheet: labels of {campaign.slug}

Headings follow Gebru et al., "Datasheets for datasets" (2021). Written on {now:%Y-%m-%d} by
jadelite {__version__}.

## Motivation
Edits of {facts.wiki} were judged to audit machine-learning models, not to train them. Whoever
trains on these labels can't audit with them any more.

## Composition
{exported.n_labels} labels on {exported.n_edits} edits. Questions:
{", ".join(question.name for question in facts.questions if question.is_yes_or_no)}. Each row keeps
every vote: `n_yes`, `n_no`, `n_unsure`. `share_yes` counts "not sure" as half a yes; `majority` is
empty where people are split. A majority is no truth: train on shares where you can.
{exported.n_hidden} edits were left out because the wiki hid their text since.

## Collection
{drawn}
{_people(snapshot)} Questions were read in: {languages}.

## Preprocessing
Only the first judgment of a reviewer on an edit counts, given before they saw the model's score or
others' judgments. Bots are left out. {under}
{
        "Of imported judgments nobody says what had been seen; they count."
        if facts.kind == "import"
        else "Judgments after the reveal are left out."
    }

## Notes of importers
{notes}
## Uses
Say where you use them, so that those who judged can read it: the campaign's page lists it.

## Distribution
CC0 1.0; see LICENSE. `SHA256SUMS` lets you check the files.

## Maintenance
More judgments make a new export. An edit that its wiki hides is left out of the next one; please
take it out of your copy too.
"""
