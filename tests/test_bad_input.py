"""Bad input through the command line: one message that says where and what, others done, earlier results untouched."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import edfio
import filelock
import h5py
import numpy as np
import pytest
import scipy

import pipeline

STEM = "ses-pm_task-handRest"
POSIX = sys.platform != "win32"
RUN = ("run", "--jobs", "1")


def emg(study, subject, end="emg.bdf"):
    """A file of a subject's recording."""
    return study / f"sub-{subject}" / "ses-pm" / "emg" / f"sub-{subject}_{STEM}_{end}"


def edit(path, old, new, count=-1):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def results(output, subject):
    return output / f"sub-{subject}" / f"sub-{subject}_desc-excitability_emg.h5"


# What is wrong with a recording: a function that breaks it, and what the message must say beside the file's name.


def cut_short(path, keep):
    path.write_bytes(path.read_bytes()[:keep])


def truncated_edf(study, subject):
    path = emg(study, subject)
    signal = edfio.read_bdf(path).signals[0]
    whole = edfio.EdfSignal(
        signal.data,
        signal.sampling_frequency,
        label=signal.label,
        physical_dimension="uV",
        physical_range=(-32768, 32767),
    )
    edfio.Edf([whole], data_record_duration=0.5).write(path.with_suffix(".edf"))
    path.unlink()
    cut_short(path.with_suffix(".edf"), -1000)


def in_mv(study, subject):
    path = emg(study, subject)
    content = path.read_bytes()
    path.write_bytes(content[:256] + content[256:512].replace(b"uV", b"mV") + content[512:])
    edit(emg(study, subject, "channels.tsv"), "uV", "mV")


def constant(study, subject):
    path = emg(study, subject)
    content = path.read_bytes()
    path.write_bytes(content[:512] + b"\1\2\3" * ((len(content) - 512) // 3))


def beyond_the_end(study, subject):
    path = emg(study, subject, "events.tsv")
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:-1], "400" + lines[-1][lines[-1].index("\t") :]]) + "\n")


def made_a_folder(study, subject):
    emg(study, subject).unlink()
    emg(study, subject).mkdir()


FAULTS = {
    "truncatedBdf": (
        lambda *of: cut_short(emg(*of), -1000),
        "emg.bdf: is truncated: its header says 10 data records of 0.5 s, 1000 of 60512 bytes are missing",
    ),
    "truncatedEdf": (truncated_edf, "emg.edf: is truncated: its header says 10 data records of 0.5 s, 1000 of"),
    "truncatedHeader": (
        lambda *of: cut_short(emg(*of), 300),
        "emg.bdf: is truncated: it ends within its header, after 300 of 512 bytes",
    ),
    "zeroBytes": (lambda *of: emg(*of).write_bytes(b""), "emg.bdf: is empty (0 bytes)"),
    "otherFile": (
        lambda *of: emg(*of).write_bytes(b"This is a letter. " * 99),
        "emg.bdf: is not an EDF or BDF file: it does not begin as one",
    ),
    "folder": (made_a_folder, "emg.bdf: is not a file"),
    "unitsDisagree": (
        lambda *of: edit(emg(*of, "channels.tsv"), "uV", "mV"),
        "channel 'FDI_R': the file's header gives its samples in uV, channels.tsv in mV. Correct",
    ),
    "unitsImplausible": (in_mv, "channel 'FDI_R' cannot be EMG in mV: 99 % of its samples lie within"),
    "missingChannel": (
        lambda *of: edit(emg(*of, "channels.tsv"), "FDI_R", "APB_R"),
        "there is no channel 'APB_R' in the file; There are: FDI_R",
    ),
    "missingEvents": (lambda *of: emg(*of, "events.tsv").unlink(), "no events.tsv applies to it (expected sub-missing"),
    "emptyEvents": (
        lambda *of: emg(*of, "events.tsv").write_bytes(b""),
        "events.tsv is empty; expected a table with a line of column names",
    ),
    "noEvents": (
        lambda *of: edit(emg(*of, "events.tsv"), emg(*of, "events.tsv").read_text().split("\n", 1)[1], ""),
        "events.tsv: it has no rows; expected at least one pulse",
    ),
    "eventsBeyond": (
        beyond_the_end,
        "events.tsv line 11 at 400 s lies outside the recording, which goes from 0 s to 5 s",
    ),
    "onsetInWords": (
        lambda *of: edit(emg(*of, "events.tsv"), "\n0.15\t", "\nsoon\t"),
        "events.tsv line 2: onset is 'soon', expected a time in s",
    ),
    "notUtf8": (
        lambda *of: emg(*of, "events.tsv").write_bytes(b"onset\tpulse\n0.15\t\xff\n"),
        "events.tsv is not a table of UTF-8 text",
    ),
    "unknownPulse": (
        lambda *of: edit(emg(*of, "events.tsv"), "\tsingle\t", "\tsinlge\t", 1),
        "pulse table, trial 0: pulse 'sinlge' is unknown; did you mean 'single'? There are: mvc,",
    ),
    "constantSignal": (constant, "channel 'FDI_R' is constant throughout; it is unplugged, or the wrong channel"),
    "unknownMuscle": (
        lambda *of: edit(emg(*of, "channels.tsv"), "\tFDI\t", "\tXYZ\t"),
        "muscle 'XYZ' has no profile; give it one in the config: muscles: {XYZ: {response_ms: {tms: [from, to]}}}",
    ),
    "badSidecar": (lambda *of: emg(*of, "emg.json").write_text("{"), "emg.json is not JSON:"),
}
FINE = ("00first", "zzlast")


def with_subject(study, subject):
    """One more subject: the first one under another name."""
    for path in sorted((study / "sub-01").rglob("*_*")):
        other = study / Path(str(path.relative_to(study)).replace("sub-01", f"sub-{subject}"))
        other.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, other)


@pytest.fixture(scope="module")
def broken(earlier, mep, tmp_path_factory, everything):
    """A study with one subject for each fault, whole ones before and after: what run and check say, and the output."""
    folder = tmp_path_factory.mktemp("broken") / earlier.name
    shutil.copytree(earlier, folder)
    study, output = folder / "raw data", folder / "the results"
    for name, (fault, _) in FAULTS.items():
        with_subject(study, name)
        fault(study, name)
        results(output, name).parent.mkdir()
        shutil.copy(results(output, "01"), results(output, name))
    for name in FINE:
        with_subject(study, name)
    shutil.rmtree(study / "sub-01")
    shutil.rmtree(study / "sub-02")
    before = everything(output)
    said = mep(*RUN, folder / "study.yaml")
    return said, mep("check", folder / "study.yaml"), output, before


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_said_once_and_the_earlier_results_stay(broken, name, everything):
    said, checked, output, before = broken
    words = FAULTS[name][1]
    (row,) = said.rows(name)
    assert row.split()[1] == "failed"
    assert f"sub-{name}_{STEM}" in row
    assert words in row
    problems = [line for line in checked.out.splitlines() if f"sub-{name}_" in line]
    assert len(problems) == 1
    assert problems[0].startswith(f"problem: sub-{name}_{STEM}")
    assert words in problems[0]
    after = everything(output / f"sub-{name}")
    assert after == {key.partition("/")[2]: value for key, value in before.items() if key.startswith(f"sub-{name}/")}


def test_a_run_with_faults_does_the_others_and_ends_with_1(broken):
    said, checked, output, _ = broken
    assert (said.code, checked.code) == (1, 1)
    assert said.err == checked.err == ""
    for name in FINE:
        (row,) = said.rows(name)
        assert row.split()[1] == "done"
        assert results(output, name).is_file()
    assert f"{len(FAULTS) + 2} subjects: 2 done, {len(FAULTS)} failed; results in {output}" in said.out
    lines = said.out.splitlines()
    assert sum("has no recording" in line for line in lines) == 2, "participants that were renamed"
    assert len(lines) == len(FAULTS) + 6, "a line each, and the header, and the last one"
    assert f"{len(FAULTS)} problems" in checked.out
    assert not list(output.rglob("*.part"))


def test_a_unit_that_cannot_be_says_which_would_fit(broken):
    assert "uV would be plausible. State the unit in the config: acquisition: {unit: ...}" in broken[0].out


# What is odd but can be done: exit 0, and the message says what happened.


def only_the_first_trial(study, subject):
    path = emg(study, subject)
    content = path.read_bytes()
    one = content[:236] + b"1".ljust(8) + content[244 : 512 + (len(content) - 512) // 10]
    path.write_bytes(one)
    path = emg(study, subject, "events.tsv")
    path.write_text("\n".join(path.read_text().splitlines()[:2]) + "\n")


def test_one_trial_only_is_done_and_said(lab, mep):
    only_the_first_trial(lab / "raw data", "02")
    said = mep(*RUN, lab / "study.yaml", "--subject", "02")
    checked = mep("check", lab / "study.yaml")
    assert (said.code, checked.code) == (0, 0)
    (row,) = said.rows("02")
    assert row.split()[1:4] == ["done", "1", "0"]
    assert f"sub-02_{STEM}: only 1 of 1 trials of R FDI accepted" in row
    assert f"warning: sub-02_{STEM}: only 1 of 1 trials of R FDI accepted" in checked.out
    metrics = pipeline.read_results(results(lab / "the results", "02"))["metrics"].set_index(["metric", "convention"])
    assert metrics.loc["rmt", "status"].drop("entered").str.contains("few_pulses|not_bracketed").all()
    assert np.isfinite(metrics.loc[("mep_amplitude", "mean"), "value"])
    assert metrics.loc[("mep_amplitude", "mean"), "n_used"] == 1


def test_all_trials_rejected_is_done_and_said(lab, mep):
    with (lab / "study.yaml").open("a") as file:
        file.write("overrides:\n  - where: {subject: '01'}\n    detection: {screening: {max_rest_uv: 0.01}}\n")
    said = mep(*RUN, lab / "study.yaml")
    assert said.code == 0
    (row,) = said.rows("01")
    assert row.split()[1:4] == ["done", "0", "10"]
    assert f"sub-01_{STEM}: none of 10 trials of R FDI accepted (pre_activation 10)" in row
    tables = pipeline.read_results(results(lab / "the results", "01"))
    assert (tables["metrics"]["status"] == "no_accepted_trials").all()
    assert tables["metrics"]["value"].isna().all()
    assert (tables["metrics"]["n_rejected"] == 10).sum() > 0
    assert tables["trials"]["excluded"].all()
    checked = mep("check", lab / "study.yaml")
    assert checked.code == 0
    assert f"warning: sub-01_{STEM}: none of 10 trials of R FDI accepted (pre_activation 10)" in checked.out


# NaN in a signal: tables and MATLAB files can hold them.

RATE_HZ, FIRST_MS = 2000, -150
TIMES_MS = FIRST_MS + np.arange(1000) * 1000 / RATE_HZ


def responses(rng, n_trials=6):
    """(n_trials, n_samples) µV."""
    inside = (TIMES_MS >= 22) & (TIMES_MS < 32)
    shape = np.where(inside, 400 * np.sin((TIMES_MS - 22) / 10 * 2 * np.pi), 0)
    return rng.normal(0, 2, (n_trials, len(TIMES_MS))) + shape


def write_table(path, trials):
    rows = [
        f"{trial},{time:g},{'' if np.isnan(value) else f'{value:.4f}'}"
        for trial, values in enumerate(trials)
        for time, value in zip(TIMES_MS, values, strict=True)
    ]
    path.write_text("\n".join(["trial,time_ms,emg", *rows]) + "\n", encoding="utf-8")


@pytest.fixture
def outside_bids(tmp_path):
    """A study of a table, a MATLAB file, and a table that is nothing but NaN."""
    rng = np.random.default_rng(3)
    some, all_of_one, nothing = responses(rng), responses(rng), responses(rng)
    some[2, (TIMES_MS > 25) & (TIMES_MS < 27)] = np.nan
    all_of_one[4] = np.nan
    nothing[:] = np.nan
    write_table(tmp_path / "a table.csv", some)
    scipy.io.savemat(tmp_path / "épochs.mat", {"emg": all_of_one})
    write_table(tmp_path / "nothing.csv", nothing)
    (tmp_path / "recordings.tsv").write_text(
        "file\tsubject\thotspot_muscle\thotspot_side\tintensity_mso\tstate\n"
        "a table.csv\t01\tFDI\tR\t60\trest\n"
        "épochs.mat\t02\tFDI\tR\t60\trest\n"
        "nothing.csv\t03\tFDI\tR\t60\trest\n",
        encoding="utf-8",
    )
    (tmp_path / "study.yaml").write_text(
        "study: {input: recordings.tsv, output: out}\n"
        "acquisition:\n"
        "  unit: uV\n"
        "  channels: {emg: {muscle: FDI, side: R}}\n"
        "  table: {pulse: single}\n"
        f"  mat_epochs: {{axes: [trial, time], rate_hz: {RATE_HZ}, first_ms: {FIRST_MS}, pulse: single}}\n"
    )
    return tmp_path


def test_nan_in_the_signal_rejects_its_trial_and_is_said(outside_bids, mep):
    said = mep(*RUN, outside_bids / "study.yaml", "--subject", "01", "02")
    assert said.code == 0
    for subject, trial in (("01", 2), ("02", 4)):
        (row,) = said.rows(subject)
        assert row.split()[1:4] == ["done", "5", "1"]
        assert "rejected: missing_samples 1" in row
        tables = pipeline.read_results(results(outside_bids / "out", subject))
        assert tables["trials"].set_index("trial")["reasons"].to_dict()[trial] == "missing_samples"
        metrics = tables["metrics"].set_index(["metric", "convention"])
        assert metrics.loc[("mep_amplitude", "mean"), "n_used"] == 5
        assert metrics.loc[("mep_amplitude", "mean"), "value"] == pytest.approx(800, abs=40)


def test_a_channel_of_nothing_but_nan_fails_its_subject(outside_bids, mep):
    said = mep(*RUN, outside_bids / "study.yaml")
    assert said.code == 1
    (row,) = said.rows("03")
    assert "sub-03: nothing.csv: channel 'emg' has no samples in any trial, only NaN" in row
    assert [said.rows(each)[0].split()[1] for each in ("01", "02")] == ["done", "done"]


# What stops a run before anything happens: exit 2, and not a byte changes.


def rewritten(lab, text):
    (lab / "study.yaml").write_text(text, encoding="utf-8")


HEAD = "study: {input: raw data, output: the results}\n"
WRONG_CONFIGS = {
    "unknown setting": (
        HEAD + "detection: {onset: {method: sd_threshold, n_std: 3}}\n",
        ["study.yaml:2:43: detection.onset: no setting 'n_std'; did you mean 'n_sd'? It has: min_run_ms, n_sd"],
    ),
    "wrong type": (
        HEAD + "detection: {onset: {method: sd_threshold, n_sd: three}}\n",
        ["study.yaml:2:43: detection.onset.n_sd: expected a number, but it is 'three'"],
    ),
    "no method": (
        HEAD + "detection: {onset: {method: sd_treshold}}\n",
        ["study.yaml:2:21: detection.onset: no method 'sd_treshold'; did you mean 'sd_threshold'?"],
    ),
    "out of bounds": (
        HEAD + "conditioning: [offset, {band_pass: {low_hz: -1}}]\n",
        ["study.yaml:2:37: conditioning.1.band_pass.low_hz: expected", "but it is -1"],
    ),
    "no output": ("study: {input: raw data}\n", ["study.yaml:1:1: study: 'output' is missing"]),
    "not YAML": ("study: {input: raw data\ndetection: [\n", ["study.yaml:2:10: "]),
    "a list": ("- study\n", ["study.yaml:1:1: expected a mapping (`study: ...`), found a list"]),
    "empty": ("", ["study.yaml:1:1: expected a mapping (`study: ...`), found nothing"]),
    "key twice": (HEAD + "results: {epochs: true, epochs: false}\n", ["study.yaml:2:25: ", "epochs"]),
    "unknown preset": (
        HEAD + "extends: rsl\n",
        ["study.yaml:2:1: extends: no preset 'rsl'; did you mean 'rls'? There are: default, rls"],
    ),
    "extends no file": (HEAD + "extends: ./lab.yaml\n", ["study.yaml:2:1: extends: there is no file lab.yaml in "]),
    "extends itself": (HEAD + "extends: study.yaml\n", ["study.yaml:2:1: extends: study.yaml extends itself"]),
    "subject without quotes": (
        HEAD + "overrides:\n  - where: {subject: 01}\n    detection: {onset: {method: aic}}\n",
        ["study.yaml:3:13: overrides.0.where.subject: expected text", "but it is 1"],
    ),
    "unknown subject": (HEAD.replace("}", ", subjects: ['1']}"), ["subject '1' has no recording in ", "did you mean"]),
    "no input": (
        HEAD.replace("raw data", "rawdata"),
        ["study.input: ", "rawdata does not exist; expected a BIDS dataset"],
    ),
    "empty input": (HEAD.replace("raw data", "raw data/truth"), ["study.input: no recordings in ", "expected sub-<"]),
    "output is input": (HEAD.replace("the results", "raw data"), ["study.output: ", "raw data holds the recordings"]),
    "output above input": (HEAD.replace("the results", "."), ["study.output: ", "holds the recordings; give the"]),
    "output is a file": (
        HEAD.replace("the results", "study.yaml"),
        ["study.output: ", "study.yaml is a file; expected a folder"],
    ),
}


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize("name", WRONG_CONFIGS)
def test_a_wrong_config_is_one_message_and_nothing_runs(lab, mep, name, command, everything):
    text, words = WRONG_CONFIGS[name]
    rewritten(lab, text)
    before = everything(lab)
    said = mep(command, lab / "study.yaml")
    assert said.code == 2
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert [each for each in words if each not in said.err] == []
    assert everything(lab) == before


def test_all_errors_of_a_config_are_said_at_once(lab, mep):
    rewritten(
        lab,
        HEAD + "detection: {onset: {method: sd_threshold, n_std: 3}, prescence: {}}\n"
        "conditioning: [offset, {band_pass: {low_hz: -1}}]\n"
        "results: {epochs: 'yes'}\n"
        "studies: {}\n",
    )
    said = mep("check", lab / "study.yaml")
    assert said.code == 2
    lines = said.err.splitlines()
    assert len(lines) == 5
    for place in ("2:43", "2:54", "3:37", "4:11", "5:1"):
        assert len([line for line in lines if line.startswith(f"study.yaml:{place}: ")]) == 1


def test_files_that_extend_one_another(lab, mep):
    rewritten(lab, HEAD + "extends: ./lab.yaml\n")
    (lab / "lab.yaml").write_text("extends: ./study.yaml\n")
    said = mep(*RUN, lab / "study.yaml")
    assert said.code == 2
    assert said.err.startswith("lab.yaml:1:1: extends: study.yaml extends itself: study.yaml -> lab.yaml")
    assert len(said.err.splitlines()) == 1


def test_no_config(lab, mep):
    (lab / "folder.yaml").mkdir()
    for name, reason in (("none.yaml", "No such file or directory"), ("folder.yaml", "Is a directory")):
        said = mep("run", lab / name)
        assert (said.code, said.err) == (2, f"{lab / name}: cannot be read: {reason}\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run"], "the following arguments are required: CONFIG"),
        (["rnu", "study.yaml"], "invalid choice: 'rnu'"),
        (["run", "study.yaml", "--jobs", "0"], "argument --jobs: expected 1 or more, found 0"),
        (["run", "study.yaml", "--jobs", "two"], "argument --jobs: invalid"),
        (["list", "methods"], "invalid choice: 'methods'"),
    ],
)
def test_a_wrong_call(mep, arguments, words):
    said = mep(*arguments)
    assert said.code == 2
    assert words in said.err


def test_an_unknown_subject_in_the_call(lab, mep, everything):
    before = everything(lab)
    said = mep(*RUN, lab / "study.yaml", "--subject", "01", "sub-20")
    assert said.code == 2
    assert said.err == f"subject '20' has no recording in {lab / 'raw data'}; There are: 01, 02\n"
    assert everything(lab) == before


def test_a_subject_twice_among_the_participants(lab, mep, everything):
    edit(lab / "raw data" / "participants.tsv", "sub-02", "sub-01")
    before = everything(lab)
    for command in (RUN, ("check",)):
        said = mep(*command, lab / "study.yaml")
        assert (said.code, said.out) == (2, "")
        assert said.err == "participants.tsv: participant '01' stands twice: line 2 and line 3\n"
    assert everything(lab) == before


def test_a_recording_twice_in_the_list(outside_bids, mep):
    edit(outside_bids / "recordings.tsv", "\t02\t", "\t01\t")
    said = mep(*RUN, outside_bids / "study.yaml")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("recordings.tsv:2 and recordings.tsv:3 are both sub-01; set `use` to no for one of them")
    assert len(said.err.splitlines()) == 1
    assert not (outside_bids / "out").exists()


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("{subject: '1'}", "no subject '1'; did you mean '01'? There are: 01, 02"),
        ("{session: am}", "no session 'am'; There are: pm"),
        ("{muscle: TA}", "no muscle 'TA'; There are: FDI"),
    ],
)
def test_check_finds_an_override_that_meets_nothing(lab, mep, where, words):
    rewritten(lab, f"{HEAD}overrides:\n  - where: {where}\n    detection: {{onset: {{method: aic}}}}\n")
    said = mep("check", lab / "study.yaml")
    assert said.code == 1
    problems = [line for line in said.out.splitlines() if line.startswith("problem: ")]
    assert problems == [f"problem: study.yaml:3:5: this override meets no recording: {words}"]


def test_check_warns_of_a_profile_that_no_muscle_uses(lab, mep):
    rewritten(lab, HEAD + "muscles: {FDl: {response_ms: {tms: [15, 50]}}}\n")
    said = mep("check", lab / "study.yaml")
    assert said.code == 0
    assert "warning: muscles: no recording has a muscle 'FDl'; did you mean 'FDI'? There are: FDI" in said.out


# What the system refuses. As root nothing is refused, so a process without root's privileges does it.

WITHOUT_PRIVILEGE = """
import ctypes, os, resource, sys
limit, *command = sys.argv[1:]
if os.geteuid() == 0:
    library = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        if library.prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP
            sys.exit("cannot give up the privileges of root")
if int(limit):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
os.execv(sys.executable, [sys.executable, *command])
"""


def unprivileged(*arguments, largest_file=0, script=None):
    """Run `mep` in a process that permissions hold for."""
    if not POSIX:
        pytest.skip("permissions and limits of this kind are of POSIX systems")
    command = ["-c", script] if script else ["-m", "pipeline", *map(str, arguments)]
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_PRIVILEGE, str(largest_file), *command],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )


@pytest.fixture
def permissions_hold(tmp_path):
    closed = tmp_path / "closed"
    closed.write_text("x")
    closed.chmod(0)
    done = unprivileged(script=f"open({str(closed)!r})")
    if "PermissionError" not in done.stderr:
        pytest.skip(f"a process that permissions hold for cannot be made here: {done.stderr.strip()[-80:]}")


@pytest.mark.usefixtures("permissions_hold")
def test_an_unreadable_file_and_a_read_only_folder_fail_their_subjects(lab, everything):
    study, output = lab / "raw data", lab / "the results"
    with_subject(study, "03")
    before = everything(output)
    emg(study, "01").chmod(0)
    (output / "sub-02").chmod(0o555)
    done = unprivileged(*RUN, lab / "study.yaml", "--fresh")
    (output / "sub-02").chmod(0o755)
    assert done.returncode == 1
    assert done.stderr == ""
    first, second, third = (line for line in done.stdout.splitlines() if line.startswith("sub-"))
    assert f"sub-01_{STEM}_emg.bdf: cannot be read: Permission denied" in first
    assert f"{results(output, '02').name}: cannot be written to {output / 'sub-02'}: Permission denied" in second
    assert third.split()[:2] == ["sub-03", "done"]
    after = everything(output)
    assert {name: after[name] for name in before} == before
    assert results(output, "03").is_file()


@pytest.mark.usefixtures("permissions_hold")
def test_an_unreadable_folder_is_not_passed_over(lab, everything):
    before = everything(lab / "the results")
    closed = lab / "raw data" / "sub-01"
    closed.chmod(0)
    done = unprivileged(*RUN, lab / "study.yaml")
    closed.chmod(0o755)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{closed}: this folder cannot be read: permission denied\n"
    assert everything(lab / "the results") == before


@pytest.mark.usefixtures("permissions_hold")
def test_a_read_only_output_stops_the_run(lab, everything):
    output = lab / "the results"
    before = everything(output)
    output.chmod(0o555)
    done = unprivileged(*RUN, lab / "study.yaml")
    checked = unprivileged("check", lab / "study.yaml")
    output.chmod(0o755)
    for each in (done, checked):
        assert (each.returncode, each.stdout) == (2, "")
        assert each.stderr == f"study.output: {output} cannot be written: permission denied in {output}\n"
    assert everything(output) == before


def test_a_write_that_fails_half_way_leaves_all_as_it_was(lab, everything):
    output = lab / "the results"
    before = everything(output)
    sizes = [len(content) for name, content in before.items() if name.startswith("sub-01") and name.endswith(".h5")]
    assert len(sizes) == 2, "epochs and results"
    with (lab / "study.yaml").open("a") as file:
        file.write("conditioning: [offset]\n")
    done = unprivileged(*RUN, lab / "study.yaml", largest_file=sum(sizes) // 2)
    assert done.returncode == 1
    rows = [line for line in done.stdout.splitlines() if line.startswith("sub-")]
    assert len(rows) == 2
    for row, subject in zip(rows, ("01", "02"), strict=True):
        path = results(output, subject)
        assert f"{path.name}: cannot be written to {path.parent}: File too large" in row
        assert "what was there before is kept" in row
    after = everything(output)
    assert {name: after[name] for name in before if name.endswith(".h5")} == {
        name: content for name, content in before.items() if name.endswith(".h5")
    }
    assert set(after) == set(before)


def test_a_console_that_cannot_show_it_gets_a_question_mark(lab):
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "show", lab / "raw data"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == b""
    assert done.stderr == f"{lab / 'raw data'}: is a folder, expected a file\n".encode("ascii", "replace")


# Two runs on one output.


def test_a_subject_that_another_run_writes_is_left_alone(lab, mep, everything):
    output = lab / "the results"
    before = everything(output)
    with filelock.FileLock(output / ".mep" / "locks" / "sub-01.lock"):
        said = mep(*RUN, lab / "study.yaml")
    assert said.code == 1
    (row,) = said.rows("01")
    assert row.split()[1] == "locked"
    assert "another run is writing this subject; run again when it is done" in row
    assert said.rows("02")[0].split()[1] == "unchanged"
    assert everything(output) == before


def test_two_real_runs_at_once(lab, everything):
    output = lab / "the results"
    before = everything(output)
    shutil.rmtree(output)
    command = [sys.executable, "-m", "pipeline", *RUN, str(lab / "study.yaml")]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") for _ in range(2)
    ]
    said = [each.communicate() for each in both]
    assert {each.returncode for each in both} <= {0, 1}
    assert [err for _, err in said] == ["", ""]
    rows = [line for out, _ in said for line in out.splitlines() if line.startswith("sub-")]
    assert len(rows) == 4
    for row in rows:
        assert row.split()[1] in ("done", "unchanged") or "another run is writing this subject" in row
    assert everything(output) == before


# Results that cannot be shown.


def test_what_cannot_be_shown(earlier, tmp_path, mep):
    whole = results(earlier / "the results", "01").read_bytes()
    (tmp_path / "text.h5").write_text("this is no HDF5")
    (tmp_path / "cut.h5").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "hole.h5").write_bytes(whole[:40_000] + bytes(len(whole) - 80_000) + whole[-40_000:])
    (tmp_path / "empty.h5").write_bytes(b"")
    with h5py.File(tmp_path / "foreign.h5", "w") as file:
        file["x"] = 1
    epochs = next((earlier / "the results").rglob("*desc-conditioned*"))
    for path, words in (
        (tmp_path / "none.h5", "there is no such file"),
        (tmp_path, "is a folder, expected a file"),
        (tmp_path / "text.h5", "text.h5: not an HDF5 file, cut short or damaged"),
        (tmp_path / "cut.h5", "cut.h5: not an HDF5 file, cut short or damaged"),
        (tmp_path / "hole.h5", "hole.h5: not an HDF5 file, cut short or damaged"),
        (tmp_path / "empty.h5", "empty.h5: not an HDF5 file, cut short or damaged"),
        (tmp_path / "foreign.h5", "foreign.h5: not a file of results written by mep-pipeline"),
        (epochs, "not a file of results written by mep-pipeline (it holds conditioned epochs)"),
    ):
        said = mep("show", path)
        assert (said.code, said.out) == (1, "")
        assert words in said.err
        assert len(said.err.splitlines()) == 1


def test_simulate_does_not_write_where_something_is(lab, mep, everything):
    before = everything(lab)
    for path, words in (
        (lab / "raw data", "the folder is not empty, nothing was written; expected a new or an empty folder"),
        (lab / "study.yaml", "is a file; expected a folder to make"),
    ):
        said = mep("simulate", path)
        assert (said.code, said.err) == (2, f"{path}: {words}\n")
    assert everything(lab) == before
