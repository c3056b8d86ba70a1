"""Months of alerting in virtual time, seeded, against an oracle that counts everything anew."""
