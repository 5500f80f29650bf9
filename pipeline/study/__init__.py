"""All subjects' metrics in one place: tidy and wide tables with their dictionaries, for R, SPSS, JASP or pandas."""

from .export import FORMATS, export
from .gathered import Gathered, gathered
from .gathered import subjects_of as subjects

__all__ = ["FORMATS", "Gathered", "export", "gathered", "subjects"]
