"""Programmes on a cluster: independent tasks of Dask, tried again when a worker is lost.

Only tasks (paths and dates) and results (released figures) travel. A programme's files are read by
the worker that plans it, where its `private/` is; no two workers write one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from outreach_map.batch.city import CityFault, CityResult, CityTask, Outcome, plan_city
from outreach_map.errors import BatchError

if TYPE_CHECKING:
    from distributed import Client

Progress = Callable[[CityResult], None]


@dataclass(frozen=True)
class Limits:
    """What a cluster may take.

    Attributes
    ----------
    workers
        Processes of a cluster of our own; None for as many as there are cores.
    memory
        Bytes a worker; one that takes more is ended and the programme tried again. None for an
        even part of the machine's.
    tries
        How often a programme is begun, in all.
    lost_after_s
        Seconds without a sign of life after which a worker counts as lost.
    answer_s
        Seconds to wait for a scheduler of somebody else's.
    start_s
        Seconds to wait for processes of a cluster of our own to find each other: on a machine that
        is busy with others they take long to load their libraries.
    """

    workers: int | None = None
    memory: int | None = None
    tries: int = 3
    lost_after_s: float = 300.0
    answer_s: float = 20.0
    start_s: float = 180.0

    def __post_init__(self) -> None:
        """Reject limits that let nothing be done (ValueError)."""
        if self.tries < 1 or self.lost_after_s <= 0 or (self.workers or 1) < 1:
            raise ValueError("at least one worker, one try and some patience are needed")


LIMITS = Limits()


def plan_cities(
    tasks: Sequence[CityTask],
    *,
    scheduler: str | None = None,
    limits: Limits = LIMITS,
    progress: Progress = lambda _: None,
) -> list[CityResult]:
    """Plan programmes side by side; one that fails does not stop the others.

    Parameters
    ----------
    tasks
        One a programme, folders of different names.
    scheduler
        Address of a Dask scheduler whose workers see the folders by the same paths; None for a
        cluster of our own on this machine, behind certificates made for it.
    limits
        Of a cluster of our own; `tries` counts anywhere.
    progress
        Called with each result as it comes.

    Returns
    -------
    A result for each task, in their order.

    Raises
    ------
    BatchError
        Without the extra `batch`, when two folders have one name, or no cluster can be reached.
    """
    _require_names(tasks)
    _require_private(scheduler)
    try:
        import dask
        from distributed import as_completed
    except ImportError:
        raise BatchError(
            "Many programmes at once need Dask, which is not installed.",
            mend="Run: pip install 'outreach-map[batch]'",
        ) from None
    settings = {
        # A plan starts a process of its own for the search, which a daemon may not.
        "distributed.worker.daemon": False,
        "distributed.scheduler.allowed-failures": limits.tries - 1,
        "distributed.scheduler.worker-ttl": f"{limits.lost_after_s}s",
        # Pages about tasks and workers, which other users of this machine could ask for.
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
        **_patience(scheduler, limits),
        # Nothing that a worker holds is ever written to its disk.
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.target": False,
        # Faults come by their type alone, so what led to them is not wanted either.
        "distributed.admin.log-format": "%(levelname)s",
    }
    with dask.config.set(settings), _client(scheduler, limits) as client:
        found: dict[int, CityResult] = {}
        futures = {}
        for number, task in enumerate(tasks):
            future = client.submit(
                plan_city, task, key=f"city-{number}", pure=False, retries=limits.tries - 1
            )
            futures[future] = number
        for future in as_completed(list(futures), loop=client.loop):
            number = futures[future]
            result = _result(future, tasks[number], limits)
            found[number] = result
            progress(result)
    return [found[number] for number in range(len(tasks))]


def _patience(scheduler: str | None, limits: Limits) -> dict[str, str]:
    """How long the parts of a cluster of our own wait for each other when they connect."""
    return {} if scheduler else {"distributed.comm.timeouts.connect": f"{limits.start_s}s"}


def _require_names(tasks: Sequence[CityTask]) -> None:
    names = [task.name for task in tasks]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BatchError(
            f"Two programme folders are called {', '.join(twice)}, and so would be their maps.",
            mend="Rename one of the folders.",
        )


def _require_private(scheduler: str | None) -> None:
    """Reject a scheduler that others on the way could read and use (BatchError).

    Whoever reaches it runs code on workers that hold keys, and reads what a planner is told.
    """
    scheme, _, host = (scheduler or "").rpartition("://")
    here = host.rpartition(":")[0] in ("127.0.0.1", "localhost", "[::1]")
    if scheduler and scheme != "tls" and not here:
        raise BatchError(
            "The way to that scheduler is not encrypted.",
            where="--scheduler",
            mend="Use tls:// with certificates (distributed.comm.tls in Dask's settings), or reach "
            "it by an SSH tunnel as tcp://127.0.0.1:PORT.",
        )


def _result(future: Any, task: CityTask, limits: Limits) -> CityResult:
    """What came of a task, whatever came of it."""
    error = future.exception()
    if error is None:
        result: CityResult = future.result()
        return result
    if isinstance(error, CityFault):
        why = f"A fault of the program or the machine ({error}), {limits.tries} times over."
    else:
        why = (
            f"Its worker was lost ({type(error).__name__}) {limits.tries} times over; it may need "
            "more memory than a worker has."
        )
    return CityResult(task.name, Outcome.FAILED, 0.0, error=why)


@contextmanager
def _client(scheduler: str | None, limits: Limits) -> Iterator[Client]:
    import dask
    from distributed import Client, LocalCluster
    from distributed.security import Security

    if scheduler is not None:
        try:
            with Client(scheduler, timeout=limits.answer_s, set_as_default=False) as client:
                yield client
        except (OSError, TimeoutError, ValueError) as error:
            raise BatchError(
                f"No scheduler answers there ({type(error).__name__}).",
                where="--scheduler",
                mend="Start one with `dask scheduler`, or leave the option out.",
            ) from None
        return
    with ExitStack() as held:
        scratch = held.enter_context(TemporaryDirectory(prefix="outreach-map-batch-"))
        held.enter_context(dask.config.set({"temporary-directory": scratch}))
        try:
            # Whoever reaches a scheduler can run code by it: only holders of its certificate do.
            cluster = held.enter_context(
                LocalCluster(
                    n_workers=limits.workers,
                    threads_per_worker=1,
                    memory_limit="auto" if limits.memory is None else limits.memory,
                    host="127.0.0.1",
                    protocol="tls",
                    security=Security.temporary(),
                    dashboard_address=None,
                    local_directory=scratch,
                    silence_logs="CRITICAL",
                )
            )
            client = held.enter_context(
                Client(cluster, timeout=limits.start_s, set_as_default=False)
            )
        except (OSError, TimeoutError, RuntimeError) as error:
            raise BatchError(
                f"The cluster on this machine did not start ({type(error).__name__}).",
                mend="Close other programs, or take fewer workers, and run this again: what was "
                "finished before is not planned again.",
            ) from None
        yield client
