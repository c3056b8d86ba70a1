"""Realistic native logs with incidents, made from a seed: for demonstration, tests and load."""

from console.simulate.generate import simulate
from console.simulate.truth import IncidentTruth, RouteTruth, Truth, read_truth, truth_path

__all__ = ["IncidentTruth", "RouteTruth", "Truth", "read_truth", "simulate", "truth_path"]
