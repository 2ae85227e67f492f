"""The disagreement report: from the columns of a frozen snapshot to figures and lists.

A snapshot is what a report rests on and what its data files hold; the same snapshot, code and seed
give the same report, in the house and in anybody's notebook. Every number is made in `metrics`.
numpy is all that this room needs.
"""
