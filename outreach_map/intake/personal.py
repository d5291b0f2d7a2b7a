"""Columns about persons: dropped at reading, whatever they hold.

The patterns are of names of columns, in English, French, Spanish, Portuguese, Swahili and Russian:
names of people, telephone numbers and addresses of any kind, birth, and numbers or codes by which a
client is known elsewhere. A column of a table's own (the `name` of a distribution point) is not
looked at. Deciding by the header alone keeps the reader from ever looking at what stands below it.
`docs/intake.md` lists the patterns, and a test holds the two together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache


class About(StrEnum):
    """What of a person a column holds."""

    NAMES = "names"
    REACH = "telephones and addresses"
    CODES = "codes, papers and birth"


# Words of a header, in lower case and without accents; _ stands between the words of a phrase.
PATTERNS: Mapping[About, Mapping[str, str]] = {
    About.NAMES: {
        "English": "name names surname firstname lastname fullname forename nickname alias "
        "initials clientname patientname contactname username",
        "French": "nom noms prenom prenoms surnom pseudo initiales",
        "Spanish": "nombre nombres apellido apellidos apodo sobrenombre iniciales",
        "Portuguese": "nome nomes sobrenome apelido alcunha iniciais",
        "Swahili": "jina majina jina_la_mteja jina_la_utani",
        "Russian": "имя имени имена фамилия фамилии отчество фио кличка прозвище инициалы",
        "German": "name namen vorname vornamen nachname nachnamen familienname spitzname rufname "
        "deckname initialen klientenname klientinnenname kundenname patientenname",
        "Arabic": "اسم الاسم أسماء الأسماء لقب اللقب كنية الكنية",
        "Burmese": "အမည် နာမည်",
    },
    About.REACH: {
        "English": "phone phones phoneno phonenumber telephone tel mobile mobilenumber cell "
        "cellphone whatsapp telegram signal email mail facebook instagram address contact",
        "French": "telephone tel portable courriel adresse domicile",
        "Spanish": "telefono celular movil correo direccion domicilio",
        "Portuguese": "telefone celular telemovel correio morada endereco",
        "Swahili": "simu anwani barua_pepe makazi",
        "Russian": "телефон телефона телефоны тел моб мобильный ватсап телеграм адрес адреса почта",
        "German": "telefon telefonnummer telefonnr rufnummer handy handynummer handynr mobil "
        "mobilnummer mobiltelefon festnetz anschrift adresse wohnadresse wohnanschrift "
        "mailadresse emailadresse kontaktdaten",
        "Arabic": "هاتف الهاتف تليفون التليفون جوال الجوال موبايل الموبايل محمول المحمول واتساب "
        "الواتساب عنوان العنوان بريد البريد",
        "Burmese": "ဖုန်း တယ်လီဖုန်း နေရပ်လိပ်စာ လိပ်စာ အီးမေးလ်",
    },
    About.CODES: {
        "English": "uic client_id clientid client_code clientcode client_no client_number "
        "unique_client unique_identifier patient patient_id patientid beneficiary case_id "
        "art_number hospital_number passport national_id id_number ssn dob dateofbirth birth "
        "birthdate birthday",
        "French": "code_client code_patient code_du_client numero_client beneficiaire passeport "
        "carte_d_identite cni naissance",
        "Spanish": "codigo_cliente codigo_del_cliente codigo_paciente beneficiario pasaporte dni "
        "cedula curp historia_clinica nacimiento",
        "Portuguese": "codigo_cliente codigo_do_cliente codigo_paciente beneficiario passaporte "
        "cpf rg nif cartao_sus bilhete_de_identidade prontuario nascimento",
        "Swahili": "mteja namba_ya_mteja kitambulisho pasipoti nida kuzaliwa",
        "Russian": "код_клиента номер_клиента уик паспорт снилс инн полис рождения",
        "German": "klientencode klientennummer klientennr klienten_id klient_id kundennummer "
        "patientennummer patienten_id fallnummer aktenzeichen ausweis ausweisnummer "
        "personalausweis reisepass krankenkasse versichertennummer sozialversicherungsnummer "
        "geburt geburtstag geburtsdatum geburtsjahr geboren",
        "Arabic": "رمز_العميل رقم_العميل رمز_المستفيد رقم_المستفيد رقم_المريض هوية الهوية "
        "رقم_وطني الرقم_الوطني جواز ميلاد الميلاد",
        "Burmese": "မှတ်ပုံတင် နိုင်ငံကူးလက်မှတ် မွေးနေ့ မွေးသက္ကရာဇ် လူနာနံပါတ်",
    },
}
# A place's name is no person's, in none of these languages; unless a person stands beside it.
_OF_PLACES = (
    "place site hotspot spot location point service team zone area street file form group instance "
    "lieu quartier equipe rue lugar sitio punto equipo calle zona local ponto equipa rua bairro "
    "mahali eneo kituo mtaa место места точка точки улица улицы район района команда "
    "ort ortes orts platz stelle standort punkt straße viertel einrichtung gruppe "
    "مكان المكان موقع الموقع نقطة النقطة مركز المركز فريق الفريق شارع الشارع"
)
_OF_PERSONS = (
    "client person peer patient worker user contact personne cliente persona paciente pessoa "
    "mteja mtu клиент клиента человек человека пациент пациента "
    "klient klientin kunde kundin patientin عميل العميل شخص الشخص مريض المريض مستفيد المستفيد"
)
# A script without spaces between words: what a word stands for may be anywhere in a name.
_UNSPACED = re.compile(r"[\u1000-\u109f]")


def plain(name: str) -> str:
    """A header's name in lower case, without accents and with _ between its words.

    >>> plain("Prénom du client"), plain("Телефон")
    ('prenom_du_client', 'телефон')
    """
    spread = unicodedata.normalize("NFKD", name.strip().lower())
    # Accents fall; й is a letter of its own and stays. Signs of vowels of other scripts are marks
    # too, and belong to their words.
    bare = "".join(char for char in spread if not unicodedata.combining(char) or char == "\u0306")
    whole = unicodedata.normalize("NFC", bare)
    kept = "".join(
        char if char.isalnum() or unicodedata.category(char) in ("Mn", "Mc") else "_"
        for char in whole
    )
    return re.sub("_+", "_", kept).strip("_")


def about(name: str) -> About | None:
    """What of a person a column holds by its name; None where it is about nobody.

    >>> [about(name) for name in ("Nom du client", "client-id", "Telefone 2", "hotspot_name")]
    [<About.NAMES: 'names'>, <About.CODES: 'codes, papers and birth'>, \
<About.REACH: 'telephones and addresses'>, None]
    """
    words = [re.sub(r"\d+$", "", word) for word in plain(name).split("_")]
    whole = f"_{'_'.join(words)}_"
    for kind, patterns in _patterns().items():
        if any(_stands_in(whole, pattern) for pattern in patterns):
            of_a_place = _among(_OF_PLACES, words) and not _among(_OF_PERSONS, words)
            if not (kind is About.NAMES and of_a_place):
                return kind
    return None


def is_personal(name: str) -> bool:
    """Whether a column is, by its name, about a person.

    >>> [is_personal(name) for name in ("Código do cliente", "CPF", "Nome do local", "signals")]
    [True, True, False, False]
    """
    return about(name) is not None


def _stands_in(whole: str, pattern: str) -> bool:
    return (pattern if _UNSPACED.search(pattern) else f"_{pattern}_") in whole


def _among(known: str, words: Iterable[str]) -> bool:
    return not {plain(word) for word in known.split()}.isdisjoint(words)


@cache
def _patterns() -> dict[About, frozenset[str]]:
    return {
        kind: frozenset(plain(word) for words in of.values() for word in words.split())
        for kind, of in PATTERNS.items()
    }
