"""What an adversary makes of published files: each attack a small function, its source named.

The adversary has every published file of every audience of a year (`published`), the streets, the
exact prior (how likely people are to meet at each place by a street) and this code, but not the
key. Places are metres in one projection. An attack gives a belief, a weight for each candidate
place; `score` and `best_places` make of it the best guesses there are.

==  ==========================================  =====================================
 1  averaging a year of releases                `likeliest_by_noise`, `mean_place`, `rounded`
 2  intersecting releases, methods, audiences   `intersected`, `inside_area`
 3  routes: lines, ends, turns, trimmed ends    `near_every_line`, `at_ends`, `turns_back`,
                                                `on_every_route`, `middle_of_trimmed_ends`
 4  best guess with the exact prior             `best_places`, `best_disc_share`, `likeliest`,
                                                `entropy_bits`
 5  the nearest building                        `nearest_building`, `estimated_k`
 6  differencing two rounds                     `gone_and_come`, `linked_codes`
 7  small counts, rare attributes, joins        `outreach_map.audit.derive`, `alone`, `read_round`
 8  metadata                                    `metadata`
 9  a stolen key                                `opened_codes`, `noise_taken_off`
==  ==========================================  =====================================
"""

from outreach_map.attacks.averaging import (
    inside_area,
    intersected,
    likeliest_by_noise,
    mean_place,
    rounded,
)
from outreach_map.attacks.beliefs import (
    DISC_M,
    NEAR_M,
    Prior,
    Score,
    best_disc_share,
    best_places,
    entropy_bits,
    likeliest,
    score,
)
from outreach_map.attacks.buildings import estimated_k, nearest_building
from outreach_map.attacks.files import Metadata, metadata
from outreach_map.attacks.joins import alone, gone_and_come, linked_codes
from outreach_map.attacks.lines import (
    LINE_M,
    at_ends,
    middle_of_trimmed_ends,
    near_every_line,
    on_every_route,
    turns_back,
)
from outreach_map.attacks.published import PublishedLeg, PublishedRound, read_round
from outreach_map.attacks.secrets import noise_taken_off, opened_codes

__all__ = [
    "DISC_M",
    "LINE_M",
    "NEAR_M",
    "Metadata",
    "Prior",
    "PublishedLeg",
    "PublishedRound",
    "Score",
    "alone",
    "at_ends",
    "best_disc_share",
    "best_places",
    "entropy_bits",
    "estimated_k",
    "gone_and_come",
    "inside_area",
    "intersected",
    "likeliest",
    "likeliest_by_noise",
    "linked_codes",
    "mean_place",
    "metadata",
    "middle_of_trimmed_ends",
    "near_every_line",
    "nearest_building",
    "noise_taken_off",
    "on_every_route",
    "opened_codes",
    "read_round",
    "rounded",
    "score",
    "turns_back",
]
