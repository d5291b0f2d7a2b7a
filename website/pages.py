"""A hook of MkDocs: pages stand where they do in the repository, so that links work in both."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PROJECT = Path(__file__).parents[1]
# Beside docs/: the pages at the top and in the folders that have one.
PAGES = (
    "README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md",
    "data/README.md", "maps/README.md",
)  # fmt: skip
# What pages link to and is not one.
PLAIN = ("outreach_map/planning.py", "LICENSE", "website/site.css", "website/favicon.svg")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Put each file at its place in the repository, docs/ included."""
    for file in [*files.documentation_pages(), *files.media_files()]:
        # The theme's own files have no place in docs/.
        if file.src_dir == config.docs_dir:
            files.remove(file)
            files.append(_file(f"docs/{file.src_uri}", config))
    for uri in (*PAGES, *PLAIN):
        files.append(_file(uri, config))
    return files


def on_post_page(output: str, **_: object) -> str:
    """Give the theme's search a name, for people who hear the page."""
    return output.replace('role="dialog"', 'role="dialog" aria-label="Search"')


def _file(uri: str, config: MkDocsConfig) -> File:
    return File(uri, str(PROJECT), config.site_dir, config.use_directory_urls)
