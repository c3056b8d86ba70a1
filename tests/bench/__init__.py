"""Benchmarks against the field, in one interleaved run: `python -m tests.bench --help`."""
