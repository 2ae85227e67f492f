"""`python -m jadelite.cli`, for starting it with a known interpreter."""

from jadelite.cli import main

main()
