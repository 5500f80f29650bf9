from .acquisition import load as load
from .batch import run as run
from .conditioning import condition as condition
from .detection import detect as detect
from .excitability import summarise as summarise
from .store import read_results as read_results
from .trials import Trials as Trials
