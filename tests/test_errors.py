"""The tree of errors, and what is said of an unknown name."""

import pytest

from pipeline import errors


def test_the_tree_is_as_drawn():
    names = ["ConfigError", "ReadError", "MeasureError", "WriteError", "StudyError"]
    assert all(issubclass(getattr(errors, name), errors.PipelineError) for name in names)
    assert all(name in errors.__doc__ for name in ["PipelineError", *names])
    own = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)]
    assert {each.__name__ for each in own} == {"PipelineError", *names}


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("n_std", ["n_sd", "order"], "did you mean 'n_sd'? There are: n_sd, order"),
        ("xyz", ["b", "a"], "There are: a, b"),
        ("xyz", [], "There are: none"),
        (7, [6, 7], "did you mean '7'? There are: 6, 7"),
    ],
)
def test_did_you_mean(name, known, said):
    assert errors.did_you_mean(name, known) == said


def test_the_lead_is_what_the_reader_needs():
    assert errors.did_you_mean("x", ["a"], "It has") == "It has: a"
