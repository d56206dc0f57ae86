"""What Alembic runs (迁移环境): on the connection that ``upgrade`` gives it, in that connection's transaction."""

from __future__ import annotations

from alembic import context

_given = context.config.attributes
context.configure(
    connection=_given["connection"],
    version_table=_given["version_table"],
    version_table_schema=_given["schema"],
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
