"""Runs migrations on the connection that `service.foundation.migrating` hands over."""

from alembic import context

import service.app  # noqa: F401  (imports every store, and with them every table)
from service.foundation.database import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_server_default=True,
    transaction_per_migration=False,
)
context.run_migrations()
