"""One polite way to ask a server outside: limits, patience, refusals. Only here is requests known.

Start at `open.py`; what comes back is in `answers.py`, what is promised to others in `manners.py`.
"""
