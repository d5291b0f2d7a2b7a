"""Whatever comes from a file is data: nothing in the package makes code, objects or paths of it."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from outreach_map.cli import main
from outreach_map.demo import DEMO_ROUND
from outreach_map.publish import Plan, publish_round

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "outreach_map"
SOURCES = sorted(PACKAGE.rglob("*.py"))

# Modules that make objects of bytes, unfold XML, or run what they are given.
FORBIDDEN = frozenset(
    [
        "pickle",
        "cPickle",
        "marshal",
        "shelve",
        "dill",
        "cloudpickle",
        "joblib",
        "jsonpickle",
        "yaml",
        "ruamel",
        "code",
        "codeop",
        "runpy",
        "ctypes",
        "tarfile",
        "lxml",
        "pty",
        "xml",
        "imp",
    ]
)
# `from xml...` that reads nothing, and what of it.
ALLOWED = {
    "publish/exports/styles.py": {"ElementTree": "writes the styles of QGIS"},
    "intake/workbook.py": {"ParseError": "the error that openpyxl raises"},
    "intake/kinds.py": {"expat": "looks for the first element alone, and stops at an entity"},
}
CALLS = frozenset(
    [
        "eval",
        "exec",
        "compile",
        "__import__",
        "os.system",
        "os.popen",
        "from_string",
        "extract",
        "extractall",
        "read_pickle",
        "literal_eval",
    ]
)


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(module, name) of what a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def found_in(source: str, file: str = "") -> list[str]:
    """What a module has that could make code or objects of data."""
    tree = ast.parse(source)
    faults = [
        f"imports {module} {name}"
        for module, name in imports(tree)
        if module.split(".")[0] in FORBIDDEN and name not in ALLOWED.get(file, {})
    ]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        last = called.rpartition(".")[2]
        if called in CALLS or (last in CALLS and called not in _OWN):
            faults.append(f"calls {called}")
        arguments = {word.arg: ast.unparse(word.value) for word in node.keywords}
        if last == "load" and called.startswith("np.") and arguments.get("allow_pickle") != "False":
            faults.append(f"calls {called} without allow_pickle=False")
        if arguments.get("shell") == "True" or arguments.get("allow_pickle") == "True":
            faults.append(f"calls {called} with {arguments}")
    return faults


# Of the same name and another kind.
_OWN = frozenset(("re.compile",))


def test_no_module_makes_code_of_data() -> None:
    faults = {}
    for path in SOURCES:
        file = path.relative_to(PACKAGE).as_posix()
        if found := found_in(path.read_text(encoding="utf-8"), file):
            faults[file] = found
    assert faults == {}


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from xml.dom import minidom",
        "import xml.etree.ElementTree as ET",
        "from yaml import load",
        "eval(cell)",
        "builtins.exec(cell)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "subprocess.run(cell, shell=True)",
        "environment.from_string(cell)",
        "archive.extractall(folder)",
        "__import__(cell)",
    ],
)
def test_the_scan_would_see_it(source: str) -> None:
    assert found_in(source)


def test_the_linter_has_its_security_rules_on_and_no_exception_is_without_a_reason() -> None:
    lint = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"][
        "lint"
    ]
    assert "S" in lint["select"]
    assert not [rule for rule in lint["ignore"] if rule.startswith("S")]
    excused = {place for place, rules in lint["per-file-ignores"].items() if "S" in rules}
    assert excused == {"tests/**", "benchmarks/**", "data/**"}
    for path in SOURCES:
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.search(r"#\s*(ruff:\s*)?noqa", line):
                assert re.search(r"# noqa: [A-Z]+\d+(  # \S.+)?$", line), (path.name, line)
                if "noqa: S" in line:
                    assert re.search(r"# noqa: S\d+  # \S", line), (path.name, line)


def test_templates_are_files_of_the_package() -> None:
    made = [
        ast.unparse(node)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Environment")
    ]
    assert made
    # Of a package of ours, by its name or by what the one maker of all pages is called with.
    assert all(re.search(r"PackageLoader\(('outreach_map[.\w]*'|package)\)", one) for one in made)
    assert sum("PackageLoader(package)" in one for one in made) == 1
    named = [
        ast.unparse(node.args[1])
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "templates"
        and len(node.args) > 1
    ]
    assert all(name.startswith("'outreach_map.") for name in named)
    # And two of folium's kind, whose text stands in the class.
    for file in ("layers/basemap.py", "layers/element.py"):
        for node in ast.walk(ast.parse((PACKAGE / file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Template"):
                assert all(isinstance(argument, ast.Constant) for argument in node.args)


def test_workbooks_are_read_by_a_parser_that_refuses_entities() -> None:
    assert openpyxl.DEFUSEDXML is True


ELSEWHERE = "../../../elsewhere"


def test_no_name_from_data_leads_out_of_the_folder(
    country: Path, copy_of: Callable[[Path], Path], tmp_path: Path
) -> None:
    folder = copy_of(country)
    settings = folder / "outreach.toml"
    text = settings.read_text(encoding="utf-8")
    assert 'exports = ["geojson", "gpx", "ics", "kml", "xlsx"]' in text
    settings.write_text(re.sub(r'^name = ".*"', f'name = "{ELSEWHERE}"', text, flags=re.M))
    teams = (folder / "teams.csv").read_text(encoding="utf-8")
    first = teams.splitlines()[1].split(",")[0]
    for name in ("teams.csv", "visits.csv", "decisions.csv"):
        path = folder / name
        spoilt = re.sub(
            rf"(?m)(^|,){re.escape(first)}(,|$)",
            rf"\g<1>{ELSEWHERE}\g<2>",
            path.read_text(encoding="utf-8"),
        )
        path.write_text(spoilt, encoding="utf-8")
    assert ELSEWHERE in (folder / "teams.csv").read_text(encoding="utf-8")
    points = folder / "points.csv"
    lines = points.read_text(encoding="utf-8").splitlines()
    column = lines[0].split(",").index("name")
    for number, line in enumerate(lines[1:], start=1):
        cells = line.split(",")
        cells[column] = f"{ELSEWHERE}-{number}"
        lines[number] = ",".join(cells)
    points.write_text("\n".join(lines) + "\n", encoding="utf-8")
    before = everything(tmp_path)
    out = tmp_path / "deep" / "down" / "in" / "maps"
    out.mkdir(parents=True)
    done = CliRunner().invoke(
        main, ["plan", str(folder), "--round", str(DEMO_ROUND), "--out", str(out), "--no-cache"]
    )
    assert done.exit_code == 0, done.output
    fresh = everything(tmp_path) - before - everything(out) - {*out.parents, out}
    assert {path.relative_to(folder).parts[0] for path in fresh} <= {"private"}
    names = {path.name for path in everything(out) if path.is_file()}
    assert len(names) > 10
    assert all(re.fullmatch(r"[a-z0-9-]+\.[a-z]+", name) for name in names)


def everything(folder: Path) -> set[Path]:
    """Files and folders below a folder."""
    return {*folder.rglob("*")}


def test_a_manifest_that_was_tampered_with_removes_nothing_elsewhere(
    country_plan: Plan, tmp_path: Path
) -> None:
    """An earlier manifest says which files of a round may go: plain names alone."""
    directory = tmp_path / "maps" / "2026-11-23"
    publish_round(country_plan, directory)
    kept = [tmp_path / "kept.txt", tmp_path / "maps" / "kept.txt"]
    for path in kept:
        path.write_text("not of the round")
    manifest = directory / "manifest.json"
    document = json.loads(manifest.read_text())
    names = ["../kept.txt", "../../kept.txt", str(kept[0]), "..", ".", "", "gone.csv"]
    document["files"] |= {name: {} for name in names}
    manifest.write_text(json.dumps(document))
    (directory / "gone.csv").write_text("of an earlier plan")
    publish_round(country_plan, directory)
    assert all(path.is_file() for path in kept)
    assert not (directory / "gone.csv").exists()
