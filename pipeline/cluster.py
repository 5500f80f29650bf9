"""Subjects on the workers of a Dask cluster, which need nothing but the shared files and the same version."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any

from .errors import ConfigError
from .workers import AHEAD, KILLED, Done, Engine, Task, Work, through

if TYPE_CHECKING:
    import distributed

CONNECT_S = 30.0
"""How long a scheduler, and a first worker of it, are waited for."""
ALONE_S = 120.0
"""How long a cluster that has lost all of its workers is waited for: others may be on their way."""
LOOK_S = 5.0
"""How often workers are looked for while nothing comes back."""


def run(work: Work[Task, Done], tasks: Iterable[Task], address: str) -> Iterator[Done]:
    """Results as they come from the workers of a Dask scheduler.

    Raises
    ------
    ConfigError
        Where Dask is not installed, no scheduler answers at the address, or it has no workers.
    """
    todo = deque(tasks)
    if not todo:
        return
    with _connected(address) as client:
        engine = _engine(client, AHEAD)
        yield from through(engine, work, todo)
        todo += engine.suspects  # a killed worker makes suspects of all that it had been handed
        alone = _engine(client, 0)
        alone.broken = engine.broken
        yield from through(alone, work, todo)
        yield from (work.lost(each, KILLED) for each in alone.suspects)
        yield from (work.lost(each, alone.broken) for each in todo)


@contextlib.contextmanager
def _connected(address: str) -> Iterator[distributed.Client]:
    """A client of a scheduler that has workers."""
    try:
        import distributed
    except ImportError:
        raise ConfigError("--scheduler needs Dask: pip install 'mep-pipeline[dask]'") from None
    try:
        distributed.comm.get_address_host(address)  # a client of a wrong address would not end quietly
        client = distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ConfigError(f"--scheduler: no Dask scheduler answers at {address!r}: {error}") from None
    with _quiet(), client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_S)
        except (TimeoutError, distributed.TimeoutError):
            raise ConfigError(f"--scheduler: {address} has no workers; start some first") from None
        yield client


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What the client logs of lost workers and connections is said here in words."""
    log = logging.getLogger("distributed.client")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)


def _engine(client: distributed.Client, ahead: int) -> Engine[Any]:
    """The workers of a cluster, so many tasks ahead on each; with none ahead, one task after the other on all."""
    import distributed

    seen = time.monotonic()

    def gone() -> str:
        nonlocal seen
        if _n_threads(client):
            seen = time.monotonic()
        return "the cluster has no workers any more" if time.monotonic() - seen > ALONE_S else ""

    def most() -> int:
        return max(1, ahead * _n_threads(client))

    # What was handed out is not taken back at Ctrl-C: Dask does not say what has begun.
    return Engine(_OnWorkers(client), most, distributed.KilledWorker, LOOK_S, gone, lambda _: False)


class _OnWorkers(Executor):
    """Dask's own executor never ends a future whose result is lost on its way here; this one does."""

    def __init__(self, client: distributed.Client) -> None:
        self.client = client

    def submit(self, function: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        """Hand a task to the workers."""
        there = self.client.submit(function, *given, pure=False, **named)

        async def result() -> Any:
            return await self.client.gather(there, asynchronous=True)

        loop: Any = self.client.loop
        return asyncio.run_coroutine_threadsafe(result(), loop.asyncio_loop)


def _n_threads(client: distributed.Client) -> int:
    """How many tasks can run at once; 0 where there are no workers, or the scheduler does not answer."""
    try:
        return sum(client.nthreads().values())
    except (OSError, ValueError, AttributeError):
        return 0
