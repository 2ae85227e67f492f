"""How often the intervals of this room held the truth when the truth was known.

Measured on simulated censuses of 20,000 edits, 600 judged, in
tests/unit/metrics/test_census_simulation.py, which fails where an interval reaches less.
"""

from collections.abc import Mapping
from types import MappingProxyType

# Lowest and highest share of 1,000 samples over five settings (of 200 samples over two, from
# reliability on); nominal 0.95.
COVERAGE: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "precision": (0.93, 0.96),
        "recall": (0.95, 0.98),
        "prevalence": (0.94, 0.97),
        "false_positive_rate": (0.93, 0.95),
        "f1": (0.95, 0.97),
        "accuracy": (0.93, 0.97),
        "precision of votes": (0.93, 0.96),
        "recall of votes": (0.95, 0.97),
        "false_positive_rate of votes": (0.93, 0.95),
        "precision change": (0.93, 0.95),
        "recall change": (0.94, 0.99),
        "false_positive_rate change": (0.93, 0.94),
        "match_rate change": (0.93, 0.95),
        "f1 change": (0.93, 0.96),
        "roc_auc": (0.98, 0.99),
        "average_precision": (0.95, 0.98),
        "brier": (0.93, 0.97),
        "brier change": (0.93, 0.97),
        "false_positive_rate gap of groups": (0.93, 0.95),
        # The lowest where the model is not the one whose scores cut the strata, and no more than
        # a handful of the reference's flagged edits were judged.
        "false_positive_rate ratio of groups": (0.77, 0.97),
        "precision of a group": (0.93, 0.97),
        "residual": (0.94, 0.96),
        "residual of a group": (0.94, 0.98),
        "model_human": (0.94, 0.96),
        "human_human": (0.94, 0.96),
        "model_human less human_human": (0.93, 0.96),
        "reliability": (0.84, 0.90),
        "resolution": (0.94, 0.95),
        "uncertainty": (0.89, 0.91),
        "ece": (0.58, 0.67),
        "ece_debiased": (0.78, 0.80),
    }
)
