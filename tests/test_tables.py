"""docs/results.md says what a real results file holds, and its lines of Python run."""

import re
from pathlib import Path

import h5py
import pytest

from pipeline import batch, tables

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "results.md"
CARRIED = "as it stands in the recording's tables"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A folder with results/demo, one subject of the demo."""
    folder = tmp_path_factory.mktemp("study")
    (done,) = batch.run(ROOT / "configs" / "demo.yaml", subjects=["01"], output=folder / "results" / "demo")
    assert done.outcome == "done"
    return folder


@pytest.fixture(scope="module")
def columns(study):
    """Group and column -> unit, meaning and method, of a results file and a file of conditioned epochs."""
    files = sorted(study.rglob("*.h5"))
    chosen = [next(each for each in files if kind in each.name) for kind in ("excitability", "conditioned")]
    found = {}
    for path in chosen:
        with h5py.File(path) as file:
            for group in file.values():
                for name, data in group.items():
                    found[group.name, name] = tuple(data.attrs[key] for key in ("unit", "meaning", "method"))
    return found


def documented():
    """Group and column -> unit and meaning, as the page says."""
    found, group = {}, ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        group = line.removeprefix("### ") if line.startswith("### ") else group
        if group.startswith("/") and (row := re.fullmatch(r"\| `(\w+)` \| (.*?) ?\| (.*) \|", line)):
            found[group, row[1]] = row[2], row[3]
    return found


def test_the_page_is_what_the_code_says():
    made = PAGE.read_text(encoding="utf-8").split("<!-- made by: mep list results -->\n\n")[1]
    assert made == tables.page(), "renew it: put the output of `mep list results` below the mark"


def test_every_column_of_a_file_is_on_the_page(columns):
    page = documented()
    for (group, name), (unit, meaning, _) in columns.items():
        assert meaning, f"{group}/{name} has no meaning"
        if meaning == CARRIED:
            assert (group, name) not in page
        else:
            assert page[group, name] == (unit, meaning), f"{group}/{name}"


def test_only_unknown_columns_are_carried(columns):
    carried = {name for (_, name), (_, meaning, _) in columns.items() if meaning == CARRIED}
    assert carried == {"duration", "trial_type"}


def test_what_the_page_promises_is_in_the_file(columns):
    for group in ("recordings", "averages", "metrics", "qc", "provenance"):
        held = {each.name for each in tables.held(group)}
        assert {name for there, name in columns if there == f"/{group}"} == held
    trials = [each.name for each in tables.held("trials")]
    optional = {"conditioning_mso", "isi_ms", "nerve_ma", "minutes_after", "onset_s", "mains_hz"}
    assert set(trials) - {name for there, name in columns if there == "/trials"} <= optional


def test_units_are_those_of_the_names(columns):
    assert columns["/trials", "onset_ms"][0] == columns["/averages", "time_ms"][0] == "ms"
    assert columns["/trials", "peak_to_peak_uv"][0] == columns["/epochs", "emg_uv"][0] == "µV"
    assert columns["/trials", "area_uv_ms"][0] == "µV·ms"
    assert columns["/trials", "intensity_mso"][0] == "%MSO"


def test_the_method_of_a_column_is_the_one_that_gave_it(columns):
    assert columns["/trials", "onset_ms"][2] == "evidence"
    assert columns["/trials", "muscle"][2] == ""


def test_the_method_is_that_of_the_settings():
    section = {measure.name: {"method": measure.methods[0].__name__} for measure in tables.detection.MEASURES}
    other = {**section, "onset": {"method": "aic"}}
    assert tables.of_trials([other])["onset_ms"].method == "aic"
    assert tables.of_trials([section, other])["onset_ms"].method == "evidence;aic"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("code", blocks("python"), ids=lambda code: code.splitlines()[-1][:30])
def test_the_lines_of_python_run(study, code, monkeypatch):
    pytest.importorskip("xarray")
    monkeypatch.chdir(study)
    names = {}
    exec(code, names)
    if "rmt" in names:
        assert names["unit"] == "ms"
        assert set(names["rmt"]["muscle"]) == {"FDI", "TA"}
        assert not names["accepted"]["excluded"].any()
    if "onset_ms" in names:
        assert len(names["onset_ms"]) == len(names["muscle"]) == len(names["excluded"]) > 0
        assert names["averages"]["mean_uv"].dims == ("row", "time_ms")
        assert "rmt" in set(names["metrics"]["metric"])
    if "emg_uv" in names:
        assert names["also"].dims == ("trial", "channel", "time_ms")
        assert names["also"].shape == names["emg_uv"].shape
    for name in ("averages", "also"):
        getattr(names.get(name), "close", lambda: None)()


@pytest.mark.parametrize("table", tables.TABLES)
def test_the_table_of_lines_reads_every_table(study, table):
    row = next(line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| `/{table}` |"))
    matlab, in_r, python = (cell.strip("` ") for cell in row.split("|")[2:5])
    assert f"/{table}" in matlab
    assert f'"{table}' in in_r
    import pipeline

    names = {"pipeline": pipeline, "file": next(study.rglob("*excitability_emg.h5"))}
    assert len(eval(python, names))
