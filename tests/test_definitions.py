"""The page of definitions is what the code says."""

from pathlib import Path

from pipeline import definitions
from pipeline.columns import settings
from pipeline.excitability import METRICS, STATUSES

PAGE = Path(__file__).parents[1] / "docs" / "measures.md"


def test_the_page_is_what_the_code_says():
    made = PAGE.read_text(encoding="utf-8").split("<!-- made by: mep list definitions -->\n\n")[1]
    assert made == definitions.page(), "renew it: put the output of `mep list definitions` below the mark"


def test_everything_is_on_the_page():
    page = definitions.page()
    for metric in METRICS:
        assert f"| `{metric.name}` |" in page
        assert all(f"| `{metric.name}: {name}` |" in page for name in metric.conventions)
        assert all(f"| `{metric.name}.{name}` |" in page for name in settings(metric.function))
    assert all(f"| `{code}` |" in page for code in STATUSES)
