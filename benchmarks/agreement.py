"""How fast people's agreement is computed from a CSV of labels in long form, and how small.

    agreement.py [--large]

Files of 1,000,000 labels (2,000 raters, 3 and 5 labels, six raters drawn an item and a third of
their labels missing) are read and give Krippendorff's alpha with an interval from 1,000 resamples
of the items. Beside it, in a process of its own so that its memory can be told, the usual way: a
pandas pivot and the `krippendorff` package, which gives no interval. Then the interval alone
against a loop over the package on count tables (ten resamples timed and scaled), and the bootstrap
crossed over items and raters. With --large 10,000,000 labels by ours alone.

Times are of the work, without starting Python and importing, the best of three runs of either;
memory is the whole process's peak. Goals: 30 times faster, 10 times smaller; 1,000 times the loop;
crossed below 60 s; 10,000,000 labels in ten times the time and below 2 GB. Ratios are what to
compare.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import krippendorff
import numpy as np

from jadelite.audit.measuring import read_long
from jadelite.metrics.agreement import krippendorff_alpha
from jadelite.metrics.crossed import crossed_interval
from jadelite.metrics.long_form import LongForm, long_form

N_LABELS = 1_000_000
N_LARGE = 10_000_000
N_RATERS = 2_000
DRAWN_RATERS = 6
MISSING = 1 / 3
N_TRIES = 3
N_LOOPED = 10
N_RESAMPLES = 1_000
N_CROSSED = 200
SEED = 20261122
COLUMNS = ("item", "rater", "label")

USUAL_WAY = """
import json, resource, sys, time
import krippendorff, pandas
started = time.perf_counter()
frame = pandas.read_csv(sys.argv[1])
table = frame.pivot_table(index="rater", columns="item", values="label", aggfunc="first")
value = krippendorff.alpha(reliability_data=table.to_numpy(), level_of_measurement="nominal")
seconds = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"value": value, "seconds": seconds, "mebibytes": peak / 1024}))
"""


def write_labels(path: Path, n: int, n_labels: int) -> None:
    """A CSV of n labels, the same in every run, shuffled: no tool is helped by order."""
    generator = np.random.default_rng(SEED)
    n_items = int(n / DRAWN_RATERS / (1 - MISSING)) + 1
    truth = generator.integers(0, n_labels, size=n_items)
    first = generator.integers(0, N_RATERS, size=n_items)
    steps = generator.integers(1, N_RATERS // DRAWN_RATERS, size=n_items)
    items = np.repeat(np.arange(n_items), DRAWN_RATERS)
    turns = np.tile(np.arange(DRAWN_RATERS), n_items)
    raters = (first[items] + turns * steps[items]) % N_RATERS
    is_clear = generator.random(items.size) < 0.75
    labels = np.where(is_clear, truth[items], generator.integers(0, n_labels, size=items.size))
    kept = generator.permutation(items.size)[: int(n)]
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(COLUMNS) + "\n")
        for block in np.array_split(kept, max(1, n // 100_000)):
            rows = zip(
                items[block].tolist(), raters[block].tolist(), labels[block].tolist(), strict=True
            )
            file.writelines(f"{item},{rater},{label}\n" for item, rater, label in rows)


def read_form(path: Path) -> LongForm:
    """The file's judgments as `jadelite metrics agreement` reads them, repeated pairs once."""
    table = read_long(str(path), *COLUMNS)
    return long_form(
        table.items,
        table.raters,
        table.labels,
        n_items=len(table.item_names),
        n_raters=len(table.rater_names),
        n_labels=len(table.label_names),
        columns=range(len(table.label_names)),
    )


def measure_ours(path: Path) -> None:
    """The work of one process: read, count, alpha with an interval; print what it took."""
    started = time.perf_counter()
    form = read_form(path)
    read = time.perf_counter()
    result = krippendorff_alpha(form.counts, n_resamples=N_RESAMPLES)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps(
            {
                "value": result.value,
                "seconds": seconds,
                "reading": read - started,
                "mebibytes": peak / 1024,
            }
        )
    )


def in_a_process(arguments: list[str]) -> dict[str, float] | None:
    """What the fastest of some Python processes printed as JSON; None if one could not run."""
    found: list[dict[str, float]] = []
    for _ in range(N_TRIES):
        done = subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = done.stderr.strip().splitlines()
            print(said[-1] if said else f"ended with {done.returncode}")
            return None
        found.append(json.loads(done.stdout))
    return min(found, key=lambda one: one["seconds"])


def timed(work: Callable[[], object]) -> float:
    """Seconds that the work took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def compare_files(path: Path, n_labels: int) -> None:
    """One line: ours with an interval beside the usual way without one."""
    ours = in_a_process([__file__, "--only", str(path)])
    usual = in_a_process(["-c", USUAL_WAY, str(path)])
    if ours is None:
        raise SystemExit("ours did not run")
    line = f"{n_labels:>6}  {ours['seconds']:>6.2f}{ours['reading']:>9.2f}{ours['mebibytes']:>8.0f}"
    if usual is None:
        print(f"{line}   the usual way: not installed, or it ran out of memory")
        return
    if abs(usual["value"] - ours["value"]) > 1e-9:
        raise SystemExit(f"alpha is {ours['value']}, the package says {usual['value']}")
    print(
        f"{line}{usual['seconds']:>11.1f}{usual['mebibytes']:>9.0f}"
        f"{usual['seconds'] / ours['seconds']:>9.0f}x"
        f"{usual['mebibytes'] / ours['mebibytes']:>8.1f}x"
    )


def compare_bootstraps(form: LongForm) -> None:
    """One line: the interval from counts beside a loop over the package."""
    counts = form.counts
    alone = timed(lambda: krippendorff_alpha(counts, n_resamples=0))
    ours = timed(lambda: krippendorff_alpha(counts, n_resamples=N_RESAMPLES)) - alone
    generator = np.random.default_rng(SEED)
    n = counts.shape[0]

    def loop() -> None:
        for _ in range(N_LOOPED):
            drawn = counts[generator.integers(0, n, size=n)]
            krippendorff.alpha(value_counts=drawn, level_of_measurement="nominal")

    scaled = timed(loop) * N_RESAMPLES / N_LOOPED
    print(f"{form.n_labels:>6}{ours:>12.4f}{scaled:>14.0f}{scaled / ours:>12,.0f}x")


def time_crossed(form: LongForm) -> None:
    """One line: the bootstrap over items and raters for two coefficients."""
    long = form.items, form.raters, form.labels
    alpha, ac1 = (
        timed(partial(crossed_interval, *long, coefficient=name, n_resamples=N_CROSSED))
        for name in ("krippendorff_alpha", "gwet_ac1")
    )
    print(f"{form.n_labels:>6}{alpha:>10.1f}{ac1:>9.1f}")


def measure_large(path: Path, small_path: Path) -> None:
    """One line: ten times as many labels by ours."""
    write_labels(path, N_LARGE, 5)
    small = in_a_process([__file__, "--only", str(small_path)])
    large = in_a_process([__file__, "--only", str(path)])
    if small is None or large is None:
        raise SystemExit("ours did not run")
    print(
        f"\n{N_LARGE:,} labels: {large['seconds']:.1f} s, {large['mebibytes']:.0f} MiB;"
        f" {large['seconds'] / small['seconds']:.1f} times {N_LABELS:,}"
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--only", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        measure_ours(options.only)
        return
    with tempfile.TemporaryDirectory() as folder:
        paths = {n_labels: Path(folder, f"{n_labels}.csv") for n_labels in (3, 5)}
        print(f"{N_LABELS:,} labels from CSV: ours with {N_RESAMPLES} resamples, usual with none")
        print("labels  ours s  reading     MiB    usual s      MiB   faster  smaller")
        for n_labels, path in paths.items():
            write_labels(path, N_LABELS, n_labels)
            compare_files(path, n_labels)
        forms = [read_form(path) for path in paths.values()]
        print(f"\n{N_RESAMPLES} resamples of the items; the loop timed on {N_LOOPED} and scaled")
        print("labels      ours s   loop s (sc.)      faster")
        for form in forms:
            compare_bootstraps(form)
        print(f"\n{N_CROSSED} resamples crossed over items and {N_RATERS:,} raters (goal: 60 s)")
        print("labels   alpha s    AC1 s")
        for form in forms:
            time_crossed(form)
        if options.large:
            measure_large(Path(folder, "large.csv"), paths[5])


if __name__ == "__main__":
    main()
