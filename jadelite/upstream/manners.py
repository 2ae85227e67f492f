"""What is promised to a server outside, and how much is endured from it."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Manners:
    """How one upstream is asked. Times are seconds; limits hold for all processes of a machine.

    `read_timeout` is the longest silence; `total_timeout` the longest one request may take, however
    much it drips; `max_bytes` counts what was decompressed; `retry_share` the retries allowed per
    call; `patience_seconds` how long a call waits in line before it is refused.
    """

    rate_per_second: float
    concurrency: int = 3
    connect_timeout: float = 5
    read_timeout: float = 20
    total_timeout: float = 45
    max_bytes: int = 4 * MEBIBYTE
    max_retries: int = 2
    retry_share: float = 0.1
    breaker_failures: int = 5
    breaker_seconds: float = 30
    patience_seconds: float = 60


# Published for anonymous callers: 15 a second at Lift Wing. The others name no figure for reading,
# and ask for at most 3 requests at once everywhere.
LIFTWING = Manners(rate_per_second=15)
ORES = Manners(rate_per_second=4)
EVENTSTREAMS = Manners(rate_per_second=1)
WIKIS = Manners(rate_per_second=10)
