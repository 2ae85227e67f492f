"""Runs migrations over a connection that `jadelite.db.schema` hands in."""

from alembic import context

from jadelite.db.tables import Base

# The caller's connection carries the transaction: all migrations, or none.
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    transaction_per_migration=False,
)
if connection.dialect.name == "postgresql":
    # A migration that can't get its lock soon must not queue all readers behind itself.
    connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
    connection.exec_driver_sql("SET LOCAL statement_timeout = '15min'")
with context.begin_transaction():
    context.run_migrations()
