"""`outreach.toml`: what is taken, what is refused, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach_map.errors import ProgrammeError
from outreach_map.programme import Programme, load_programme

HEAD = '[programme]\nname = "Test"\ntimezone = "Europe/Berlin"\n'
EXAMPLE = "Compare the line with data/neubrandenburg/outreach.toml."


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Programme]:
    """Load a folder with the given outreach.toml and the files that every programme has."""

    def make(toml: str, *, without: tuple[str, ...] = ()) -> Programme:
        (tmp_path / "outreach.toml").write_text(toml, encoding="utf-8")
        for name in {"streets.osm.pbf", "hotspots.csv", "points.csv", "teams.csv"} - {*without}:
            (tmp_path / name).touch()
        return load_programme(tmp_path)

    return make


def test_defaults_are_the_design_s(load, tmp_path: Path) -> None:
    programme = load(HEAD)
    assert (programme.name, programme.timezone) == ("Test", "Europe/Berlin")
    assert (programme.languages, programme.invented) == (("en",), False)
    assert programme.streets == tmp_path / "streets.osm.pbf"
    assert programme.study_area is None
    policy = programme.privacy
    assert (policy.residents, policy.buildings, policy.cell_m) == (250, 50, 250.0)
    assert (policy.disc_m, policy.disc_share, policy.widest_m) == (100.0, 1 / 3, 3000.0)
    assert programme.coverage.walk_min == 10.0
    assert programme.coverage.syringes_per_person_year == 300.0
    assert (programme.risk.medium, programme.risk.high) == (6, 15)
    assert programme.routing.iterations == 3000
    assert programme.files.hotspots == tmp_path / "hotspots.csv"
    assert programme.files.risks is programme.files.population is None
    assert programme.files.visits == ()


def test_everything_can_be_set(load, tmp_path: Path) -> None:
    (tmp_path / "log.csv").touch()
    (tmp_path / "decisions.csv").touch()
    programme = load(
        '[programme]\nname = " Norte "\ntimezone = "America/Sao_Paulo"\n'
        'languages = ["pt-BR", "gn"]\ninvented = true\nstudy_area = [-51.3, -30.2, -51.1, -30]\n'
        '[contacts]\nlegal = { name = "Aid", phone = "+55 51 0000-0001" }\n'
        '[files]\nvisits = "log.csv"\n[privacy]\nresidents = 400\n[risk]\nmedium = 5\nhigh = 12\n'
    )
    assert (programme.name, programme.languages) == ("Norte", ("pt-BR", "gn"))
    assert programme.study_area == (-51.3, -30.2, -51.1, -30.0)
    assert programme.files.visits == (tmp_path / "log.csv",)
    assert programme.files.decisions == tmp_path / "decisions.csv"
    assert programme.privacy.residents == 400
    programme.require_legal()


def test_the_repr_has_no_paths_and_no_contacts(load, tmp_path: Path) -> None:
    legal = '[contacts]\nlegal = { name = "Aid", phone = "+49 30 23125 001" }\n'
    said = repr(load(HEAD + legal))
    assert str(tmp_path) not in said
    assert "23125" not in said


REFUSED = {
    "[routing]\niteratons = 5": "outreach.toml: routing.iteratons is not a known setting; did you "
    "mean iterations?",
    "[privcy]\nresidents = 300": "outreach.toml: privcy is not a known setting; did you mean "
    "privacy?",
    "[risk]\nzzz = 1": "outreach.toml: risk.zzz is not a known setting; known here: "
    "care_min, detour_min, expiry_days, high, long_leg_min, medium, naloxone_min, "
    "rounds_running, safe_min, safe_places, shown, signed_by, spell, steep_pct.",
    '[contacts]\nlegal = { name = "A", phon = "110" }': "outreach.toml: contacts.legal.phone: is "
    "missing. contacts.legal.phon is not a known setting; did you mean phone?",
    '[contacts]\nlegal = { name = "A", phone = "call me" }': "outreach.toml: "
    "contacts.legal.phone: is not a telephone number; write it as in +49 30 123456.",
    '[contacts]\nlegal = "A"': "outreach.toml: contacts.legal: has to be a table, as in the "
    "example programme.",
    '[routing]\niterations = "many"': "outreach.toml: routing.iterations: has to be a whole "
    "number.",
    "[privacy]\nresidents = 50": "outreach.toml: privacy.residents: has to be greater than or "
    "equal to 100.",
    "[privacy]\nbuildings = 5": "outreach.toml: privacy.buildings: has to be greater than or "
    "equal to 20.",
    "[privacy]\ndisc_share = 0.9": "outreach.toml: privacy.disc_share: has to be less than or "
    "equal to 0.5.",
    "[privacy]\nwidest_m = inf": "outreach.toml: privacy.widest_m: has to be a number.",
    "[coverage]\nwalk_min = nan": "outreach.toml: coverage.walk_min: has to be a number.",
    "[risk]\nmedium = 20": "outreach.toml: risk: medium has to be below high.",
    '[files]\nhotspots = "../hotspots.csv"': "outreach.toml: files.hotspots: has to be a file "
    "inside the programme folder.",
    '[files]\nhotspots = "/hotspots.csv"': "outreach.toml: files.hotspots: has to be a file "
    "inside the programme folder.",
    '[files]\nvisits = "log.csv"': "outreach.toml, files.visits: The file log.csv does not exist. "
    "Put it into the folder, or correct the name.",
    '[files]\nvisits = "a.csv"\nrisks = "b.csv"': "outreach.toml, files.risks, files.visits: The "
    "files b.csv, a.csv do not exist. Put them into the folder, or correct the name.",
    "[routing\nx = 1": "outreach.toml: The file is not valid TOML: see line 4, column 9. "
    + EXAMPLE,
    "x = " + "9" * 5000: "outreach.toml: The file is not valid TOML: see the quotes and brackets. "
    + EXAMPLE,
    "x = " + "[" * 5000: "outreach.toml: The file is not valid TOML: see the quotes and brackets. "
    + EXAMPLE,
}


@pytest.mark.parametrize("toml", REFUSED, ids=lambda toml: toml[:40])
def test_a_slip_is_named_with_its_mending(toml: str, load) -> None:
    with pytest.raises(ProgrammeError) as caught:
        load(HEAD + toml)
    assert str(caught.value) == REFUSED[toml]


HEADS = {
    "": "outreach.toml: programme: is missing.",
    "programme = 5": "outreach.toml: programme: has to be a table, as in the example programme.",
    HEAD.replace("Europe/Berlin", "Europe/Atlantis"): "outreach.toml: programme.timezone: is not "
    "a time zone; write it as in Europe/Berlin.",
    HEAD + 'languages = ["german"]': "outreach.toml: programme.languages.0: is not a language "
    "tag; write it as in pt, sw or pt-BR.",
    HEAD + 'languages = "de"': "outreach.toml: programme.languages: has to be a list in square "
    "brackets.",
    HEAD + "study_area = [13.3, 53.5, 13.2, 53.6]": "outreach.toml: programme: study_area has to "
    "be west, south, east, north in degrees.",
    HEAD.replace("Test", " "): "outreach.toml: programme.name: has to be plain text on one line.",
}


@pytest.mark.parametrize("toml", HEADS, ids=lambda toml: toml[-30:])
def test_the_head_is_checked(toml: str, load) -> None:
    with pytest.raises(ProgrammeError) as caught:
        load(toml)
    assert str(caught.value) == HEADS[toml]


def test_missing_files_are_named_together(load) -> None:
    with pytest.raises(ProgrammeError) as caught:
        load(HEAD, without=("streets.osm.pbf", "teams.csv"))
    assert str(caught.value) == (
        "outreach.toml, streets, files.teams: The files streets.osm.pbf, teams.csv do not exist. "
        "Put them into the folder, or correct the name."
    )


def test_a_folder_without_settings_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeError) as caught:
        load_programme(tmp_path / "nowhere")
    assert str(caught.value) == (
        "nowhere: The folder has no outreach.toml. Name a programme folder, or make one: "
        "outreach-map new FOLDER --streets FILE."
    )


def test_without_a_legal_contact_nothing_is_made_for_peers(load) -> None:
    programme = load(HEAD)
    with pytest.raises(ProgrammeError) as caught:
        programme.require_legal()
    assert str(caught.value) == (
        "outreach.toml, [contacts]: There is no legal contact, and no peer map is made without "
        'one. Add: legal = { name = "…", phone = "…" }'
    )


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    key=st.sampled_from(["name", "timezone", "study_area", "languages", "invented"]),
    value=st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20),
)
def test_a_value_is_never_repeated(load, key: str, value: str) -> None:
    canary = "Zwiebelturm"
    text = (canary + value).replace("\\", "").replace('"', "")
    rest = {"name": '"Test"', "timezone": '"Europe/Berlin"', key: f'"{text}\\u0007"'}
    toml = "[programme]\n" + "\n".join(f"{name} = {written}" for name, written in rest.items())
    with pytest.raises(ProgrammeError) as caught:
        load(toml)
    assert canary not in str(caught.value)
