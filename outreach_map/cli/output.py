"""What commands share: how they say things, and how errors become exits.

Exit codes: 0 fine, 1 problems found, 2 cannot go on.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import datetime
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any, Concatenate, ParamSpec

import click
from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

from outreach_map.errors import InputError, OutreachMapError, Problem, PublishError, Severity

P = ParamSpec("P")

FINE, PROBLEMS, CANNOT = 0, 1, 2
# So many ranges of rows are told of one problem.
_RANGES = 6
# Errors of the system that speak of a disk and of rights, and not of the program.
OF_THE_DISK = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES,
                         errno.EPERM, errno.EIO))  # fmt: skip


class Output:
    """Where a command says things: results to standard output, all else to standard error.

    Parameters
    ----------
    as_json
        Results and errors are JSON documents on standard output, one a command.
    quiet
        No progress.
    debug
        A fault of the program shows the lines it passed through.
    """

    def __init__(self, *, as_json: bool = False, quiet: bool = False, debug: bool = False) -> None:
        # Made anew for each command, so that NO_COLOR and a redirected stream count.
        self._results = Console(highlight=False, soft_wrap=True)
        self._errors = Console(stderr=True, highlight=False, soft_wrap=True)
        self._json, self._quiet, self._debug = as_json, quiet, debug
        self._status: Status | None = None

    def stage(self, name: str) -> None:
        """Say what is being done: a moving line on a terminal, a line of a log elsewhere."""
        if self._quiet or self._json:
            return
        if self._status is not None:
            self._status.update(Text(name))
        else:
            self._errors.print(f"[dim]{datetime.now():%H:%M:%S}[/]", Text(name))

    @contextmanager
    def stages(self) -> Iterator[Callable[[str], None]]:
        """Progress while a command works; only a terminal gets what moves."""
        if not self._errors.is_terminal or self._quiet or self._json:
            yield self.stage
            return
        with self._errors.status("") as self._status:
            yield self.stage
        self._status = None

    def note(self, text: str) -> None:
        """Say what is no result."""
        if not self._json:
            self._errors.print(Text(text))

    def table(self, table: Table) -> None:
        """Show a table that is no result."""
        if not (self._json or self._quiet):
            self._errors.print(table)

    def result(self, document: Mapping[str, object], lines: Sequence[object]) -> None:
        """Give what the command was asked for: a document for machines, lines for people."""
        if self._json:
            self.document(document)
            return
        for line in lines:
            click.echo(line)

    def document(self, document: Mapping[str, object]) -> None:
        """Give a JSON document."""
        click.echo(json.dumps(document, ensure_ascii=False, indent=1))

    def problems(self, problems: Sequence[Problem], *, stopped: bool = False) -> None:
        """Show problems of files, as a table for each file; to standard error where they stop."""
        if self._json:
            self.document(problem_document(problems))
            return
        console = self._errors if stopped else self._results
        by_file: dict[tuple[str, str], list[Problem]] = {}
        for problem in sorted(problems, key=lambda one: (one.file, one.sheet)):
            by_file.setdefault((problem.file, problem.sheet), []).append(problem)
        # What stops a plan comes first: its files, and in a file its rows.
        for (file, sheet), own in sorted(by_file.items(), key=lambda item: not _stops(item[1])):
            title = f"{file}, sheet {sheet}" if sheet else file
            console.print(_table(title, sorted(alike(own), key=lambda group: not _stops(group))))
        console.print(_counts(problems))

    def stop(self, error: OutreachMapError) -> None:
        """Show what a user can mend."""
        if isinstance(error, InputError):
            self.problems(error.problems, stopped=True)
        elif self._json:
            about = {"what": error.what, "where": error.where, "mend": error.mend}
            self.document({"error": {"kind": type(error).__name__, **about}})
        else:
            self._errors.print("[bold]Stopped.[/]", Text(str(error)))

    def unheard(self) -> None:
        """Say, where anybody still listens, that whoever read the results has gone."""
        with suppress(OSError):
            self._errors.print(
                "[bold]Stopped.[/] What reads this command's output was closed. Nothing is half "
                "written."
            )
        # What waits to be written would fail once more at the very end.
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())

    def fault(self, error: BaseException) -> None:
        """Show a fault of the program: of what type and where, never its message.

        Messages of other people's code may quote the data; so may what variables hold.
        """
        own = [frame for frame in _frames(error) if "outreach_map" in frame.filename]
        place = f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else "unknown place"
        kind = type(error).__name__
        if self._json:
            self.document({"fault": {"kind": kind, "place": place}})
        else:
            self._errors.print(
                f"[bold]Stopped by a fault of the program[/] ({kind} at {place}). "
                "Nothing was published. Please report this line; it holds none of your data."
            )
        if self._debug:
            self._errors.print(Text("\n".join(_way(error))))


def _frames(error: BaseException) -> traceback.StackSummary:
    return traceback.extract_tb(error.__traceback__)


def _way(error: BaseException) -> Iterator[str]:
    """Files, lines and functions that an error and its causes passed through."""
    cause = error.__cause__ or error.__context__
    if cause is not None:
        yield from _way(cause)
    yield type(error).__name__
    for frame in _frames(error):
        parts = Path(frame.filename).parts
        yield f"  {'/'.join(parts[-3:])}:{frame.lineno} in {frame.name}"


def problem_document(problems: Sequence[Problem]) -> dict[str, object]:
    """Problems as a document: the same fields as the table's, and how many there are."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    return {
        "errors": errors,
        "warnings": len(problems) - errors,
        "problems": [asdict(problem) for problem in problems],
    }


def alike(problems: Iterable[Problem]) -> list[list[Problem]]:
    """Problems that differ in their row, or in what was found there, as one group; in order."""
    groups: dict[Problem, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(replace(problem, row=None, found=""), []).append(problem)
    return list(groups.values())


def rows_told(rows: Iterable[int | None]) -> str:
    """Numbers of rows as ranges, with how many they are.

    >>> rows_told([4, 5, 6, 9]), rows_told([7]), rows_told([None])
    ('4-6, 9 (4)', '7', '')
    """
    known = sorted({row for row in rows if row is not None})
    ranges: list[list[int]] = []
    for row in known:
        if ranges and row == ranges[-1][1] + 1:
            ranges[-1][1] = row
        else:
            ranges.append([row, row])
    shown = [str(low) if low == high else f"{low}-{high}" for low, high in ranges[:_RANGES]]
    told = ", ".join([*shown, *["…"] * (len(ranges) > _RANGES)])
    return f"{told} ({len(known)})" if len(known) > 1 else told


def _stops(problems: Sequence[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def _table(file: str, groups: Sequence[Sequence[Problem]]) -> Table:
    told = any(group[0].expected for group in groups)
    table = Table(
        title=Text(file),
        title_justify="left",
        title_style="bold",
        box=None,
        padding=(0, 2, 0, 0),
    )
    for heading in ("rows", "column", "", "what is wrong", *(["expected"] * told), "what to do"):
        table.add_column(heading, overflow="fold")
    for group in groups:
        first = group[0]
        found = list(dict.fromkeys(problem.found for problem in group if problem.found))
        said = ""
        if found:
            said = f" ({'found' if len(found) == 1 else 'such as'} {found[0]!r})"
        cells = (
            rows_told(problem.row for problem in group),
            first.column,
            first.severity.value,
            first.what + said,
            *([first.expected] * told),
            first.mend,
        )
        table.add_row(*map(Text, cells))
    return table


def _counts(problems: Sequence[Problem]) -> str:
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - errors
    return f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}"


def saying(command: Callable[Concatenate[Output, P], None]) -> Callable[P, None]:
    """A command that says things: with --json, --quiet and --debug, its errors made into exits.

    A user can mend what ends with 2; a fault of the program ends with 2 as well, and says so.
    """

    @click.option("--json", "as_json", is_flag=True, help="Say the result as JSON, for machines.")
    @click.option("--quiet", "-q", is_flag=True, help="Say nothing of the progress.")
    @click.option("--debug", is_flag=True, help="For a fault: the way through the program.")
    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        options: dict[str, Any] = kwargs
        flags = {name: options.pop(name) for name in ("as_json", "quiet", "debug")}
        output = Output(**flags)
        try:
            with told_to_stop():
                command(output, *args, **kwargs)
        except OutreachMapError as error:
            output.stop(error)
            sys.exit(CANNOT)
        except (click.Abort, KeyboardInterrupt):
            # A terminal that was closed takes no words.
            with suppress(OSError):
                output.note("Stopped on your word. Nothing was half written.")
            sys.exit(CANNOT)
        except BrokenPipeError:
            output.unheard()
            sys.exit(CANNOT)
        except click.ClickException:
            raise
        except OSError as error:
            if error.errno not in OF_THE_DISK:
                output.fault(error)
            else:
                output.stop(_no_room(error))
            sys.exit(CANNOT)
        except Exception as error:
            output.fault(error)
            sys.exit(CANNOT)

    return wrapped


@contextmanager
def told_to_stop() -> Iterator[None]:
    """Take a closed terminal (SIGHUP) and a polite end (SIGTERM) as an interrupt by the keyboard.

    What is at work then cleans up behind itself. Whoever switched a signal off (nohup) meant it.
    """

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    names = [name for name in ("SIGHUP", "SIGTERM") if hasattr(signal, name)]
    ours = []
    if threading.current_thread() is threading.main_thread():
        ours = [getattr(signal, name) for name in names]
        ours = [one for one in ours if signal.getsignal(one) is signal.SIG_DFL]
    for one in ours:
        signal.signal(one, interrupt)
    try:
        yield
    finally:
        for one in ours:
            signal.signal(one, signal.SIG_DFL)


def _no_room(error: OSError) -> OutreachMapError:
    """What a planner can do about a file that cannot be written; its name may not be said."""
    return PublishError(
        f"A file could not be written ({error.strerror}).",
        mend="See that the disk has space, and that the folders are yours. What was there is "
        "as it was.",
    )
