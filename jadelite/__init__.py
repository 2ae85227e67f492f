"""jadelite: wiki communities audit the machine-learning models that score their edits.

Map of the house, from the ground up (a room imports only from floors below it):

    8  web        pages, API, languages: the only room that knows Flask and Babel
       cli        the `jadelite` command, for operators
    7  worker     the background door: runs use cases from rows of work
    6  wiring     joins the parts into Services
    5  audit      the use cases; every transaction is opened here
    4  db         all SQL; rows never leave it
       wiki       what is said to, or known of, a MediaWiki; diffs
       scoring    where scores come from; model cards and local models
    3  upstream   one polite way to ask a server outside
    2  domain     the words of the field: values and rules, no input or output
       metrics    statistics on arrays: numpy in, numbers out
    1  config     settings, read once; where data folders lie

Read next: domain/facets.py, domain/judgments.py, db/tables/, audit/judging.py,
web/pages/review.py, metrics/agreement.py, audit/reporting.py.
"""

__version__ = "0.1.0"
