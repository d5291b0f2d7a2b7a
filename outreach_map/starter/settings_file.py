"""The commented `outreach.toml` of a new programme."""

from __future__ import annotations

import json
from collections.abc import Sequence

from outreach_map.language import available_languages
from outreach_map.settings import CoverageSettings, PrivacyPolicy, RiskSettings, RoutingSettings
from outreach_map.starter.place import Whereabouts

_TEXT = """\
# Settings of this programme. A line that begins with # is a comment, or a setting at its usual
# value: take the # away to change it. `outreach-map check` says what is wrong, all at once.

[programme]
name = {name}
timezone = {timezone}{found}
languages = {languages}  # language tags, such as pt-BR or sw
streets = {streets}
# elevation = "dem.tif"  # an elevation raster makes hills count
# study_area = [{bounds}]  # west, south, east, north; without it: all streets

# Who a team in need calls. Without legal support no map is made. Call each number once before you
# write it down.
[contacts]
# legal = {{ name = "…", phone = "…" }}
# emergency = {{ name = "…", phone = "…" }}
# psychosocial = {{ name = "…", phone = "…" }}

# The files of this folder. CSV, XLSX, GeoJSON, GeoPackage, shapefile (.zip), KML; exports of
# KoboToolbox and ODK come as they are. "tables.xlsx#points" is the sheet points of tables.xlsx.
[files]
hotspots = "hotspots.csv"
points = "points.csv"
teams = "teams.csv"
# The others begin in templates/. Put one here when you have something to write in it.
# visits = "visits.csv"  # or a list of files, or a folder of exports
# decisions = "decisions.csv"
# risks = "risks.csv"  # or areas drawn in QGIS: risks.geojson
# incidents = "incidents.csv"  # arrests, confiscations, violence: docs/risk.md
# population = "population.csv"  # where people live: areas then rest on residents

# Names of your own for columns -> ours, for each file, such as: "Nombre del sitio" = "id"
# [columns.hotspots]

# What an area must hold. It is frozen with the first plan: decide now.
[privacy]
# residents = {privacy.residents}  # where population is known
# buildings = {privacy.buildings}  # elsewhere
# max_precision_m = 100  # not set as a rule; hotspots that are sharper are made coarser at reading
# batch = "{privacy.batch}"  # when new hotspots come out; or "week"
# rare = {privacy.rare}  # how many hotspots share a word before it is published

[coverage]
# walk_min = {coverage.walk_min:g}  # minutes on foot to a service
# syringes_per_person_year = {coverage.syringes_per_person_year:g}  # the target of WHO for 2030

# Likelihood times impact from which a risk is medium or high, and who has to sign an assessment.
# docs/risk.md has the others: when an assessment expires, and from when there is a flag.
[risk]
# medium = {risk.medium}
# high = {risk.high}
# signed_by = ["peer"]  # a peer always has to

# Team pages open with a passphrase alone, which the first plan tells. Their rights card says what
# is true everywhere; let your legal contact write what is true where you are, a sentence a line.
[maps]
# lock = true
# passphrase = "words"  # or "digits", for whoever writes no Latin letters; without it by language
# language = "en"  # of the pages; one of: {speak}
# exports = ["xlsx", "ics"]  # also "gpx", "kml", "geojson"; none of these files can be locked
# rights = '''
# …
# '''

[routing]
# iterations = {routing.iterations}
# ferries = {ferries}  # timetables are not known
"""


def settings_text(
    name: str,
    where: Whereabouts,
    languages: Sequence[str],
    streets: str,
    bounds: tuple[float, float, float, float],
    *,
    found: bool,
) -> str:
    """Text of `outreach.toml`.

    Parameters
    ----------
    name
        Of the programme.
    where
        Its time zone, and its country where that is known.
    languages
        Language tags.
    streets
        Name of the extract in the folder.
    bounds
        West, south, east, north of the streets.
    found
        Whether the time zone was found from the streets, which the planner should look at.
    """
    country = f", in {where.country_name}" if where.country_name else ""
    routing = RoutingSettings()
    return _TEXT.format(
        name=_quoted(name),
        timezone=_quoted(where.timezone),
        found=f"  # found from where the streets are{country}" if found else "",
        languages=f"[{', '.join(map(_quoted, languages))}]",
        streets=_quoted(streets),
        bounds=", ".join(f"{degrees:.3f}" for degrees in bounds),
        privacy=PrivacyPolicy(),
        coverage=CoverageSettings(),
        risk=RiskSettings(),
        routing=routing,
        ferries=str(routing.ferries).lower(),
        speak=", ".join(available_languages()),
    )


def _quoted(text: str) -> str:
    """A basic string of TOML; those of JSON are such strings too."""
    return json.dumps(text, ensure_ascii=False)
