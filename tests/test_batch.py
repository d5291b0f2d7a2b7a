"""Many programmes at once, on a real scheduler with real worker processes."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import geopandas as gpd
import psutil
import pytest
from click.testing import CliRunner

from outreach_map import load_programme
from outreach_map.audit.unpacked import unpacked
from outreach_map.batch import (
    CityResult,
    CityTask,
    Figures,
    Limits,
    Outcome,
    ServiceFigures,
    crossing,
    plan_cities,
    plan_city,
    publish_national,
)
from outreach_map.batch.rollup import national_page
from outreach_map.cli import main
from outreach_map.demo import DEMO_ROUND
from outreach_map.errors import BatchError, BusyError
from outreach_map.language import language_of
from outreach_map.planning import alone, make_maps
from outreach_map.privacy import kept_passphrases, raw_signs
from outreach_map.publish import Plan
from tests.publish.test_languages import MADE_UP, shown, unbracketed

ROUND = DEMO_ROUND.isoformat()


@pytest.fixture
def cities(country: Path, tmp_path: Path) -> Callable[..., list[Path]]:
    """Copies of the rural programme by names of ours, with a short search."""

    def make(*names: str) -> list[Path]:
        folders = []
        for name in names:
            folder = Path(shutil.copytree(country, tmp_path / "cities" / name))
            shutil.rmtree(folder / "private", ignore_errors=True)
            settings = folder / "outreach.toml"
            text = settings.read_text().replace("Liechtenstein demo", f"Programme {name}")
            text = re.sub(r"iterations = \d+", "iterations = 100", text)
            settings.write_text(re.sub(r"exports = .*", "", text))
            folders.append(folder)
        return folders

    return make


def tasks_of(folders: list[Path], maps: Path) -> list[CityTask]:
    return [CityTask(str(f), str(maps / ROUND / f.name), DEMO_ROUND) for f in folders]


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


def whole(directory: Path) -> bool:
    """Whether a round's folder holds what its manifest lists, and nothing else."""
    listed = json.loads((directory / "manifest.json").read_bytes())["files"]
    return {path.name for path in directory.iterdir()} == {*listed, "manifest.json"}


def test_a_failed_programme_stops_no_other_and_finished_ones_are_not_planned_again(
    cities: Callable[..., list[Path]], tmp_path: Path
) -> None:
    folders = cities("aster", "borage", "comfrey")
    (folders[1] / "hotspots.csv").write_text("id,lon\nH1,9.5\n")
    command = ["batch", *map(str, folders), "--round", ROUND, "--out", str(tmp_path / "maps"),
               "--workers", "2", "--json"]  # fmt: skip
    first = CliRunner().invoke(main, command)
    assert first.exit_code == 1, first.output
    told = {row["name"]: row for row in json.loads(first.stdout)["programmes"]}
    assert [told[name]["outcome"] for name in ("aster", "borage", "comfrey")] == [
        "planned", "failed", "planned",
    ]  # fmt: skip
    assert "column lat: the column is missing" in told["borage"]["error"]
    directory = tmp_path / "maps" / ROUND
    before = {name: contents(directory / name) for name in ("aster", "comfrey")}
    assert all(whole(directory / name) for name in before)
    assert not (directory / "borage").exists()

    shutil.copy(folders[0] / "hotspots.csv", folders[1] / "hotspots.csv")
    again = CliRunner().invoke(main, command)
    assert again.exit_code == 0, again.output
    outcomes = [row["outcome"] for row in json.loads(again.stdout)["programmes"]]
    assert outcomes == [
        "unchanged since it was planned",
        "planned",
        "unchanged since it was planned",
    ]
    assert {name: contents(directory / name) for name in before} == before
    page = (directory / "national.html").read_text(encoding="utf-8")
    assert all(f"Programme {name}" in page for name in ("aster", "borage", "comfrey"))

    every = [raw_signs(load_programme(folder)) for folder in folders]
    for path in (directory / "national.html", directory / "national.gpkg"):
        for content in unpacked(path.name, path.read_bytes()):
            assert not [found for one in every for found in one.found_in(content)]


@contextmanager
def meddling(deed: Callable[[psutil.Process], None], busy: Path) -> Iterator[list[int]]:
    """Do something to the worker that is at work in a folder, once; its process ids."""
    done: list[int] = []
    over = threading.Event()

    def wait() -> None:
        while not over.wait(0.05):
            if not busy.exists():
                continue
            held = os.stat(busy)
            for process in psutil.Process().children(recursive=True):
                try:
                    opened = [Path(f"/proc/{process.pid}/fd") / fd
                              for fd in os.listdir(f"/proc/{process.pid}/fd")]  # fmt: skip
                    if any(
                        os.path.exists(p) and os.path.samestat(os.stat(p), held) for p in opened
                    ):
                        deed(process)
                        done.append(process.pid)
                        return
                except (OSError, psutil.Error):
                    continue

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield done
    finally:
        over.set()
        thread.join()


@pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="needs /proc to find a lock's holder"
)
def test_a_worker_that_is_killed_loses_and_doubles_nothing(
    cities: Callable[..., list[Path]], tmp_path: Path
) -> None:
    folders = cities("aster", "borage", "comfrey")
    busy = folders[1] / "private" / ".busy"
    with meddling(lambda process: process.kill(), busy) as killed:
        results = plan_cities(tasks_of(folders, tmp_path / "maps"), limits=Limits(workers=2))
    assert len(killed) == 1
    assert [result.outcome for result in results] == [Outcome.PLANNED] * 3
    for folder in folders:
        directory = tmp_path / "maps" / ROUND / folder.name
        assert whole(directory)
        # What a run that nobody disturbed writes from the same ledger.
        make_maps(load_programme(folder), DEMO_ROUND, tmp_path / "quiet" / folder.name)
        assert contents(directory) == contents(tmp_path / "quiet" / folder.name)
        left = {path.name for path in (folder / "private").iterdir()} - {".busy"}
        assert left == {".gitignore", "batch", "key", "ledger", "plans"}
    assert not list((tmp_path / "maps").rglob(".new-*"))


@pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="needs /proc to find a lock's holder"
)
def test_a_worker_that_is_cut_off_loses_and_doubles_nothing(
    cities: Callable[..., list[Path]], tmp_path: Path
) -> None:
    folders = cities("aster", "borage")
    busy = folders[0] / "private" / ".busy"

    def go_on(process: psutil.Process) -> None:
        with suppress(psutil.Error):
            process.send_signal(signal.SIGCONT)

    def cut_off(process: psutil.Process) -> None:
        process.send_signal(signal.SIGSTOP)
        # Longer than the scheduler's patience: it gives the programme to another worker.
        threading.Timer(30.0, go_on, [process]).start()

    with meddling(cut_off, busy) as stopped:
        results = plan_cities(
            tasks_of(folders, tmp_path / "maps"), limits=Limits(workers=2, lost_after_s=10.0)
        )
    assert len(stopped) == 1
    assert Outcome.FAILED not in [result.outcome for result in results]
    for folder in folders:
        directory = tmp_path / "maps" / ROUND / folder.name
        assert whole(directory)
        make_maps(load_programme(folder), DEMO_ROUND, tmp_path / "quiet" / folder.name)
        assert contents(directory) == contents(tmp_path / "quiet" / folder.name)


def test_two_that_plan_one_programme_at_once_do_it_once(
    cities: Callable[..., list[Path]], tmp_path: Path
) -> None:
    (task,) = tasks_of(cities("aster"), tmp_path / "maps")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        outcomes = [result.outcome for result in pool.map(plan_city, [task, task])]
    assert sorted(outcomes) == [Outcome.PLANNED, Outcome.UNCHANGED]


def test_a_second_command_is_told_that_the_programme_is_busy(
    cities: Callable[..., list[Path]], tmp_path: Path
) -> None:
    (folder,) = cities("aster")
    (task,) = tasks_of([folder], tmp_path / "maps")
    programme = load_programme(folder)
    with alone(programme):
        with alone(programme):
            pass
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            (found,) = pool.map(plan_city, [replace(task, wait_s=0.2)])
        assert found.outcome is Outcome.FAILED
        assert "Another command is at work in this programme." in found.error
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            assert pool.submit(_busy, folder).result()
    assert not (tmp_path / "maps").exists()


def _busy(folder: Path) -> bool:
    try:
        with alone(load_programme(folder)):
            return False
    except BusyError:
        return True


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder, maps: (folder / "decisions.csv").write_bytes(
            (folder / "decisions.csv").read_bytes() + b"\r\n"
        ),
        lambda folder, maps: (maps / "gaps.csv").write_text("gone"),
        lambda folder, maps: (maps / "manifest.json").unlink(),
        lambda folder, maps: (folder / "private" / "batch").write_text("{}"),
    ],
    ids=["another input", "another output", "no manifest", "no record"],
)
def test_what_is_not_as_it_was_is_planned_again(
    spoil: Callable[[Path, Path], object], cities: Callable[..., list[Path]], tmp_path: Path
) -> None:
    (folder,) = cities("aster")
    (task,) = tasks_of([folder], tmp_path / "maps")
    assert plan_city(task).outcome is Outcome.PLANNED
    assert plan_city(task).outcome is Outcome.UNCHANGED
    spoil(folder, Path(task.directory))
    assert plan_city(task).outcome is Outcome.PLANNED
    assert whole(Path(task.directory))


def test_a_fault_comes_back_without_its_message(
    cities: Callable[..., list[Path]], tmp_path: Path
) -> None:
    (folder,) = cities("aster")
    # A folder where the record belongs: an error of the system that names a path.
    (folder / "private").mkdir(mode=0o700)
    (folder / "private" / "batch").mkdir()
    (task,) = tasks_of([folder], tmp_path / "maps")
    (result,) = plan_cities([task], limits=Limits(workers=1, tries=2))
    assert result.outcome is Outcome.FAILED
    assert (
        result.error == "A fault of the program or the machine (IsADirectoryError), 2 times over."
    )


def test_nothing_is_told_of_a_programme_of_few_hotspots(country_plan: Plan) -> None:
    release = replace(country_plan.release, hotspots=country_plan.release.hotspots[:2])
    few = Figures.of(replace(country_plan, release=release), "rules")
    assert (few.few, few.hotspots, few.visits, few.need_met) == (True, 0, 0, (0.0, 0.0, 0.0))
    assert few.services == ()
    results = [
        CityResult("few", Outcome.PLANNED, 1.0, few),
        city("Many", service("nsp", 8, 4, 0.5)),
    ]
    page = national_page(results, DEMO_ROUND)
    assert page.count(few.programme) == 1
    assert "with fewer than 3 hotspots" in page


def test_programmes_over_one_town_by_unlike_rules_are_named(country_plan: Plan) -> None:
    one, same, other = (
        replace(Figures.of(country_plan, rules), programme=name)
        for name, rules in (("one", "a"), ("same", "a"), ("other", "b"))
    )
    away = replace(other, programme="away", bounds=(0.0, 0.0, 1.0, 1.0))
    assert crossing([one, same, other, away]) == [("one", "other"), ("same", "other")]


@pytest.mark.parametrize("scheduler", ["tcp://10.0.0.7:8786", "10.0.0.7:8786", "ws://a.b:80"])
def test_a_way_that_others_can_read_is_refused(tmp_path: Path, scheduler: str) -> None:
    with pytest.raises(BatchError, match="not encrypted"):
        plan_cities([CityTask(str(tmp_path), "maps", DEMO_ROUND)], scheduler=scheduler)


def test_no_passphrase_travels(cities: Callable[..., list[Path]], tmp_path: Path) -> None:
    (folder,) = cities("locked")
    toml = folder / "outreach.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("lock = false", "lock = true"))
    result = plan_city(CityTask(str(folder), str(tmp_path / "maps"), DEMO_ROUND))
    words = kept_passphrases(folder)
    assert words
    assert any("key passphrase" in line for line in result.notices)
    assert not [line for line in result.notices for each in words.values() if each in line]


def test_folders_of_one_name_are_refused(tmp_path: Path) -> None:
    tasks = [CityTask(str(tmp_path / part / "city"), "maps", DEMO_ROUND) for part in "ab"]
    with pytest.raises(BatchError, match="called city"):
        plan_cities(tasks)


def test_a_scheduler_that_does_not_answer_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BatchError, match="No scheduler answers there"):
        plan_cities(
            [CityTask(str(tmp_path), "maps", DEMO_ROUND)],
            scheduler="tcp://127.0.0.1:9",
            limits=Limits(answer_s=1.0),
        )


def test_a_cluster_that_does_not_start_is_one_clear_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    # Its parts get a thousandth of a second to find each other.
    with pytest.raises(BatchError, match="The cluster on this machine did not start") as found:
        plan_cities(
            [CityTask(str(tmp_path), "maps", DEMO_ROUND)], limits=Limits(workers=1, start_s=0.001)
        )
    assert "what was finished before is not planned again" in found.value.mend
    assert not list(tmp_path.iterdir())


def service(name: str, hotspots: int, reached: int, mid: float) -> ServiceFigures:
    return ServiceFigures(name, hotspots, reached, mid - 0.1, mid, mid + 0.1)


def city(name: str, *services: ServiceFigures) -> CityResult:
    figures = Figures(
        name, True, (9.0, 47.0, 9.1, 47.1), 12, 5, 20, 2, (0.5, 0.6, 0.7), services, 0
    )
    return CityResult(name, Outcome.PLANNED, 1.0, figures)


def test_the_least_covered_programme_stands_first_and_totals_add_up() -> None:
    results = [
        city("Well covered", service("nsp", 8, 7, 0.9), service("legal", 4, 3, 0.7)),
        city("Worse off", service("nsp", 6, 1, 0.2)),
        CityResult("lost <b>city</b>", Outcome.FAILED, 0.0, error="not told on the page"),
    ]
    page = national_page(results, DEMO_ROUND)
    assert page.index("Worse off") < page.index("Well covered")
    assert "8 of 14" in page
    assert "3 of 4" in page
    assert "lost &lt;b&gt;city&lt;/b&gt;" in page
    assert "not told on the page" not in page


def test_the_national_page_says_all_its_texts_in_its_language() -> None:
    results = [
        city("Aster", service("nsp", 8, 7, 0.9), ServiceFigures("legal", 4, 3, None, None, None)),
        CityResult("Borage", Outcome.FAILED, 0.0, error="why"),
    ]
    page = national_page(results, DEMO_ROUND, MADE_UP)
    names = re.compile("Aster|Borage")
    bare = [text for text in map(unbracketed, shown(page)) if re.search("[A-Za-z0-9]", text)]
    assert [names.sub("", text).strip() for text in bare] == [""] * len(bare)
    arabic = national_page(results, DEMO_ROUND, language_of("ar"))
    assert '<html lang="ar" dir="rtl">' in arabic
    assert "التغطية حسب البرنامج" in arabic


def test_a_language_without_pages_is_refused_before_anything_is_planned(
    cities: Callable[..., list[Path]], tmp_path: Path
) -> None:
    (folder,) = cities("aster")
    done = CliRunner().invoke(
        main,
        ["batch", str(folder), "--round", ROUND, "--out", str(tmp_path / "maps"),
         "--language", "tlh"],
    )  # fmt: skip
    assert done.exit_code == 2
    assert "no pages in 'tlh'. Take one of: ar, en, es, fr, my, pt, ru, sw." in done.output
    assert not (tmp_path / "maps").exists()


def test_what_few_hotspots_need_is_in_no_figure(country_plan: Plan) -> None:
    figures = Figures.of(country_plan, "rules")
    counted = {
        row.service: row.reached + row.partly + row.not_reached + row.unknown
        for row in country_plan.coverage.summary
    }
    whole = len(country_plan.release.hotspots)
    plain = {s for s, n in counted.items() if n >= 3 and (n == whole or whole - n >= 3)}
    assert {row.service for row in figures.services} == plain
    assert figures.hidden == len(counted) - len(plain) > 0
    for row in figures.services:
        if row.reached is not None:
            assert not {row.reached, row.hotspots - row.reached} & {1, 2}
    assert all(round(share, 2) == share for share in figures.need_met)
    assert Figures.from_document(json.loads(json.dumps(figures.as_document()))) == figures


def test_the_national_package_reads_back_and_tells_no_clock(tmp_path: Path) -> None:
    results = [city("Here", service("nsp", 8, 7, 0.9)), city("There", service("nsp", 6, 1, 0.2))]
    publish_national(results, DEMO_ROUND, tmp_path / "a")
    time.sleep(1.1)
    publish_national(results, DEMO_ROUND, tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    found = gpd.read_file(tmp_path / "a" / "national.gpkg", layer="coverage")
    assert list(found["share"]) == [0.9, 0.2]
    assert found.crs.to_epsg() == 4326


def test_without_any_programme_the_picture_says_so(tmp_path: Path) -> None:
    failed = [CityResult("gone", Outcome.FAILED, 0.0, error="why")]
    page, package = publish_national(failed, DEMO_ROUND, tmp_path)
    assert "gone" in page.read_text(encoding="utf-8")
    assert len(gpd.read_file(package, layer="programmes")) == 0
