"""One HTML file that needs nothing but a browser: folium's map, our script, a strict policy.

Everything is inlined and the Content-Security-Policy allows only what is there, by hash: no
request of any kind can leave the page. Text is escaped by the template, data stand as JSON in
elements that are not scripts.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import folium
import xstatic.pkg.leaflet
from markupsafe import Markup

from outreach_map.language import ENGLISH, Language, Words
from outreach_map.layers import BasemapLayer, DataLayer, to_json
from outreach_map.publish.lock import seal
from outreach_map.publish.script_texts import LOCK, PAGE, REPORT, said_texts
from outreach_map.publish.speaking import templates

Bounds = tuple[float, float, float, float]
# In the order in which they need each other.
_SCRIPTS = ("texts.js", "basemap.js", "labels.js", "map.js", "page.js")
# Scripts of a page while it is locked.
_LOCK = ("seal.js", "hide.js", "lock.js")
_STYLE_DATA = '<script type="text/css">'


def render_page(
    template: str,
    context: Mapping[str, object],
    *,
    language: Language,
    layers: Sequence[DataLayer],
    basemap: str,
    bounds: Bounds,
    view: Bounds,
    own: Sequence[str] = (),
    texts: Mapping[str, Words] = MappingProxyType({}),
    report: Mapping[str, object] | None = None,
) -> str:
    """Put a page together.

    Parameters
    ----------
    template
        File in `publish/templates`.
    context
        What the template shows; every text is escaped there.
    language
        In which all that is lazy is said.
    layers
        Layers of the map, in the order of the layer control.
    basemap
        From `encode_basemap`.
    bounds
        West, south, east, north of the map: the study area, never the extent of sites.
    view
        What the map shows when it opens.
    own
        Scripts and styles in `publish/static` that this page has beside those of every page.
    texts
        What those scripts say.
    report
        On pages with tables that sort and copy, and with filters: what their scripts read, by the
        id of its element.

    Returns
    -------
    The page; the same arguments give the same text.
    """
    for layer in layers:
        layer.layer_name = language.say(layer.layer_name)
    container, script = _compose(layers, bounds, view)
    data = {f"data-{layer.key}": to_json(language.say_all(layer.features)) for layer in layers}
    own_scripts = [_static(name) for name in own if name.endswith(".js")]
    own_styles = [_static(name) for name in own if name.endswith(".css")]
    shared = [_static(name) for name in _SCRIPTS]
    scripts = [_leaflet("leaflet.js"), *shared, *own_scripts, script]
    styles = [_without_urls(_leaflet("leaflet.css")), _static("page.css"), *own_styles]
    said = {**PAGE, **texts}
    if report is not None:
        data |= {key: to_json(language.say_all(value)) for key, value in report.items()}
        # After folium's script: they narrow the layers that it makes.
        kind = Path(template).stem
        scripts += [_static("tables.js"), _static(f"{kind}.js")]
        styles.append(_static("report.css"))
        said |= REPORT
    policy = "; ".join(
        [
            "default-src 'none'",
            "script-src " + " ".join(_hash(text) for text in scripts),
            "style-src " + " ".join(_hash(text) for text in styles),
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    return (
        templates(language)
        .get_template(template)
        .render(
            **context,
            policy=policy,
            scripts=[Markup(text) for text in scripts],  # noqa: S704  # our own files and folium's
            styles=[Markup(text) for text in styles],  # noqa: S704  # our own files and Leaflet's
            data={key: Markup(text) for key, text in data.items()},  # noqa: S704  # to_json escapes
            texts=_texts(said, language),
            basemap=basemap,
            map=Markup(container),  # noqa: S704  # folium's element without any text of ours
        )
    )


def locked_page(page: str, passphrase: str, name: str, language: Language = ENGLISH) -> str:
    """A page that asks for a passphrase, and has nothing of `page` in it but ciphertext.

    The scripts and styles of the page run by a nonce that nobody who writes the data can know: it
    is drawn when the file is made, and hashes of what is sealed would speak of it. `language` is
    what the page that asks speaks, for everybody to read.
    """
    # A browser complains of styles as soon as it reads them, and these get their nonce afterwards.
    data = page.replace("<style>", _STYLE_DATA).replace("</style>", "</script>")
    sealed = seal(data, passphrase, name)
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    return (
        templates(language)
        .get_template("locked.html")
        .render(
            name=name,
            nonce=nonce,
            policy=policy,
            head=Markup(sealed.head),  # noqa: S704  # a code and two numbers of ours
            body=sealed.body,
            check=sealed.check,
            texts=_texts(LOCK, language),
            style=Markup(_static("lock.css")),  # noqa: S704  # our own file
            script=Markup("\n".join(map(_static, _LOCK))),  # noqa: S704  # our own files
        )
    )


def _compose(layers: Sequence[DataLayer], bounds: Bounds, view: Bounds) -> tuple[str, str]:
    """folium's container element and script for a map with these layers."""
    west, south, east, north = bounds
    world = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        tiles=None,
        control_scale=True,
        max_bounds=True,
        min_lat=south,
        max_lat=north,
        min_lon=west,
        max_lon=east,
        min_zoom=10,
        max_zoom=18,
        zoom_snap=0.5,
        # A tile that fades in is drawn a dozen times.
        fade_animation=False,
    )
    world._name, world._id = "map", "outreach"
    # Nothing of folium's is loaded from elsewhere; Leaflet is inlined by the page.
    world.default_js, world.default_css = [], []
    # Before anything is drawn, and without the way there: what is not seen is not drawn.
    fit = folium.FitBounds([[view[1], view[0]], [view[3], view[2]]], padding=(12, 12))
    fit.options["animate"] = False
    fit.add_to(world)
    BasemapLayer().add_to(world)
    for layer in layers:
        layer.add_to(world)
    control = folium.LayerControl(collapsed=True)
    control._id = "outreach"
    control.add_to(world)
    figure: Any = world.get_root()  # folium types its root as any element
    figure.render()
    return _one_line(figure.html.render()), _one_line(figure.script.render())


def _one_line(text: str) -> str:
    """Without the blank lines that folium's templates leave."""
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


def _texts(texts: Mapping[str, Words], language: Language) -> Markup:
    """What the scripts of a page say."""
    return Markup(to_json(said_texts(texts, language)))  # noqa: S704  # to_json escapes


@cache
def _static(name: str) -> str:
    return files("outreach_map.publish").joinpath("static", name).read_text(encoding="utf-8")


@cache
def _leaflet(name: str) -> str:
    text = (Path(xstatic.pkg.leaflet.BASE_DIR) / name).read_text(encoding="utf-8")
    return re.sub(r"//# sourceMappingURL=.*", "", text)


def _without_urls(style: str) -> str:
    """Leaflet's style without its pictures: none is used, and a page has no other files."""
    return re.sub(r"url\([^)]*\)", "none", style)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
