"""Coverage: who is not reached, at which step, and how equal it is."""

from outreach_map.coverage.cascade import (
    Coverage,
    Reach,
    ServiceCoverage,
    ServiceSummary,
    Standards,
    Step,
    assess_coverage,
)
from outreach_map.coverage.catchment import (
    enhanced_two_step_fca,
    three_step_fca,
    two_step_fca,
)
from outreach_map.coverage.equity import gini, theil
from outreach_map.coverage.need import Enough, SyringeLevel, SyringeNeed, syringe_level
from outreach_map.coverage.siting import Siting, lscp, mclp, p_center, p_median

__all__ = [
    "Coverage",
    "Enough",
    "Reach",
    "ServiceCoverage",
    "ServiceSummary",
    "Siting",
    "Standards",
    "Step",
    "SyringeLevel",
    "SyringeNeed",
    "assess_coverage",
    "enhanced_two_step_fca",
    "gini",
    "lscp",
    "mclp",
    "p_center",
    "p_median",
    "syringe_level",
    "theil",
    "three_step_fca",
    "two_step_fca",
]
