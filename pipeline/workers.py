"""Where subjects run: in this process, or in several of this machine (`cluster` has those of many).

Engines of others do the work, all through `concurrent.futures`; nothing here knows what a subject is.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from typing import Any, Generic, TypeVar

Task = TypeVar("Task")
Done = TypeVar("Done")
AHEAD = 2
"""Tasks handed out for each process: enough that none waits, few enough that they take no memory."""
LOOK_S = 5.0
"""How often it is looked whether the processes that are waited for still live."""
KILLED = "its process was killed, perhaps for want of memory"


@dataclass(frozen=True)
class Work(Generic[Task, Done]):
    """What is done with each task, wherever that is."""

    function: Callable[[Task], Done]
    """Called with a task in some process; it must not raise."""
    lost: Callable[[Task, str], Done]
    """What stands for a task that could not be run to its end, from the task and why."""
    stopping: Callable[[], None] = lambda: None
    """Called at the first Ctrl-C: what runs is finished, nothing more begins. A second one stops at once."""


@dataclass
class Engine(Generic[Task]):
    """What runs tasks, and what became of those that it did not run to their end."""

    executor: Executor
    most: Callable[[], int]
    """How many tasks may be handed out now."""
    killed: type[Exception] = BrokenProcessPool
    """What comes instead of a result where a task's process was killed."""
    look_s: float | None = None
    """How often `gone` is asked while nothing comes back."""
    gone: Callable[[], str] = lambda: ""
    """Why nothing will come back any more; "" while something may."""
    recall: Callable[[Future[Any]], bool] = Future.cancel
    """Takes a task back that has not begun; whether it could."""
    halt: Callable[[], None] = lambda: None
    """Has its processes begin nothing more."""
    suspects: deque[Task] = field(default_factory=deque)
    """Tasks whose process was killed, by them or by another."""
    broken: str = ""
    """Why nothing more can be run; "" while it can."""


def here(work: Work[Task, Done], tasks: Iterable[Task], n_processes: int) -> Iterator[Done]:
    """Results as they come from processes of this machine; with one, all runs in the one that called."""
    if n_processes <= 1:
        yield from map(work.function, tasks)
        return
    todo, suspects = deque(tasks), deque[Task]()
    while todo:  # a killed worker takes its pool along: the others go on in a new one
        n_before = len(todo)
        with _pool(n_processes) as engine:
            yield from through(engine, work, todo)
        suspects += engine.suspects
        if len(todo) == n_before:
            suspects += todo
            todo.clear()
    for task in suspects:  # whatever killed it must not take another along
        own = deque([task])
        with _pool(1) as engine:
            yield from through(engine, work, own)
        yield from (work.lost(each, KILLED) for each in engine.suspects)
        yield from (work.lost(each, f"no process could be begun for it: {engine.broken}") for each in own)


def through(engine: Engine[Task], work: Work[Task, Done], todo: deque[Task]) -> Iterator[Done]:
    """Results of tasks as they come; those whose process was killed are put aside as suspects.

    It ends early, with tasks left in `todo`, where the engine is broken.
    """
    running, stopped = dict[Future[Any], Task](), False
    try:
        while running or (todo and not engine.broken):
            try:
                finished = _finished(engine, work, todo, running)
            except KeyboardInterrupt:
                if stopped:
                    _kill()
                    raise
                engine.halt()
                work.stopping()
                stopped, finished = True, set()
                todo.clear()
                running = {future: task for future, task in running.items() if not engine.recall(future)}
            for future in finished:
                yield from _result(engine, work, running.pop(future), future)
    except BaseException:
        engine.halt()
        raise
    finally:
        for future in running:
            engine.recall(future)
    if stopped:
        raise KeyboardInterrupt


def _finished(
    engine: Engine[Task], work: Work[Task, Done], todo: deque[Task], running: dict[Future[Any], Task]
) -> set[Future[Any]]:
    """Hand tasks out, and wait for what comes back."""
    try:
        most = engine.most() if todo and not engine.broken else 0
        while todo and len(running) < most:
            with _unheard():
                future = engine.executor.submit(_attended, work.function, todo[0])
                running[future] = todo.popleft()
    except (BrokenProcessPool, OSError) as error:  # OSError where a process dies while others are being started
        engine.broken = str(error)
    finished = wait(running, engine.look_s, return_when=FIRST_COMPLETED).done
    if not finished and (why := engine.gone()):
        engine.broken = why
        todo.extend(running.values())
        running.clear()
    return finished


def _result(engine: Engine[Task], work: Work[Task, Done], task: Task, future: Future[Any]) -> Iterator[Done]:
    try:
        result = future.result()
    except engine.killed as error:
        engine.suspects.append(task)
        if isinstance(error, BrokenProcessPool):
            engine.broken = str(error)
    except _NotBegunError:
        pass
    except CancelledError:  # not by us: what we cancel is not waited for
        engine.broken = "the connection to what ran it was lost"
        yield work.lost(task, engine.broken)
    except Exception as error:  # it could not be begun, as where a worker has not what it needs
        yield work.lost(task, f"it could not be begun: {type(error).__name__}: {error}")
    else:
        yield result


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """Holds Ctrl-C back for a moment, and for good in processes that begin within: it is for the one that began them.

    Where there are no such signals (Windows) it does nothing.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _kill() -> None:
    for each in multiprocessing.active_children():
        each.kill()


@contextlib.contextmanager
def _pool(n_processes: int) -> Iterator[Engine[Any]]:
    """Processes of this machine, begun by spawn."""
    context = multiprocessing.get_context("spawn")
    halted = context.Event()
    others = set(multiprocessing.active_children())

    def own() -> list[Any]:
        return [each for each in multiprocessing.active_children() if each not in others]

    with ProcessPoolExecutor(n_processes, mp_context=context, initializer=_begin, initargs=(halted,)) as executor:
        engine: Engine[Any] = Engine(executor, lambda: AHEAD * n_processes, halt=halted.set, look_s=LOOK_S)
        engine.gone = lambda: "" if own() else "its processes are gone"
        try:
            yield engine
        finally:
            for each in own() if engine.broken else ():  # one begun while the pool broke is waited for without end
                each.kill()


_halted: list[Event] = []
"""In a process of ours: what says that nothing more is to begin."""


class _NotBegunError(Exception):
    """A task was handed out, but is not begun any more."""


def _attended(function: Callable[[Task], Done], task: Task) -> Done:
    if any(each.is_set() for each in _halted):
        raise _NotBegunError
    return function(task)


def _begin(halted: Event) -> None:
    """What a process of ours begins with: Ctrl-C is not for it, and it does not outlive the one that began it.

    Else one whose parent was killed would run what it had been handed, and then wait for ever.
    """
    _halted.append(halted)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
