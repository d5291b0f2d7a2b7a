"""A stolen key: what it opens when published files are at hand, and `private/` is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from outreach_map.privacy import ProgrammeKey
from outreach_map.privacy.noise import Noise, NoisePolicy, offsets_m

_EPOCHS = 20


def opened_codes(
    key: ProgrammeKey, programme: str, codes: Iterable[str], ids: Sequence[str]
) -> Mapping[str, str]:
    """Code -> the planner's id, for ids that can be guessed (H1, H2 and so on).

    The id says nothing of the place: an area is no function of the key. Dictionary attack on keyed
    codes; Marx, Zimmer, Mueller, Blochberger & Federrath (2018), doi:10.18420/sicherheit2018_04.
    """
    known = {
        key.code(code_kind, programme, raw_id, epoch): raw_id
        for code_kind in {code[0] for code in codes}
        for raw_id in ids
        for epoch in range(_EPOCHS)
    }
    return {code: known[code] for code in codes if code in known}


def noise_taken_off(
    key: ProgrammeKey,
    noise: Noise,
    policy: NoisePolicy,
    programme: str,
    seen: NDArray[np.float64],
    sites: Sequence[str],
) -> NDArray[np.float64]:
    """(q, 2) metres where points stood before a known key moved them; exact.

    `seen` (q, 2) metres. Of areas there is nothing to take off.
    """
    return np.asarray(seen - offsets_m(key, noise, policy, programme, sites))
