"""The documentation as a site: built strictly, complete, and silent towards every other host."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

import click
import pytest
from axe_playwright_python.sync_playwright import Axe

from outreach_map.cli import main
from tests.browser import DESKTOP, launched
from tests.public_api import public
from website.commands import commands
from website.reference import PAGES

PROJECT = Path(__file__).parents[1]
# What a browser fetches by itself.
FETCHED = {
    "script": ("src",),
    "link": ("href",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src", "srcdoc"),
    "embed": ("src",),
    "object": ("data",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "input": ("src",),
    "form": ("action",),
    "base": ("href",),
    "use": ("href", "xlink:href"),
    "image": ("href", "xlink:href"),
}
ELSEWHERE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:)?//|^\s*(?:https?|ftp|wss?):", flags=re.I)


class Fetches(HTMLParser):
    """What a page fetches, and what is in its styles."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.headings: list[str] = []
        self.policy = ""
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the addresses of a tag."""
        given = {name: value or "" for name, value in attrs}
        self.found += [given[name] for name in FETCHED.get(tag, ()) if name in given]
        self.found += re.findall(r"url\(\s*['\"]?([^'\")]+)", given.get("style", ""))
        if "id" in given and re.fullmatch(r"h[1-6]", tag):
            self.headings.append(given["id"])
        if tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = given["content"]
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.found.append(given["content"].partition("=")[2])
        self._in_style = tag == "style"

    def handle_data(self, data: str) -> None:
        """Collect the addresses of a style."""
        if self._in_style:
            self.found += re.findall(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", data)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. A warning is an error: a link that leads nowhere, a page in no menu."""
    directory = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    done = subprocess.run(
        [*command, "--site-dir", str(directory)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return directory


def parsed(path: Path) -> Fetches:
    """A page, read."""
    parser = Fetches()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


def test_every_document_is_a_page(site: Path) -> None:
    documents = [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")]
    documents += [PROJECT / "data" / "README.md", PROJECT / "maps" / "README.md"]
    assert len(documents) > 20
    for document in documents:
        place = document.relative_to(PROJECT).with_suffix("")
        folder = place.parent if place.name == "README" else place
        assert (site / folder / "index.html").is_file(), place


def test_every_command_and_option_is_in_the_reference(site: Path) -> None:
    text = (site / "docs" / "commands" / "index.html").read_text(encoding="utf-8")
    headings = parsed(site / "docs" / "commands" / "index.html").headings
    names = []
    for name, command, _ in commands(main, "outreach-map"):
        names.append(name.replace(" ", "-"))
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert all(option in text for option in parameter.opts), (name, parameter.name)
    assert [each for each in headings if each.startswith("outreach-map")] == names
    assert len(names) > 15


def test_every_public_function_and_class_is_in_the_reference(site: Path) -> None:
    found = public()
    for page, packages in PAGES.items():
        headings = parsed(site / "docs" / "library" / page / "index.html").headings
        for package in packages:
            wanted = {
                f"{package}.{name}" for name, value in found[package].items() if callable(value)
            }
            assert wanted
            assert wanted <= set(headings), page
            # A method's heading is below its class; nothing private has one.
            assert not [each for each in headings if "._" in each], page


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 20
    for path in pages:
        page = parsed(path)
        assert page.found
        assert not [address for address in page.found if ELSEWHERE.match(str(address))], path
        assert "default-src 'none'" in page.policy
        assert "http" not in page.policy
    for path in site.rglob("*.css"):
        addresses = re.findall(r"(?:url\(\s*|@import\s+)['\"]?([^'\")]+)", path.read_text())
        assert not [each for each in addresses if ELSEWHERE.match(each)], path


def test_the_scan_would_see_it() -> None:
    page = Fetches()
    page.feed('<script src="//x.example/a.js"></script><img srcset="https://x.example/a.png 2x">')
    page.feed("<p style=\"background:url('http://x.example/a')\"><a href='https://x.example'>x</a>")
    assert [bool(ELSEWHERE.match(each)) for each in page.found] == [True, True, True]
    assert not ELSEWHERE.match("../assets/main.css")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    """The site on the loopback interface."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.browser
def test_a_browser_asks_no_other_host_and_the_policy_would_stop_it(
    site: Path, address: str
) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    with launched() as browser:
        page = browser.new_context(viewport=DESKTOP).new_page()  # type: ignore[arg-type]
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        for path in ("", "docs/tutorial/", "docs/commands/", "docs/library/network/", "404.html"):
            page.goto(address + path)
            page.wait_for_load_state("networkidle")
        # The search works, and is in the site itself.
        page.goto(address)
        page.click("input.md-search__input")
        page.keyboard.type("twin world")
        page.wait_for_selector(".md-search-result__item", timeout=30_000)
        assert complaints == []
        assert len(asked) > 10
        assert {re.match(r"[a-z]+://[^/]*/|[a-z]+:", url)[0] for url in asked} <= {  # type: ignore[index]
            address, "data:", f"blob:{address}", "blob:",
        }  # fmt: skip
        # Whatever a page should come to hold, it could not ask.
        other = address.replace("127.0.0.1", "localhost")
        stopped = page.evaluate(
            "url => fetch(url).then(() => 'asked', () => 'stopped')", f"{other}index.html"
        )
        assert stopped == "stopped"
        assert any("Content Security Policy" in each for each in complaints)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_that_shuts_people_out(
    address: str, scheme: Literal["light", "dark"]
) -> None:
    with launched() as browser:
        context = browser.new_context(color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        for path in ("", "docs/commands/", "docs/library/network/", "docs/dependencies/"):
            page.goto(address + path)
            page.wait_for_load_state("networkidle")
            violations = Axe().run(page).response["violations"]
            assert [
                (path, each["id"], each["nodes"][0]["html"])
                for each in violations
                if each["impact"] in ("serious", "critical")
            ] == []
