"""SQLite: the durable copy of all that is known. All SQL of the program is in this package."""
