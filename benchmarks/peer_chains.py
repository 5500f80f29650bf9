"""Times other tools' chains on epochs in a file, as it is told to on its input; `peers.py` starts it.

    python peer_chains.py EPOCHS.npy RATE_HZ FIRST_MS

It runs in the interpreter where those tools are installed, imports nothing of mep-pipeline, and nothing of mep-pipeline
imports it. The first line it prints says, as JSON, what is installed and which rows there are; then it answers each row
named on its input with the seconds of processor time that row took.
"""

import functools
import importlib.metadata
import json
import sys
import time
import warnings

import numpy as np


def mep_cmap_rows(epochs_uv, rate_hz, first_ms):
    """Rows of MEP-CMAP Analyser: what its `run_pipeline` does to the trials of one stimulus type, without the window.

    Settings are those of its `PipelineConfig`, units its mV, the latency profile its preselected one (TMS of the hand,
    18-28 ms); its filter and its cutting of the continuous record, tables and figures are left out.
    """
    from mep_cmap.pipeline import PipelineConfig
    from mep_cmap.preferences import DEFAULT_LATENCY_KEY, LATENCY_PROFILE_DEFAULTS

    bounds = {
        (each["stim_type"], each["muscle"]): (each["min_ms"], each["max_ms"]) for each in LATENCY_PROFILE_DEFAULTS
    }
    chosen = {
        "latency_map": {"MEP": bounds[DEFAULT_LATENCY_KEY]},
        "post_ms": epochs_uv.shape[1] * 1e3 / rate_hz + first_ms,
    }
    whole = PipelineConfig(pre_ms=-first_ms, **chosen)
    variants = {
        "per-trial chain": whole,
        "the same, 20 ms of baseline kept": PipelineConfig(**chosen),
        "the same, one onset detector of five": PipelineConfig(pre_ms=-first_ms, onset_agreement=False, **chosen),
        "the same, with silent periods": PipelineConfig(pre_ms=-first_ms, csp_types={"MEP"}, **chosen),
    }
    epochs = epochs_uv / 1e3, rate_hz, first_ms
    rows = {name: functools.partial(_mep_cmap_trials, *epochs, settings) for name, settings in variants.items()}
    return {"default onset detector alone": functools.partial(_mep_cmap_onsets, *epochs, whole), **rows}


def _mep_cmap_onsets(epochs_mv, rate_hz, first_ms, settings):
    """How many trials the selected onset detector finds a latency in."""
    from mep_cmap import pipeline

    segments, _, window = _mep_cmap_segments(epochs_mv, rate_hz, first_ms, settings)
    onsets = pipeline.pipeline_detect_onsets("MEP", segments, set(), *window, rate_hz, settings, log_callback=_silent)
    return sum(each is not None for each in onsets.values())


def _mep_cmap_trials(epochs_mv, rate_hz, first_ms, settings):
    """How many trials have a latency in the rows that its trial table is made of."""
    from mep_cmap import pipeline

    segments, before, window = _mep_cmap_segments(epochs_mv, rate_hz, first_ms, settings)
    onsets = pipeline.pipeline_detect_onsets("MEP", segments, set(), *window, rate_hz, settings, log_callback=_silent)
    rows = pipeline.pipeline_quantify_segments(
        *("MEP", segments, before, set(), set(), {}, *window, rate_hz, settings, {}, "epochs", onsets),
        log_callback=_silent,
        agreement_out={},
    )[0]
    latency = pipeline.LAT_COLS.index("Latency(ms)")
    return sum(isinstance(row[latency], float) for row in rows)


def _mep_cmap_segments(epochs_mv, rate_hz, first_ms, settings):
    """Epochs, what lies before the pulse and the amplitude window, as its own cutting would give them."""
    pulse, guard, background, kept = (
        round(each * rate_hz / 1e3) for each in (-first_ms, settings.rms_guard_ms, settings.prestim_ms, settings.pre_ms)
    )
    window = (kept + int(each * rate_hz / 1e3) for each in (settings.ptp_start, settings.ptp_end))
    return epochs_mv[:, pulse - kept :], epochs_mv[:, pulse - guard - background : pulse - guard], tuple(window)


def _silent(*_):
    """Log of nothing."""


def dimep_rows(epochs_uv, rate_hz, first_ms):
    """Rows of dimep: each of its algorithms with its own settings; each gives one size per trial, 0 for no response."""
    from dimep import algo

    pulse = round(-first_ms * rate_hz / 1e3)

    def sizes(algorithm):
        return sum(algorithm(epoch, tms_sampleidx=pulse, fs=rate_hz) != 0 for epoch in epochs_uv)

    return {name: functools.partial(sizes, getattr(algo, name)) for name in algo.__all__}


TOOLS = {"mep-cmap-analyser": mep_cmap_rows, "dimep": dimep_rows}
"""Distribution -> what gives its rows."""


def installed(epochs):
    """Rows by name, versions of the tools there are, why the others cannot be used."""
    rows, versions, missing = {}, {}, {}
    for name, made in TOOLS.items():
        try:
            found = made(*epochs)
            versions[name] = importlib.metadata.version(name)
        except Exception as reason:  # not installed, or not as this file knows it
            missing[name] = f"{type(reason).__name__}: {reason}"
        else:
            rows |= {f"{name}: {each}": function for each, function in found.items()}
    return rows, versions, missing


def tried(rows):
    """Rows that run, with how many trials they find something in, and what the others raise: found by running each."""
    found, failed = {}, {}
    for name, function in rows.items():
        try:
            found[name] = int(function())
        except Exception as reason:  # what a tool raises is its result here
            failed[name] = f"{type(reason).__name__}: {reason}"
    return found, failed


def main():
    """Say what there is, then answer until the input ends."""
    warnings.simplefilter("ignore")
    answers, sys.stdout = sys.stdout, sys.stderr
    path, rate_hz, first_ms = sys.argv[1:]
    rows, versions, missing = installed((np.load(path).astype(float), float(rate_hz), float(first_ms)))
    found, failed = tried(rows)
    print(
        json.dumps({"versions": versions, "missing": missing, "found": found, "failed": failed}),
        file=answers,
        flush=True,
    )
    for line in sys.stdin:
        start = time.process_time()
        rows[line.rstrip("\n")]()
        print(time.process_time() - start, file=answers, flush=True)


if __name__ == "__main__":
    main()
