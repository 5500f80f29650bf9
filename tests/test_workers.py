"""Where subjects run: what comes of tasks whose process dies, and of Ctrl-C."""

import operator
import os
import signal
import sys
import threading
import time
from functools import partial

import pytest

from pipeline import workers


def lost(*_):
    return "lost"


WORK = workers.Work(operator.call, lost)


@pytest.mark.parametrize("n_processes", [1, 2])
def test_every_task_is_done_once(n_processes):
    tasks = [partial(int, n) for n in range(12)]
    assert sorted(workers.here(WORK, tasks, n_processes)) == list(range(12))


def test_a_task_that_kills_its_process_is_lost_and_takes_no_other_along():
    tasks = [partial(int, 1), os.abort, *(partial(int, n) for n in range(2, 9)), os.abort, partial(int, 9)]
    found = list(workers.here(WORK, tasks, 2))
    assert found.count("lost") == 2
    assert sorted(each for each in found if each != "lost") == list(range(1, 10))


def test_few_tasks_are_handed_out_ahead():
    taken = []

    def tasks():
        for n in range(50):
            taken.append(n)
            yield partial(int, n)

    todo = workers.deque(tasks())
    with workers._pool(2) as engine:
        running = workers.through(engine, WORK, todo)
        next(running)
        assert len(todo) >= 50 - 4 - 1
        running.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of this kind are of POSIX systems")
def test_ctrl_c_lets_what_runs_finish_and_begins_nothing_more():
    stopped = []
    main = threading.main_thread().ident

    def interrupt():
        return signal.pthread_kill(main, signal.SIGINT)

    work = workers.Work(operator.call, lost, lambda: stopped.append(True))
    tasks = [partial(time.sleep, 0.3), *(partial(int, n) for n in range(400))]
    found = []
    timer = threading.Timer(0.05, interrupt)

    def taken():
        for each in workers.here(work, tasks, 2):
            found.append(each)
            if len(found) == 1:
                timer.start()
                timer.join()

    with pytest.raises(KeyboardInterrupt):
        taken()
    assert len(found) <= 2
