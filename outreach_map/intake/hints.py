"""Hours as people write them, made into OSM opening_hours: a hint, never a silent change.

Weekdays in English, German, French, Spanish, Portuguese, Swahili and Russian, whole or cut short;
times as 9am, 9h, 9h30, 9.30, 9:00 or 9 to 17. A hint is given only where every word of the cell is
understood, so that none repeats a note that stands in the wrong column, and only where all
languages in which it can be read agree: Do is Thursday in German, and Sunday in Spanish.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from outreach_map.hours import Hours
from outreach_map.intake.personal import plain

_WEEK = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
# Names of the days from Monday on. Dutch and Italian are here for what they share with others.
_NAMES = {
    "en": "mo,mon,monday tu,tue,tues,tuesday we,wed,wednesday th,thu,thur,thurs,thursday "
    "fr,fri,friday sa,sat,saturday su,sun,sunday",
    "de": "mo,montag,montags di,dienstag,dienstags mi,mittwoch,mittwochs do,donnerstag,donnerstags "
    "fr,freitag,freitags sa,samstag,samstags,sonnabend so,sonntag,sonntags",
    "fr": "lu,lun,lundi ma,mar,mardi me,mer,mercredi je,jeu,jeudi ve,ven,vendredi sa,sam,samedi "
    "di,dim,dimanche",
    "es": "lu,lun,lunes ma,mar,martes mi,mie,miercoles ju,jue,jueves vi,vie,viernes sa,sab,sabado "
    "do,dom,domingo",
    "pt": "seg,segunda,segunda_feira,2a ter,terca,terca_feira,3a qua,quarta,quarta_feira,4a "
    "qui,quinta,quinta_feira,5a sex,sexta,sexta_feira,6a sab,sabado do,dom,domingo",
    "sw": "jumatatu jumanne jumatano alhamisi ijumaa jumamosi jumapili",
    "ru": "пн,понедельник вт,вторник ср,среда чт,четверг пт,пятница сб,суббота вс,воскресенье",
    "nl": "ma,maandag di,dinsdag wo,woensdag do,donderdag vr,vrijdag za,zaterdag zo,zondag",
    "it": "lu,lun,lunedi ma,mar,martedi me,mer,mercoledi gi,gio,giovedi ve,ven,venerdi sa,sab,"
    "sabato do,dom,domenica",
}
# What means the same wherever it stands.
_SPANS = {
    "Mo-Su": "daily everyday every_day taglich jeden_tag tous_les_jours todos_los_dias diario "
    "todos_os_dias diariamente kila_siku ежедневно",
    "Mo-Fr": "weekdays working_days jours_ouvrables en_semaine dias_laborables entre_semana "
    "dias_uteis будни по_будням siku_za_kazi",
    "Sa-Su": "weekend weekends wochenende am_wochenende fin_de_semaine fin_de_semana fim_de_semana "
    "wikendi выходные",
    "24/7": "always open_24_hours 24_hours 24h 24h_24 immer rund_um_die_uhr toujours siempre "
    "sempre daima круглосуточно",
    "off": "closed geschlossen zu ferme cerrado fechado imefungwa закрыто",
}
_SHARED = {word: span for span, words in _SPANS.items() for word in words.split()}
_WRITTEN = frozenset((*_WEEK, "off", "24/7"))
_LANGUAGES = {
    language: {
        **_SHARED,
        **{
            word: day
            for day, words in zip(_WEEK, names.split(), strict=True)
            for word in words.split(",")
        },
    }
    for language, names in _NAMES.items()
}
_TO = {
    "to",
    "a",
    "as",
    "au",
    "ate",
    "hasta",
    "al",
    "until",
    "till",
    "hadi",
    "до",
    "по",
    "jusqu",
    "bis",
}
_AND = {"and", "et", "y", "e", "na", "и", "und"}
# A word of one language says that the others are of it too.
_OWN = {"uhr": "de", "bis": "de", "und": "de", "von": "de"}
_FILLERS = {"from", "de", "das", "from_the", "du", "le", "les", "o", "as", "la", "las", "los",
            "kutoka", "с", "h", "hrs", "hours", "horas", "uhr", "every", "at", "on",
            "von"}  # fmt: skip
# A comma behind a time begins another rule where a day follows.
_NEXT_RULE = re.compile(r"[;\n]|(?<=[\dhm]),(?=\s*[^\W\d])")
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})|h|(?=\D|$))(?:h|hrs)?\s*(?P<half>[ap]\.?m\.?)?",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"24\s*/\s*7|24h(?:\s*/\s*24)?\b|\d[\d:.]*h?\d*\s*(?:[ap]\.?m\b\.?)?|[^\W\d_]+|[-–—,;&]"
)


def hours_hint(text: str) -> str:
    """The opening_hours expression that a text seems to mean; empty where that is not clear.

    >>> hours_hint("Monday to Friday 9am - 5pm")
    'Mo-Fr 09:00-17:00'
    >>> hours_hint("Lundi, mercredi 9h-12h30"), hours_hint("Seg-Sex das 9h às 17h")
    ('Mo,We 09:00-12:30', 'Mo-Fr 09:00-17:00')
    >>> hours_hint("Пн-Пт 10:00 до 18:00"), hours_hint("by the kiosk")
    ('Mo-Fr 10:00-18:00', '')
    >>> hours_hint("Di-Do 18-22 Uhr"), hours_hint("Do 18-22")
    ('Tu-Th 18:00-22:00', '')
    """
    readings = {_read(text, language) for language in _LANGUAGES} - {""}
    return readings.pop() if len(readings) == 1 else ""


def _read(text: str, language: str) -> str:
    """What a text means in one language; empty where not every word is understood."""
    days = _LANGUAGES[language]
    own = {_OWN.get(word, language) for word in re.findall(r"[^\W\d_]+", text.lower())}
    if own - {language}:
        return ""
    rules = [_rule(part, days) for part in _NEXT_RULE.split(_joined(text, days)) if part.strip()]
    if not rules or not all(rules):
        return ""
    try:
        return Hours("; ".join(rules)).text
    except ValueError:
        return ""


def _joined(text: str, days_of: Mapping[str, str]) -> str:
    """Text with names of days that have several words made one."""
    joined = _bare(text.lower())
    for words in sorted((word for word in days_of if "_" in word), key=len, reverse=True):
        pattern = r"\W+".join(map(re.escape, words.split("_")))
        joined = re.sub(rf"(?<!\w){pattern}(?!\w)", f" {days_of[words]} ", joined)
    return joined


def _bare(text: str) -> str:
    """Text without accents."""
    return re.sub(r"[^\W\d_]+", lambda word: plain(word[0]), text)


def _rule(text: str, days_of: Mapping[str, str]) -> str:
    """One rule: days, then times."""
    days, times = "", ""
    tokens = _TOKEN.findall(text)
    if re.sub(r"\s|\.|/", "", text) != re.sub(r"\s|\.|/", "", "".join(tokens)):
        return ""
    link = ""
    for part in tokens:
        word = plain(part)
        # Capitals are those of `_joined`.
        day = part if part in _WRITTEN else days_of.get(word, "")
        if part in "-–—":
            link = "-"
        elif part in ",&" or word in _AND:
            link = ","
        elif word in _TO and (days or times) and word not in days_of:
            link = "-"
        elif day:
            if times or (days and not link):
                return ""
            days, link = days + link + day, ""
        elif word in _FILLERS:
            continue
        elif time := _time(part.strip()):
            if times and not link:
                return ""
            times, link = times + (link if times else "") + time, ""
        else:
            return ""
    if days in ("24/7",) and not times:
        return days
    if not times and days.endswith("off"):
        return days
    spans = times.split(",") if times else []
    if not spans or any(len(span.split("-")) != 2 for span in spans):
        return ""
    return f"{days} {times}".strip()


def _time(token: str) -> str:
    match = _TIME.fullmatch(token)
    if match is None:
        return ""
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = (match["half"] or "").lower()[:1]
    if half and not 1 <= hour <= 12:
        return ""
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02d}:{minute:02d}" if hour <= 26 and minute < 60 else ""
