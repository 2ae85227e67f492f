"""Where scores come from: model cards, and local models that are trained and run here.

Owns features of a change, training rows, cards and artefacts. Which scores are stored, and when
models are run, is left to `audit`; nothing here knows the database.
"""
