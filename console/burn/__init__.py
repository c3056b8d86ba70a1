"""Counts -> rates and alerts. Pure: integers and fractions in, decisions out; clock given."""
