"""Hours as people write them, made into OSM opening_hours: a hint, never a silent change.

Weekdays in English, French, Spanish, Portuguese, Swahili and Russian, whole or cut short; times as
9am, 9h, 9h30, 9.30, 9:00 or 9 to 17. A hint is given only where every word of the cell is
understood, so that none repeats a note that stands in the wrong column.
"""

from __future__ import annotations

import re

from outreach_map.hours import Hours
from outreach_map.intake.personal import plain

_DAYS = {
    "Mo": "mo mon monday lu lun lundi lunes seg segunda segunda_feira 2a jumatatu пн понедельник",
    "Tu": "tu tue tues tuesday ma mar mardi martes ter terca terca_feira 3a jumanne вт вторник",
    "We": "we wed wednesday me mer mercredi mie miercoles qua quarta quarta_feira 4a jumatano "
    "ср среда",
    "Th": "th thu thur thurs thursday je jeu jeudi jue jueves qui quinta quinta_feira 5a alhamisi "
    "чт четверг",
    "Fr": "fr fri friday ve ven vendredi vie viernes sex sexta sexta_feira 6a ijumaa пт пятница",
    "Sa": "sa sat saturday sam samedi sab sabado jumamosi сб суббота",
    "Su": "su sun sunday di dim dimanche do dom domingo jumapili вс воскресенье",
    "Mo-Su": "daily everyday every_day tous_les_jours todos_los_dias diario todos_os_dias "
    "diariamente kila_siku ежедневно",
    "Mo-Fr": "weekdays working_days jours_ouvrables en_semaine dias_laborables entre_semana "
    "dias_uteis будни по_будням siku_za_kazi",
    "Sa-Su": "weekend weekends fin_de_semaine fin_de_semana fim_de_semana wikendi выходные",
    "24/7": "always open_24_hours 24_hours 24h 24h_24 toujours siempre sempre daima круглосуточно",
    "off": "closed ferme cerrado fechado imefungwa закрыто",
}
_DAY_OF = {word: day for day, words in _DAYS.items() for word in words.split()}
_TO = {"to", "a", "as", "au", "ate", "hasta", "al", "until", "till", "hadi", "до", "по", "jusqu"}
_AND = {"and", "et", "y", "e", "na", "и"}
_FILLERS = {"from", "de", "das", "from_the", "du", "le", "les", "o", "as", "la", "las", "los",
            "kutoka", "с", "h", "hrs", "hours", "horas", "uhr", "every", "at", "on"}  # fmt: skip
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
    """
    rules = [_rule(part) for part in _NEXT_RULE.split(_joined(text)) if part.strip()]
    if not rules or not all(rules):
        return ""
    hint = "; ".join(rules)
    try:
        return Hours(hint).text
    except ValueError:
        return ""


def _joined(text: str) -> str:
    """Text with names of days that have several words made one."""
    joined = text.lower()
    for words in sorted((word for word in _DAY_OF if "_" in word), key=len, reverse=True):
        pattern = r"\W+".join(map(re.escape, words.split("_")))
        joined = re.sub(rf"(?<!\w){pattern}(?!\w)", f" {_DAY_OF[words]} ", _bare(joined))
    return joined


def _bare(text: str) -> str:
    """Text without accents."""
    return re.sub(r"[^\W\d_]+", lambda word: plain(word[0]), text)


def _rule(text: str) -> str:
    """One rule: days, then times."""
    days, times = "", ""
    tokens = _TOKEN.findall(text)
    if re.sub(r"\s|\.|/", "", text) != re.sub(r"\s|\.|/", "", "".join(tokens)):
        return ""
    link = ""
    for part in tokens:
        word = plain(part)
        own = part.strip().title().replace(" ", "")
        if re.fullmatch("(mo|tu|we|th|fr|sa|su)", part):
            own = _DAY_OF[part]
        day = _DAY_OF.get(word, own if own in _DAYS else "")
        if part in "-–—":
            link = "-"
        elif part in ",&" or word in _AND:
            link = ","
        elif word in _TO and (days or times) and word not in _DAY_OF:
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
