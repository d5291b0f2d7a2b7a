"""Run a piece of work in a process of its own that can be ended at any moment.

The search runs in a compiled library that does not always look at its limit. What the work reports
on its way is kept, so that ending it costs the rest of the search and nothing else.
"""

from __future__ import annotations

import gc
import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from outreach_map.errors import SolverError

# Takes what it works on and a callback that reports a result so far; returns the last result.
Work = Callable[[Any, Callable[[Any], None]], Any]


@dataclass(frozen=True)
class Outcome:
    """The last result; `ended_early` when the process was ended before it returned one itself."""

    result: Any
    ended_early: bool


def run_in_child(
    work: Work,
    given: Any,
    *,
    limit_s: float,
    listen: Callable[[Any], None] | None = None,
    at_hand: Any = None,
) -> Outcome:
    """Run `work(given, report)` in a new process, and end it after `limit_s` seconds.

    Parameters
    ----------
    work
        A function of a module; it and its arguments are pickled.
    given
        What it works on.
    limit_s
        Seconds from this call, the start of the process included.
    listen
        Called here with each result that is reported on the way.
    at_hand
        A result to fall back on where the work is ended before it reports one; None for none.

    Returns
    -------
    Outcome
        What the work returned, or the last that it reported before it was ended.

    Raises
    ------
    SolverError
        When the work raised an error, crashed, or reported nothing before it was ended.
    """
    hear = listen or _unheard
    first = [] if at_hand is None else [at_hand]
    return _run(work, [given], limit_s, lambda _, answer: hear(answer), [first])[0]


def run_in_children(work: Work, givens: Sequence[Any], *, limit_s: float) -> list[Outcome]:
    """As `run_in_child` with several at once, each in a process of its own; in their order."""
    return _run(work, givens, limit_s, lambda _, __: None, [[] for _ in givens])


def _unheard(_: Any) -> None:
    """Nobody wants to hear of results on the way."""


def _run(
    work: Work,
    givens: Sequence[Any],
    limit_s: float,
    listen: Callable[[int, Any], None],
    last: list[list[Any]],
) -> list[Outcome]:
    """Run work in processes; `last` has, for each, a result to fall back on, or nothing."""
    until = time.monotonic() + limit_s
    context = multiprocessing.get_context("spawn")
    children, ours = [], []
    for _ in givens:
        own, theirs = context.Pipe()
        child = context.Process(target=_child, args=(theirs, work), daemon=True)
        child.start()
        # With only one holder of each end, a child that dies is an error here and not a wait.
        theirs.close()
        children.append(child)
        ours.append(own)
    waiting = {own: number for number, own in enumerate(ours)}
    done: dict[int, Any] = {}
    try:
        for own, given in zip(ours, givens, strict=True):
            own.send(given)
        while waiting and (left_s := until - time.monotonic()) > 0:
            heard = wait(list(waiting), timeout=left_s)
            for own, number in [each for each in waiting.items() if each[0] in heard]:
                kind, answer = own.recv()
                if kind == "fault":
                    raise (
                        answer
                        if isinstance(answer, SolverError)
                        else SolverError(
                            f"The route search failed ({answer}).", mend="Please report it."
                        )
                    )
                if kind == "done":
                    done[number] = answer
                    del waiting[own]
                else:
                    last[number] = [answer]
                    listen(number, answer)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        raise SolverError(
            "The route search ended without an answer.",
            mend="Free some memory and try again. A script of your own needs its calls under "
            "`if __name__ == '__main__':`, because the search starts a process of its own.",
        ) from None
    finally:
        for child, own in zip(children, ours, strict=True):
            child.kill()
            child.join()
            own.close()
    if any(number not in done and not last[number] for number in range(len(givens))):
        raise SolverError(
            f"The route search was ended after {limit_s:.0f} seconds without an answer.",
            mend="Lower routing.iterations in outreach.toml, or plan fewer hotspots a round.",
        )
    return [
        Outcome(done[number], ended_early=False)
        if number in done
        else Outcome(last[number][0], ended_early=True)
        for number in range(len(givens))
    ]


def _child(connection: Connection, work: Work) -> None:
    """Run in the child: receive what to work on, send results, or the type of a fault."""
    try:
        given = connection.recv()
        # What was read stays until the end, and what is made on the way hardly ever forms cycles:
        # looking for them all the time took a sixth of a second's search.
        gc.freeze()
        gc.set_threshold(200_000)
        result = work(given, lambda so_far: connection.send(("so far", so_far)))
        connection.send(("done", result))
    except SolverError as error:
        connection.send(("fault", error))
    except Exception as error:
        # Messages of other people's code may quote the data.
        connection.send(("fault", type(error).__name__))
    finally:
        connection.close()
