"""What shapes of other persons, put into the library, do for the onsets of one: real shapes in real noise.

    python benchmarks/own_library.py [--sets "real hand" "real all"] [--share 0.25] [--seed 21] [--trials 40]

Each session is measured with the shipped library, and with one of which `--share` are the real shapes of all other
persons (never of the session's own). The shapes and their truth are those of `real_shapes`.
"""

import argparse

import numpy as np
import real_shapes
import sets
import speed

from pipeline import own_shapes
from pipeline.conditioning import condition
from pipeline.detection import detect
from pipeline.shape_library import FULL_SCALE, shipped


def of_others(person):
    """(n_shapes, n_samples) the real shapes of everyone else, as the library has them."""
    base = shipped()
    since_ms = (np.arange(base.shapes.shape[1]) - base.before) * 1000 / base.rate_hz
    others = [each for each in real_shapes.shapes() if each.person != person]
    found = np.array([np.interp(since_ms, each.times_ms, each.values) for each in others])
    found = np.where(since_ms >= 0, found, 0.0)
    return FULL_SCALE * found / np.ptp(found, axis=-1, keepdims=True)


def errors_ms(name, args):
    """Errors of the onsets of a set (n_trials,), NaN without one: by the shipped and by the extended library."""
    found = []
    for session in sets.sessions(name, args.seed, None, args.trials):
        clean = condition(session.trials, profiles=[session.profile])
        extended = own_shapes.extended(of_others(session.truth["person"].iloc[0]), args.share)
        rows = [detect(clean, profiles=[session.profile], library=each) for each in (None, extended)]
        found.append([each["onset_ms"].to_numpy() - session.truth["onset_ms"].to_numpy() for each in rows])
    return np.concatenate(found, axis=-1)


def main():
    """Print a row a set and library."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--sets", nargs="+", default=["real hand", "real all"], help="evaluation sets of real shapes")
    parser.add_argument("--share", type=float, default=own_shapes.SHARE, help="part of the library that is others'")
    parser.add_argument("--seed", type=int, default=21, help="seed of the sessions (default 21)")
    parser.add_argument("--trials", type=int, default=40, help="trials of a session, about (default 40)")
    args = parser.parse_args()
    print(f"seed {args.seed}, about {args.trials} trials a session, share {args.share:g}; {speed.machine()}")
    print(f"{'set':12}{'library':24}{'trials':>8}{'onsets %':>10}{'MAE ms':>9}{'median ms':>11}{'within 1 ms %':>15}")
    for name in args.sets:
        for library, error in zip(("shipped", "with shapes of others"), errors_ms(name, args), strict=True):
            has = np.isfinite(error)
            size = np.abs(error[has])
            print(
                f"{name:12}{library:24}{len(error):8}{100 * has.mean():10.1f}{size.mean():9.3f}"
                f"{np.median(error[has]):11.3f}{100 * (size <= 1).sum() / len(error):15.1f}"
            )


if __name__ == "__main__":
    main()
