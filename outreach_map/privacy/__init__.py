"""The privacy gate: raw tables go in, released records come out."""

from outreach_map.privacy.areas import Partition, Residents, partition
from outreach_map.privacy.candidates import SiteCandidates, release_candidates, write_for_planner
from outreach_map.privacy.codes import write_codes
from outreach_map.privacy.gate import find_problems, preview, release
from outreach_map.privacy.inspect import (
    AreaHolding,
    Errors,
    Inspection,
    Metric,
    errors_of,
    inspect,
    plausible_places,
    releases,
)
from outreach_map.privacy.keys import ProgrammeKey, load_key, open_private, write_key
from outreach_map.privacy.ledger import begin
from outreach_map.privacy.listed import Candidate, already_listed
from outreach_map.privacy.lookup import public_code
from outreach_map.privacy.notices import Confidential
from outreach_map.privacy.passphrases import kept_passphrases, passphrase_of, team_passphrases
from outreach_map.privacy.rare import shared_by
from outreach_map.privacy.returned import ReturnedNote, ReturnedVisit, TakenIn, take_in
from outreach_map.privacy.review import (
    Change,
    Sheet,
    accept_results,
    review_register,
    write_review,
)
from outreach_map.privacy.rotate import ACCOUNT, rotate_key
from outreach_map.privacy.signs import Signs, raw_signs
from outreach_map.privacy.twin import release_twin
from outreach_map.privacy.working import working_alone

__all__ = [
    "ACCOUNT",
    "AreaHolding",
    "Candidate",
    "Change",
    "Confidential",
    "Errors",
    "Inspection",
    "Metric",
    "Partition",
    "ProgrammeKey",
    "Residents",
    "ReturnedNote",
    "ReturnedVisit",
    "Sheet",
    "Signs",
    "SiteCandidates",
    "TakenIn",
    "accept_results",
    "already_listed",
    "begin",
    "errors_of",
    "find_problems",
    "inspect",
    "kept_passphrases",
    "load_key",
    "open_private",
    "partition",
    "passphrase_of",
    "plausible_places",
    "preview",
    "public_code",
    "raw_signs",
    "release",
    "release_candidates",
    "release_twin",
    "releases",
    "review_register",
    "rotate_key",
    "shared_by",
    "take_in",
    "team_passphrases",
    "working_alone",
    "write_codes",
    "write_for_planner",
    "write_key",
    "write_review",
]
