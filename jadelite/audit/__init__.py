"""The use cases: each file is one trip, and every transaction is opened here.

Doors call these functions and nothing below them. `now` is always an argument.
"""
