"""Arm by timepoint in a crossover, from the tidy table of `mep export`, with pandas and statsmodels alone.

    python crossover.py study_metrics.csv metric=mep_amplitude convention=geometric_mean [column=value ...]
        [scale=log] [sham=sham] [reference=pre]

Fits arm * timepoint + period + sequence with an intercept for each subject and for each session of a subject.
scale=log models logarithms, as `mep` does with sizes and ratios of sizes. All groups are in one model: state group=...
for one of them. Prints a table separated by tabs: the
coefficients of arm:timepoint are how much more an arm changes than sham (log ratios with scale=log). The p values are
statsmodels' own, of the normal distribution: they are too small in small studies, where `mep` and crossover.R use t.
"""

import sys

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf

CELL = ["metric", "convention", "state", "side", "muscle", "level"]
SETTINGS = {"scale": "raw", "sham": "sham", "reference": "pre"}


def chosen(path, stated):
    """The rows of one kind of numbers that have a value, with the value to model as `y`."""
    # as words, so that subject 01 stays 01
    rows = pd.read_csv(path, dtype=str, na_values=["n/a"], keep_default_na=False)
    for name, value in stated.items():
        if name not in rows:
            sys.exit(f"no column {name}; there are: {', '.join(rows)}")
        rows = rows[rows[name] == value]
    if not len(rows):
        sys.exit(f"no row has {', '.join(f'{name}={value}' for name, value in stated.items())}")
    kinds = rows[CELL].drop_duplicates()
    if len(kinds) != 1:
        sys.exit(
            f"{kinds.to_string(index=False)}\nthese are {len(kinds)} kinds of numbers; state columns until one is left"
        )
    rows = rows[rows["value"].notna() & (rows["arm"] != "") & (rows["timepoint"] != "")]
    return rows.assign(y=rows["value"].astype(float))


def model(rows, sham, reference):
    """The fixed part, as a formula."""
    fixed = f"C(arm, Treatment({sham!r})) * C(timepoint, Treatment({reference!r}))"
    if rows["period"].nunique() > 1:
        fixed += " + C(period)"
    if 1 < rows["sequence"].nunique() <= rows["subject"].nunique() / 2:
        fixed += " + C(sequence)"
    return f"y ~ {fixed}"


def main(path, *pairs):
    """Print the table."""
    stated = dict(pair.split("=", 1) for pair in pairs)
    settings = {name: stated.pop(name, default) for name, default in SETTINGS.items()}
    rows = chosen(path, stated)
    if settings["scale"] == "log":
        rows = rows[rows["y"] > 0].assign(y=lambda each: np.log(each["y"]))
    mixed = smf.mixedlm(model(rows, settings["sham"], settings["reference"]), rows, groups="subject", re_formula="1",
                        vc_formula={"session": "0 + C(session)"})  # fmt: skip
    fitted = mixed.fit(reml=True)
    table = pd.DataFrame(
        {"estimate": fitted.fe_params, "se": fitted.bse_fe, "p": fitted.pvalues[fitted.fe_params.index]}
    )
    print(table.rename_axis("coefficient").to_csv(sep="\t", float_format="%.8g"), end="")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
