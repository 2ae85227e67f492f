"""All SQL. Query functions take a session and return domain values; rows never leave this room.

`session.Database` owns connections and the only commit; `tables/` is the schema, split by trip;
the other files hold the queries on one noun each.
"""
