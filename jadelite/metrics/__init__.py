"""Pure statistics on arrays: numpy in, numbers with their intervals out.

Agreement among raters, a model against people, calibration, intervals and consensus. Knows nothing
of wikis, campaigns or databases; turning rows into arrays and numbers into words is for callers.
"""
