"""Results from strangers: nothing outside of a file is read, and a file that is damaged or lies is an error of ours."""

import json
import shutil

import h5py
import numpy as np
import pytest

import pipeline
from pipeline import batch, output
from pipeline.errors import ReadError


@pytest.fixture
def results(lab):
    return output.results_file(lab / "the results", "01")


@pytest.fixture
def secret(tmp_path):
    """Another file of ours that a link might lead to."""
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["onset_ms"] = np.arange(10.0)
        file.create_group("trials")["onset_ms"] = np.arange(10.0)
    return tmp_path / "secret.h5"


def replaced(path, name, put):
    """The file with one dataset taken out and something else in its place."""
    with h5py.File(path, "r+") as file:
        group = file["trials"]
        del group[name]
        put(group)


def test_an_external_link_is_not_followed(results, secret):
    replaced(
        results, "onset_ms", lambda group: group.__setitem__("onset_ms", h5py.ExternalLink(str(secret), "/onset_ms"))
    )
    with pytest.raises(ReadError, match="/trials/onset_ms is a link to elsewhere"):
        pipeline.read_results(results)


def test_a_group_elsewhere_is_not_followed(results, secret):
    with h5py.File(results, "r+") as file:
        del file["trials"]
        file["trials"] = h5py.ExternalLink(str(secret), "/trials")
    with pytest.raises(ReadError, match="/trials is a link to elsewhere"):
        pipeline.read_results(results)


def test_a_soft_link_is_not_followed(results):
    replaced(results, "onset_ms", lambda group: group.__setitem__("onset_ms", h5py.SoftLink("/metrics/value")))
    with pytest.raises(ReadError, match="is a link to elsewhere"):
        pipeline.read_results(results)


def test_a_virtual_dataset_is_not_followed(results, secret):
    layout = h5py.VirtualLayout((10,), float)
    layout[:] = h5py.VirtualSource(str(secret), "onset_ms", (10,))
    replaced(results, "onset_ms", lambda group: group.create_virtual_dataset("onset_ms", layout))
    with pytest.raises(ReadError, match="lies in another file"):
        pipeline.read_results(results)


def test_external_storage_is_not_followed(results, tmp_path):
    (tmp_path / "raw").write_bytes(bytes(80))
    outside = [(str(tmp_path / "raw"), 0, 80)]
    replaced(results, "onset_ms", lambda group: group.create_dataset("onset_ms", (10,), float, external=outside))
    with pytest.raises(ReadError, match="lies in another file"):
        pipeline.read_results(results)


def test_more_than_the_file_can_hold_is_not_read(results):
    replaced(results, "onset_ms", lambda group: group.create_dataset("onset_ms", (10**12,), float, chunks=(10**6,)))
    with pytest.raises(ReadError, match="claims 8000000000000 bytes but holds 0"):
        pipeline.read_results(results)


@pytest.mark.parametrize(
    "kind", [h5py.ref_dtype, np.dtype([("a", float)]), h5py.opaque_dtype(np.dtype("datetime64[s]"))]
)
def test_objects_are_not_read(results, kind):
    replaced(results, "onset_ms", lambda group: group.create_dataset("onset_ms", (10,), kind))
    with pytest.raises(ReadError):
        pipeline.read_results(results)


@pytest.mark.parametrize("text", ["", "[", "[]", "{}", '{"recordings": 1}', "[" * 100_000])
def test_results_that_do_not_say_what_they_were_made_from_are_made_anew(lab, results, everything, text):
    before = everything(lab / "the results")
    with h5py.File(results, "r+") as file:
        names, values = (file["provenance"][name] for name in ("name", "value"))
        values[list(names.asstr()[()]).index("made_from")] = text
    shutil.rmtree(lab / "the results/.mep")
    first, second = batch.run(lab / "study.yaml")
    assert (first.outcome, second.outcome) == (batch.DONE, batch.UNCHANGED)
    assert everything(lab / "the results") == before


@pytest.mark.parametrize("text", ["", "null", "[]", '{"format": 1}', '{"format": 1, "results": 3, "outcome": 7}',
                                  '{"format": 1, "inputs": [], "outcome": [1], "epochs": 5}'])  # fmt: skip
def test_what_is_remembered_may_be_nonsense(lab, everything, text):
    before = everything(lab / "the results")
    for each in (lab / "the results/.mep/hints").iterdir():
        each.write_text(text)
    assert {each.outcome for each in batch.run(lab / "study.yaml")} == {batch.UNCHANGED}
    assert everything(lab / "the results") == before


def test_the_facts_are_json_and_hold_no_path_of_this_machine(lab, results):
    facts = pipeline.read_results(results)["provenance"].set_index("name")["value"]
    made = json.loads(facts["made_from"])
    assert list(made["recordings"]) == sorted(made["recordings"])
    assert str(lab) not in facts["made_from"]
