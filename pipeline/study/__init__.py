"""All subjects' metrics in one place: tidy and wide tables with their dictionaries, for R, SPSS, JASP or pandas."""

from .export import FORMATS, export
from .gathered import Gathered, gathered

__all__ = ["FORMATS", "Gathered", "export", "gathered"]
