"""Tables of norms: the shipped one, row by row, and what is said of a wrong one."""

import csv
import re
from pathlib import Path

import pytest

from pipeline import excitability, muscles, norm_table
from pipeline.errors import ConfigError
from pipeline.excitability import METRICS, own_norms
from pipeline.norms import KINDS, TRUST

with norm_table.SHIPPED.open(encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file, delimiter="\t"))
HEAD = ("metric", "convention", "muscle", "state", "kind", "low", "high", "mean", "sd", "unit", "trust", "source")
GOOD = {"metric": "rmt", "convention": "ml_pest", "muscle": "FDI", "state": "rest", "kind": "norm", "low": "30",
        "high": "60", "mean": "", "sd": "", "unit": "%MSO", "trust": "own", "source": "here"}  # fmt: skip


def written(folder, *rows, name="own.tsv"):
    names = list(dict.fromkeys(name for row in rows for name in row)) or list(HEAD)
    lines = [names, *([row.get(name, "") for name in names] for row in rows)]
    (folder / name).write_text("\n".join("\t".join(line) for line in lines) + "\n", encoding="utf-8")
    return folder / name


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['metric']} {row['muscle']} {row['source']}")
def test_every_shipped_row_is_legal_and_has_source_and_trust(row):
    metric = next(each for each in METRICS if each.name == row["metric"])
    assert set(filter(None, row["convention"].split(";"))) <= {*metric.conventions, "any"}
    assert row["unit"] == metric.unit
    assert row["source"]
    assert row["trust"] in TRUST
    assert row["kind"] in KINDS
    assert row["state"] in ("rest", "active", "")
    assert row["muscle"] in {each.muscle for each in muscles.shipped().values()} | {""}
    assert row["trust"] != "m" or "from memory" in row["source"]
    assert row["trust"] != "P" or re.search(r"(19|20)\d\d", row["source"])


def test_the_shipped_table_is_read_whole():
    assert len(norm_table.shipped()) == len(ROWS) == len(own_norms(norm_table.SHIPPED))
    assert list(ROWS[0]) == list(norm_table.COLUMNS)


def test_no_shipped_row_stands_twice():
    keys = [tuple(value for name, value in row.items() if name not in ("note", "low", "high")) for row in ROWS]
    assert len(set(keys)) == len(keys)


def test_mean_and_sd_make_a_range():
    (apb,) = [each for each in norm_table.shipped() if (each.metric, each.muscle) == ("rmt", "apb")]
    assert apb.by_sd
    assert (apb.low, apb.high) == pytest.approx((47.31 - 16.12, 47.31 + 16.12))


def test_no_shipped_limit_is_below_zero():
    assert not [each for each in norm_table.shipped() if each.low <= 0 or each.high <= 0]


def test_silent_period_norms_that_disagree_are_two_rows():
    own = [each for each in norm_table.shipped() if (each.metric, each.muscle) == ("cortical_sp", "ta")]
    assert sorted((each.low, each.high) for each in own) == [(60, 180), (70, 140)]
    assert len({each.source for each in own}) == 2


def test_a_table_needs_few_columns(tmp_path):
    (made,) = own_norms(written(tmp_path, GOOD))
    assert (made.metric, made.conventions, made.muscle, made.low, made.high) == ("rmt", ("ml_pest",), "fdi", 30.0, 60.0)
    assert not made.spans["percent_rmt"].stated
    assert not own_norms(written(tmp_path))


def test_a_muscle_of_the_config_is_known(tmp_path):
    path = written(tmp_path, {**GOOD, "muscle": "ECR"})
    with pytest.raises(ConfigError, match="own.tsv:2: no muscle 'ECR'; .*There are: ADM, AH, APB"):
        own_norms(path)
    assert own_norms(path, ["ECR"])[0].muscle == "ecr"


@pytest.mark.parametrize(("changed", "said"), [
    ({"metric": "rtm"}, "no metric 'rtm'; did you mean 'rmt'?"),
    ({"convention": "ml_pets"}, "rmt has no convention 'ml_pets'; did you mean 'ml_pest'?"),
    ({"convention": "ml_pest; pest"}, "rmt has no convention 'pest'"),
    ({"muscle": "FDX"}, "no muscle 'FDX'; did you mean 'FDI'?"),
    ({"unit": "mV"}, "unit is 'mV'; expected '%MSO', that of rmt"),
    ({"unit": "ms", "convention": "any"}, "unit is 'ms'; expected '%MSO'"),
    ({"kind": "normal"}, "kind is 'normal'; expected norm, plausibility, cut_off"),
    ({"trust": "x"}, "trust is 'x'; expected P, C, M, m, own"),
    ({"state": "still"}, "state is 'still'; expected rest, active"),
    ({"sex": "x"}, "sex is 'x'; expected F, M or nothing"),
    ({"source": ""}, "no source"),
    ({"low": "thirty"}, "low is 'thirty'; expected a number"),
    ({"low": "nan"}, "low is 'nan'; expected a number"),
    ({"low": "60", "high": "30"}, "low is 60 and high is 30; expected the lower one first"),
    ({"age_from": "60", "age_to": "30"}, "age_from is 60 and age_to is 30"),
    ({"low": "", "high": ""}, "no limits; expected low, high or both, or mean and sd"),
    ({"low": "", "high": "", "mean": "40"}, "no limits"),
    ({"low": "", "high": "", "mean": "40", "sd": "0"}, "sd is 0; expected more than 0"),
    ({"per_cm": "0.1"}, "per_cm and at_cm; expected both or neither"),
])  # fmt: skip
def test_what_is_wrong_is_said_with_file_and_line(changed, said, tmp_path):
    with pytest.raises(ConfigError) as error:
        own_norms(written(tmp_path, GOOD, {**GOOD, **changed}))
    assert str(error.value).startswith("own.tsv:3: ")
    assert said in str(error.value)


def test_everything_wrong_is_said_at_once(tmp_path):
    with pytest.raises(ConfigError) as error:
        own_norms(written(tmp_path, {**GOOD, "metric": "x", "trust": "?"}, GOOD, {**GOOD, "low": "x"}))
    assert [line.split(": ")[0] for line in str(error.value).splitlines()] == ["own.tsv:2", "own.tsv:2", "own.tsv:4"]


def test_columns_are_known_and_the_needed_ones_there(tmp_path):
    with pytest.raises(ConfigError, match="no column 'trust', which it must have"):
        own_norms(written(tmp_path, {name: value for name, value in GOOD.items() if name != "trust"}))
    with pytest.raises(ConfigError, match="own.tsv: no column 'hihg' is known; did you mean 'high'"):
        own_norms(written(tmp_path, {**GOOD, "hihg": "9"}))


def test_a_convention_may_have_a_unit_of_its_own(tmp_path):
    row = {**GOOD, "metric": "sici", "convention": "percent_change", "unit": "%", "low": "-80", "high": "-40"}
    assert own_norms(written(tmp_path, row))[0].unit == "%"


def test_the_example_of_the_page_is_legal(tmp_path):
    page = (Path(__file__).parents[1] / "docs/measures.md").read_text(encoding="utf-8")
    section = page.split("## References")[1].split("\n## ")[0]
    (tmp_path / "own.tsv").write_text(section.split("```\n")[1], encoding="utf-8")
    assert [each.metric for each in own_norms(tmp_path / "own.tsv")] == ["rmt", "cmct"]
    for name in norm_table.COLUMNS:
        assert f"`{name}`" in section


def test_what_is_listed_is_the_table():
    rows = norm_table.listed()
    assert len(rows) == len(ROWS)
    assert {row["trust"] for row in rows if row["source"].startswith("from memory")} == {"unverified"}
    assert all(row["range"] for row in rows)
    assert {row["range"] for row in rows if row["metric"] == "rmt" and row["muscle"] == "APB"} == {"47.31 ± 8.06"}
    assert {each["name"] for each in excitability.describe()} >= {row["metric"] for row in rows}
