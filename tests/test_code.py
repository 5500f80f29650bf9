"""The code a stage may run is found statically."""

import ast
from pathlib import Path

import pytest

from pipeline import code


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A small package instead of ours: `detection` uses a helper, its data file, and, inside a function, `windows`."""
    files = {
        "__init__.py": "from .batch import run\n",
        "batch.py": "from . import flow\n",
        "windows.py": "X = 1\n",
        "detection/__init__.py": "from .onset import f\n",
        "detection/onset.py": "from . import helper\ndef f():\n    from ..windows import X\n    return X\n",
        "detection/helper.py": "TABLE = 'shapes.tsv'\n",
        "detection/shapes.tsv": "a\tb\n",
        "detection/unused.py": "Y = 2\n",
    }
    root = tmp_path / "pipeline"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.setattr(code, "ROOT", root)
    forget()
    yield root
    forget()


def forget():
    for each in (code.hashes, code._hash, code._file, code._reached):
        each.cache_clear()


def hashes(start, *skip):
    forget()
    return code.hashes(start, skip)


@pytest.mark.usefixtures("package")
def test_helpers_inner_imports_and_data_files_count():
    assert set(code.closure("detection")) == {
        "detection",
        "detection.onset",
        "detection.helper",
        "windows",
        "shapes.tsv",
    }
    assert "detection.helper" not in code.closure("detection", skip=("detection.helper",))


@pytest.mark.parametrize("name", ["detection/helper.py", "windows.py", "detection/shapes.tsv"])
def test_an_edit_of_what_may_run_changes_the_hash(package, name):
    before = hashes("detection")
    (package / name).write_text((package / name).read_text() + "\n# edited\n")
    after = hashes("detection")
    assert [each for each in after if after[each] != before[each]] == [
        Path(name).name if name.endswith("tsv") else name.removesuffix(".py").replace("/", ".")
    ]


def test_what_cannot_run_and_line_ends_do_not(package):
    before = hashes("detection")
    (package / "batch.py").write_text("from . import detection\nX = 3\n")
    (package / "detection/unused.py").write_text("Y = 3\n")
    crlf = (package / "windows.py").read_bytes().replace(b"\n", b"\r\n")
    (package / "windows.py").write_bytes(crlf)
    assert hashes("detection") == before


def test_a_dynamic_import_is_refused(package):
    (package / "windows.py").write_text("import importlib\nX = importlib.import_module('os')\n")
    with pytest.raises(ImportError, match="windows.py:2: a dynamic import"):
        hashes("detection")


@pytest.mark.parametrize("stage", ["conditioning", "detection", "excitability"])
def test_no_stage_may_run_another(stage):
    others = {"acquisition", "conditioning", "detection", "excitability", "batch", "flow", "store"} - {stage}
    assert not others & {name.partition(".")[0] for name in code.closure(stage)}


@pytest.mark.parametrize(
    "path",
    sorted(set(code.ROOT.rglob("*.py")) - {code.ROOT / "__init__.py"}),
    ids=lambda path: path.relative_to(code.ROOT).as_posix(),
)
def test_no_import_is_overlooked(path):
    """What a quick look at the lines of a module finds is what a parse of the whole finds."""
    name = ".".join(path.relative_to(code.ROOT).with_suffix("").parts).removesuffix(".__init__")
    source = path.read_bytes()
    quick = set(code._imports(code._import_statements(source), name, path))
    assert quick >= set(code._imports(ast.walk(ast.parse(source)), name, path))
    assert {code._file(each) for each in quick} == {
        code._file(each) for each in code._imports(ast.walk(ast.parse(source)), name, path)
    }
