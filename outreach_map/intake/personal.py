"""Columns about persons: dropped at reading, whatever they hold.

The patterns are of names of columns, in English, French, Spanish, Portuguese, Swahili and Russian:
names of people, telephone numbers and addresses of any kind, birth, and numbers or codes by which a
client is known elsewhere. A column of a table's own (the `name` of a distribution point) is not
looked at. Deciding by the header alone keeps the reader from ever looking at what stands below it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_WORDS = {
    "names": (
        "name", "names", "surname", "firstname", "lastname", "forename", "nickname", "alias",
        "nom", "noms", "prenom", "surnom",
        "nombre", "nombres", "apellido", "apellidos", "apodo",
        "nome", "nomes", "sobrenome", "apelido",
        "jina", "majina",
        "имя", "фамилия", "отчество", "фио", "кличка",
    ),
    "telephones and addresses": (
        "phone", "phonenumber", "telephone", "tel", "mobile", "cell", "cellphone", "whatsapp",
        "telegram", "signal", "email", "mail", "facebook", "instagram", "address", "contact",
        "telefone", "celular", "morada", "endereco", "telefono", "movil", "correo", "direccion",
        "portable", "courriel", "adresse", "domicile",
        "simu", "anwani", "barua_pepe",
        "телефон", "моб", "мобильный", "адрес", "почта",
    ),
    "clients' codes and birth": (
        "uic", "uid_client", "client_id", "client_code", "client_no", "client_number", "patient_id",
        "patient", "beneficiary", "beneficiary_id", "case_id", "art_number", "passport",
        "national_id", "id_number", "ssn", "dob", "date_of_birth", "birth", "birthdate", "birthday",
        "code_client", "code_patient", "numero_client", "date_de_naissance", "naissance",
        "passeport",
        "codigo_cliente", "codigo_paciente", "fecha_de_nacimiento", "nacimiento", "dni", "cedula",
        "codigo_do_cliente", "data_de_nascimento", "nascimento", "cpf", "rg", "cartao_sus",
        "kitambulisho", "tarehe_ya_kuzaliwa", "mteja",
        "паспорт", "снилс", "инн", "дата_рождения", "код_клиента", "уик",
    ),
}  # fmt: skip
# A place's name is no person's, in none of the six languages.
_OF_PLACES = (
    "place", "site", "hotspot", "spot", "location", "point", "service", "team", "zone", "area",
    "street", "file", "form", "group", "instance", "user", "lieu", "quartier", "equipe", "rue",
    "lugar", "sitio", "punto", "equipo", "calle", "zona", "local", "ponto", "equipa", "rua",
    "bairro",
    "mahali", "eneo", "kituo", "mtaa", "место", "точка", "улица", "район", "команда",
)  # fmt: skip


def plain(name: str) -> str:
    """A header's name in lower case, without accents and with _ between its words.

    >>> plain("Prénom du client"), plain("Телефон")
    ('prenom_du_client', 'телефон')
    """
    spread = unicodedata.normalize("NFKD", name.strip().lower())
    # Accents fall; й is a letter of its own and stays.
    bare = "".join(char for char in spread if not unicodedata.combining(char) or char == "\u0306")
    return re.sub(r"[^\w]+", "_", unicodedata.normalize("NFC", bare)).strip("_")


def is_personal(name: str) -> bool:
    """Whether a column is, by its name, about a person.

    >>> [is_personal(name) for name in ("Nom du client", "client-id", "Código do cliente", "CPF")]
    [True, True, True, True]
    >>> [is_personal(name) for name in ("hotspot_name", "typology", "Nome do local", "signals")]
    [False, False, False, False]
    """
    whole = plain(name)
    words = whole.split("_")
    for group, patterns in _WORDS.items():
        for pattern in patterns:
            if pattern == whole or f"_{pattern}_" in f"_{whole}_":
                return not (group == "names" and not set(words).isdisjoint(_OF_PLACES))
    return False


def personal_columns(names: Iterable[str]) -> tuple[str, ...]:
    """Those of some names that are about persons, in their order."""
    return tuple(name for name in names if is_personal(name))
