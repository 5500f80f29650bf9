"""Through a design: what a laboratory gives at each timepoint of a visit."""

import numpy as np
import pytest

from pipeline.synthetic import designs
from pipeline.synthetic.visits import attendances
from pipeline.synthetic.walk import LAB_ERROR_MSO, parts


@pytest.fixture(scope="module")
def walked():
    design = designs.of_values({
        "groups": {"RLS": {"n": 30}},
        "sessions": [{"label": "one"}, {"label": "two"}],
        "timepoints": [{"label": "pre"}, {"label": "post", "minutes_after": 5}],
        "blocks": [
            {"task": "threshold", "kind": "threshold", "muscle": "FDI", "steps_mso": [0], "n": 1},
            {"task": "mep", "kind": "mep", "muscle": "FDI", "levels": [[120, 2]], "sessions": ["two"]},
            {"task": "late", "kind": "mep", "muscle": "TA", "timepoints": ["post"]},
        ],
        "effects": [{"what": "threshold", "where": {"timepoint": "post"}, "difference": -6}],
    })  # fmt: skip
    return [list(parts(design, 1, each)) for each in attendances(design, 1)]


def test_blocks_come_in_order_at_their_sessions_and_timepoints(walked):
    for person in walked:
        seen = [(part.visit.session, part.block.task, part.state.timepoint.label) for part in person]
        first, second = [("threshold", "pre"), ("threshold", "post"), ("late", "post")], ("mep", "pre")
        assert [each[1:] for each in seen if each[0] == "one"] == first
        assert second in [each[1:] for each in seen if each[0] == "two"]


def test_thresholds_are_looked_for_anew_and_intensities_stay(walked):
    error = []
    for person in walked:
        own = {(part.block.task, part.state.timepoint.label): part for part in person if part.visit.session == "two"}
        before, after = (own["mep", label].told["intensity_mso"] for label in ("pre", "post"))
        assert before.tolist() == after.tolist()
        for label in ("pre", "post"):
            part = own["threshold", label]
            error.append(part.told["intensity_mso"][0] - part.state.physiology.rest.threshold_mso)
    assert abs(np.mean(error)) < 0.3
    assert np.std(error) == pytest.approx(np.hypot(LAB_ERROR_MSO, 1 / 12**0.5), rel=0.3)


def test_names_tell_every_part_apart(walked):
    names = [part.name for person in walked for part in person]
    assert len(set(names)) == len(names)
