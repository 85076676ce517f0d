"""Events of the journal for others: as CloudEvents, by the rights of whoever is told, as a stream and by webhooks."""
