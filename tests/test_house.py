"""The rules of the house, by enumeration."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import acquisition, columns, conditioning, detection, excitability, sections
from pipeline.schema import Choice, Each, Fields, Section, Steps

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pipeline"
STAGES = ("acquisition", "conditioning", "detection", "excitability")
FRAME = (
    "errors",
    "faults",
    "windows",
    "columns",
    "pulse_table",
    "trials",
    "muscles",
    "conditions",
    "design",
    "recordings",
    "study_tables",
    "visits",
    "shape_library",
    "norms",
    "norm_table",
)
"""Root modules that a stage may import."""

METHODS = {
    **{f"acquisition.{each.name}": each.read for each in acquisition.READERS},
    **{f"conditioning.{name}": step for name, step in conditioning.STEPS.items()},
    **{f"detection.{m.name}.{f.__name__}": f for m in detection.MEASURES for f in m.methods},
    **{f"excitability.{each.name}": each.function for each in excitability.METRICS},
}


def modules():
    return sorted(each.relative_to(PACKAGE).as_posix() for each in PACKAGE.rglob("*.py"))


def imported(path):
    """Modules of the package that a file imports, as dotted names below it."""
    parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
    package = parts[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1] + (node.module.split(".") if node.module else [])
            found.update(".".join([*base, each.name]) for each in node.names)
    return found


@pytest.mark.parametrize("name", modules())
def test_imports_run_downwards(name):
    top = name.split("/")[0].removesuffix(".py")
    used = {each.partition(".")[0] for each in imported(PACKAGE / name)} - {top}
    if top in STAGES:
        assert used <= set(FRAME), f"{name} imports {used - set(FRAME)}"
    elif top in FRAME:
        assert used <= set(FRAME) - {top}, f"{name} imports {used - set(FRAME)}"
    elif top == "synthetic":
        assert used <= {*FRAME, "yaml_source"}, f"{name} imports {used - {*FRAME, 'yaml_source'}}"
    else:
        assert "__main__" not in used


@pytest.mark.parametrize("name", modules())
def test_every_module_says_what_it_is_for(name):
    assert ast.get_docstring(ast.parse((PACKAGE / name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", METHODS)
def test_every_method_is_documented(name):
    method = METHODS[name]
    assert columns.summary(method)
    means = columns.meanings(method)
    assert not [each for each in columns.settings(method) if not means.get(each)], "settings without a meaning"


@pytest.mark.parametrize("measure", detection.MEASURES, ids=lambda each: each.name)
def test_every_column_is_explained_and_the_same_for_all_methods(measure):
    for method in measure.methods:
        assert columns.gives(method) == measure.gives
        assert all(each.meaning for each in columns.described(method))


@pytest.mark.parametrize("name", [each for each in METHODS if each.startswith(("detection", "excitability"))])
def test_every_measure_and_metric_names_its_source(name):
    text = METHODS[name].__doc__ or ""
    assert re.search(r"(19|20)\d\d", text) or re.search(r"\b[Oo]wn\b|[Ff]ield's standard", text), "no source, nor `own`"


def described(piece, at=""):
    """Every key of the config with its description."""
    if isinstance(piece, Section):
        yield from described(piece.fields, at) if piece.fields else ()
        for name, each in piece.pieces.items():
            yield from described(each, f"{at}.{name}")
    elif isinstance(piece, Fields):
        for name, field in piece.model.model_fields.items():
            yield f"{at}.{name}", field.description
    elif isinstance(piece, Choice):
        for method in piece.measure.methods:
            yield from described(Fields(columns.settings_model(method)), f"{at}.{method.__name__}")
    elif isinstance(piece, Steps):
        for name, step in piece.steps.items():
            yield from described(Fields(columns.settings_model(step)), f"{at}.{name}")
    elif isinstance(piece, Each):
        yield from described(piece.piece, at)


def test_every_config_key_is_documented():
    assert not [name for name, text in described(sections.tree()) if not text]


def test_generated_files_are_current():
    assert (ROOT / "configs/mep.schema.json").read_text(encoding="utf-8") == sections.json_schema()
    assert (ROOT / "configs/presets/default.yaml").read_text(encoding="utf-8") == sections.default_yaml()


def test_the_tree_of_the_readme_is_the_tree():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = text.split("## The tree")[1].split("```")[1]
    drawn = set(re.findall(r"^[├└]── (\S+?)/?\s", block, re.MULTILINE))
    there = {each.name for each in PACKAGE.iterdir() if each.suffix == ".py" or (each.is_dir() and each.name[0] != "_")}
    assert drawn == there - {"presets"}
    for name in re.findall(r"^(\w+)/", block, re.MULTILINE):
        assert (ROOT / name).is_dir()


def test_settings_are_few_and_functions_take_at_most_seven_parameters():
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                arguments = node.args.posonlyargs + node.args.args
                assert len([each for each in arguments if each.arg not in ("self", "cls")]) <= 7, (
                    f"{path.name}: {node.name}"
                )


def test_a_broken_config_and_help_load_nothing_heavy(tmp_path):
    (tmp_path / "study.yaml").write_text("study: {inptu: a}\n")
    script = (
        "import sys\nfrom pipeline.__main__ import main\n"
        "try: code = main(sys.argv[1:])\nexcept SystemExit as stop: code = stop.code\n"
        "heavy = [n for n in sys.modules if n in ('pandas', 'mne', 'h5py', 'matplotlib') or n.startswith('scipy.') "
        "and n.split('.')[1][0] != '_' and n not in ('scipy.version', 'scipy.__config__')]\n"
        "print(code, sorted(heavy))\n"
    )
    for arguments, code in ((["--help"], 0), (["check", str(tmp_path / "study.yaml")], 2)):
        done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == f"{code} []", done.stdout + done.stderr
