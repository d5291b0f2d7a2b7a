"""The result of a round: everything that the pages are made from, and nothing raw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from outreach_map.asked import AskedSites
from outreach_map.coverage import Coverage
from outreach_map.history import PastGaps
from outreach_map.language import ENGLISH, Language
from outreach_map.network import Basemap
from outreach_map.risk import Flag, NaloxoneReach, WayOut
from outreach_map.routing import RoutePlan
from outreach_map.settings import Contacts, Export, PrivacyPolicy, RiskSettings
from outreach_map.tables import Release


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """One round of one programme, planned.

    `privacy` are the rules of its places, `census` says whether residents were known to them, and
    `walk_min` is the walking standard, for the words on the pages; `invented` says that all data
    are. `rights` is the rights card of the team pages, a sentence a line. `before` are the gaps of
    the round before this one, where they were kept, and `asked` the answers of `outreach-map site`
    that were asked for a map. `passphrases` lock the pages of the teams by code; a team without one
    has an open page. `language` is that of the pages, `team_languages` has by code those of teams
    that have another.
    `exports` are the files for other tools that the programme asks for.
    """

    programme_name: str
    invented: bool
    privacy: PrivacyPolicy
    census: bool
    walk_min: float
    contacts: Contacts
    start: date
    release: Release
    basemap: Basemap
    routes: RoutePlan
    coverage: Coverage
    flags: tuple[Flag, ...]
    naloxone: tuple[NaloxoneReach, ...] = ()
    ways_out: tuple[WayOut, ...] = ()
    rights: str = ""
    rules: RiskSettings = field(default_factory=RiskSettings)
    before: PastGaps | None = None
    asked: tuple[AskedSites, ...] = ()
    passphrases: Mapping[str, str] = field(default_factory=dict)
    exports: frozenset[Export] = frozenset()
    language: Language = ENGLISH
    team_languages: Mapping[str, Language] = field(default_factory=dict)

    def team_language(self, team: str) -> Language:
        """The language of a team's page."""
        return self.team_languages.get(team, self.language)

    def __repr__(self) -> str:
        """Counts only."""
        return (
            f"Plan(start={self.start}, itineraries={len(self.routes.itineraries)}, "
            f"left_out={len(self.routes.left_out)}, flags={len(self.flags)})"
        )
