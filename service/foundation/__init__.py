"""What every room stands on: settings, clock, database, keys, outbox, quotas, logs."""
