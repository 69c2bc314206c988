"""From batches of rows to columns: the queries, the database, and what is read as what."""
