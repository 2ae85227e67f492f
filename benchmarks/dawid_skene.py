"""Dawid-Skene on 1,000,000 labels, 20 iterations, beside crowd-kit in the same run.

    python benchmarks/dawid_skene.py [PYTHON]

PYTHON is an interpreter that has crowd-kit, if this one has not (it brings half a gigabyte of
other packages, so this project never installs it). 2,000 raters, about five labels an item, one in
ten missing; 3 and 5 labels. Both get the same rows; ours as codes, crowd-kit as the data frame it
asks for, both made before the clock starts. Then 10,000,000 labels by ours alone, and its memory:
the goals are 8 times faster, and below 2 GB. Last, how long it is to convergence.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from jadelite.metrics.dawid_skene import dawid_skene

N_RATERS = 2_000
N_STEPS = 20
SEED = 11
GOAL = 8
PEER = """
import sys, time
import numpy as np, pandas as pd
from crowdkit.aggregation import DawidSkene
rows = np.load(sys.argv[1])
frame = pd.DataFrame({"task": rows[0], "worker": rows[1], "label": rows[2]})
started = time.perf_counter()
peer = DawidSkene(n_iter=int(sys.argv[2]), tol=float("-inf"))
peer.fit(frame)
print(time.perf_counter() - started, *peer.priors_.sort_index())
"""


def panel(n_judgments: int, n_labels: int) -> tuple[np.ndarray, ...]:
    """Items, raters and labels of raters who are right half of the time or much more."""
    numbers = np.random.default_rng(SEED)
    n_items = n_judgments // 5
    truth = numbers.integers(n_labels, size=n_items)
    accuracy = numbers.uniform(0.5, 0.95, size=N_RATERS)
    items = numbers.integers(n_items, size=n_judgments)
    raters = numbers.integers(N_RATERS, size=n_judgments)
    is_right = numbers.random(n_judgments) < accuracy[raters]
    labels = np.where(is_right, truth[items], numbers.integers(n_labels, size=n_judgments))
    return items, raters, labels


def time_ours(rows: tuple[np.ndarray, ...], n_labels: int, **how: float) -> tuple[float, object]:
    """Seconds, and what was found."""
    sizes = {"n_items": rows[0].size // 5, "n_raters": N_RATERS, "n_labels": n_labels}
    started = time.perf_counter()
    found = dawid_skene(*rows, **sizes, **how)
    return time.perf_counter() - started, found


def time_peer(python: str, rows: tuple[np.ndarray, ...]) -> tuple[float, np.ndarray] | None:
    """Seconds and priors of crowd-kit; None if that interpreter hasn't got it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.npy"
        np.save(path, np.stack(rows))
        command = [python, "-c", PEER, str(path), str(N_STEPS)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "No module named 'crowdkit'" in done.stderr:
        return None
    if done.returncode:
        raise SystemExit(done.stderr)
    seconds, *priors = (float(word) for word in done.stdout.split())
    return seconds, np.array(priors)


def main() -> None:
    """Measure and print the table."""
    python = sys.argv[1] if len(sys.argv) > 1 else sys.executable
    print("     labels  of  steps    ours s  crowd-kit s    faster   largest difference of priors")
    for n_labels in (3, 5):
        rows = panel(1_000_000, n_labels)
        seconds, found = time_ours(rows, n_labels, tolerance=0, max_iterations=N_STEPS)
        line = f"  1,000,000{n_labels:>4}{N_STEPS:>7}{seconds:>10.2f}"
        peer = time_peer(python, rows)
        if peer is None:
            print(f"{line}   not installed")
        else:
            faster = peer[0] / seconds
            difference = np.abs(peer[1] - found.priors[0]).max()
            print(f"{line}{peer[0]:>13.2f}{faster:>9.1f}x{difference:>16.1e}  (goal {GOAL}x)")
    rows = panel(10_000_000, 3)
    seconds, _ = time_ours(rows, 3, tolerance=0, max_iterations=N_STEPS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f" 10,000,000   3{N_STEPS:>7}{seconds:>10.2f}   peak memory {peak:.2f} GB (goal 2)")
    rows = panel(1_000_000, 3)
    seconds, found = time_ours(rows, 3)
    print(f"  1,000,000   3{found.n_iterations:>7}{seconds:>10.2f}   to convergence")


if __name__ == "__main__":
    main()
