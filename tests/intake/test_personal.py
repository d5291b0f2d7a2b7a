"""Columns about persons are dropped by their names, in nine languages, and said so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from outreach_map.errors import InputError
from outreach_map.intake import collect_problems, read_tables
from outreach_map.intake.columns import known_columns
from outreach_map.intake.personal import PATTERNS, About, about, is_personal
from outreach_map.intake.read import KINDS
from tests.intake.tables import BOUNDS

DOCUMENT = Path(__file__).parents[2] / "docs" / "intake.md"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Client name", About.NAMES), ("FIRST NAME", About.NAMES), ("Full_Name", About.NAMES),
        ("Mobile no.", About.REACH), ("E-mail", About.REACH), ("phone 2", About.REACH),
        ("WhatsApp", About.REACH), ("UIC", About.CODES), ("Client ID", About.CODES),
        ("Date of birth", About.CODES), ("unique client code", About.CODES),
        ("Nom du client", About.NAMES), ("Prénom", About.NAMES), ("N° de téléphone", About.REACH),
        ("Code patient", About.CODES), ("Date de naissance", About.CODES),
        ("Nombre y apellidos", About.NAMES), ("Teléfono", About.REACH), ("Dirección", About.REACH),
        ("Cédula", About.CODES), ("Fecha de nacimiento", About.CODES),
        ("Nome da pessoa", About.NAMES), ("Telemóvel", About.REACH), ("Endereço", About.REACH),
        ("CPF", About.CODES), ("Data de nascimento", About.CODES), ("Cartão SUS", About.CODES),
        ("Jina la mteja", About.NAMES), ("Namba ya simu", About.REACH), ("Anwani", About.REACH),
        ("Tarehe ya kuzaliwa", About.CODES), ("Kitambulisho", About.CODES),
        ("Имя клиента", About.NAMES), ("Фамилия", About.NAMES), ("Номер телефона", About.REACH),
        ("Телефон", About.REACH), ("Дата рождения", About.CODES), ("УИК", About.CODES),
        ("Vorname", About.NAMES), ("Nachname der Klientin", About.NAMES),
        ("Telefon Kontakt", About.REACH), ("Handy", About.REACH), ("Geburtsdatum", About.CODES),
        ("الاسم", About.NAMES), ("اسم العميل", About.NAMES), ("رقم الهاتف", About.REACH),
        ("تاريخ الميلاد", About.CODES),
        ("အမည်", About.NAMES), ("ဖောက်သည်အမည်", About.NAMES), ("ဖုန်းနံပါတ်", About.REACH),
        ("မွေးနေ့", About.CODES),
        ("Name of client at hotspot", About.NAMES),
        ("Name des Ortes", None), ("Name der Stelle", None), ("اسم المكان", None),
        ("Handzettel", None), ("Mobilität", None),
        ("hotspot_name", None), ("Nom du lieu", None), ("Nombre del sitio", None),
        ("Nome do local", None), ("Jina la kituo", None), ("Название места", None),
        ("typology", None), ("signals", None), ("contacts", None), ("new_contacts", None),
        ("cellar", None), ("nomad", None), ("", None), ("weather", None),
    ],
)  # fmt: skip
def test_a_header_tells_whether_it_is_about_a_person(header: str, kind: About | None) -> None:
    assert about(header) is kind


@pytest.mark.parametrize(
    ("language", "pattern"),
    [
        (lang, word)
        for of in PATTERNS.values()
        for lang, words in of.items()
        for word in words.split()
    ],
)
def test_every_pattern_drops_a_column(language: str, pattern: str) -> None:
    assert is_personal(pattern)
    assert is_personal(pattern.replace("_", " ").upper())
    # Burmese has no spaces between words, so a word may stand anywhere in a name.
    assert is_personal(f"x{pattern}x") is (language == "Burmese")


def test_nine_languages_have_all_kinds() -> None:
    languages = [
        "English", "French", "Spanish", "Portuguese", "Swahili", "Russian", "German", "Arabic",
        "Burmese",
    ]  # fmt: skip
    assert [list(of) for of in PATTERNS.values()] == [languages] * len(About)


def test_columns_of_the_tables_are_read_whatever_they_are_called() -> None:
    for kind in KINDS.values():
        assert {name for name in known_columns(kind) if is_personal(name)} <= {"name"}


def test_the_document_lists_what_is_dropped() -> None:
    table = re.search(r"<!-- patterns -->\n(.*?)\n<!-- end -->", DOCUMENT.read_text("utf-8"), re.S)
    assert table is not None
    lines = ["| language | " + " | ".join(kind.value for kind in About) + " |"]
    lines.append("|---" * (len(About) + 1) + "|")
    for language in PATTERNS[About.NAMES]:
        cells = [PATTERNS[kind][language].split() for kind in About]
        told = [", ".join(word.replace("_", " ") for word in words) for words in cells]
        lines.append("| " + " | ".join([language, *told]) + " |")
    assert table[1].strip().splitlines() == lines


def test_a_file_of_persons_is_read_without_them(programme_of) -> None:
    text = (
        "id,lon,lat,Nom du client,Telefone,УИК,weather\n"
        "H1,13.25,53.55,Marisol,0172 555,AB-12,rain\n"
    )
    tables = read_tables(programme_of({"hotspots.csv": text}), bounds=BOUNDS)
    said = [w.what for w in tables.warnings if w.file == "hotspots.csv"]
    assert said == [
        "has 3 columns about persons, by the name: nom du client, telefone, уик",
        "has 1 column that no table uses: weather",
    ]
    assert "Marisol" not in str(vars(tables.hotspots[0]))


@pytest.mark.parametrize("theirs", ["Telefone", "Client code", "Дата рождения"])
def test_no_mapping_reads_them_either(programme_of, theirs: str) -> None:
    toml = f'[columns.hotspots]\n"{theirs}" = "note"\n'
    text = f"id,lon,lat,{theirs}\nH1,13.25,53.55,x\n"
    programme = programme_of({"hotspots.csv": text}, toml=toml)
    with pytest.raises(InputError, match="maps a column about persons"):
        read_tables(programme, bounds=BOUNDS)


def test_a_place_may_have_its_name_mapped(programme_of) -> None:
    toml = '[columns.points]\n"Nome" = "name"\n'
    text = "id,Nome,lon,lat,type,services,public\nP1,Casa,13.25,53.55,clinic,nsp,yes\n"
    programme = programme_of({"points.csv": text}, toml=toml)
    assert not [p for p in collect_problems(programme, bounds=BOUNDS) if p.file == "points.csv"]
    assert read_tables(programme, bounds=BOUNDS).points[0].name == "Casa"
