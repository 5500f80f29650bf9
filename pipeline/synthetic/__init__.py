"""Trials, and whole EMG-BIDS studies, with known truth."""

from .memory import trials
from .mep import FAMILIES
from .parameters import MUSCLES, Muscle, Parameters, stated
from .study import simulate_study

__all__ = ["FAMILIES", "MUSCLES", "Muscle", "Parameters", "simulate_study", "stated", "trials"]
