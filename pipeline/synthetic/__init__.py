"""Trials, and whole EMG-BIDS studies, with known truth."""

from .design_study import simulate_design
from .memory import trials
from .mep import FAMILIES
from .parameters import MUSCLES, Muscle, Parameters, stated
from .study import simulate_study

__all__ = ["FAMILIES", "MUSCLES", "Muscle", "Parameters", "simulate_design", "simulate_study", "stated", "trials"]
