"""Coverage: who is not reached, at which step, how equal it is, and what would close the gap."""

from outreach_map.coverage.candidates import (
    POLICE,
    SCHOOLS,
    outside_zones,
    street_candidates,
)
from outreach_map.coverage.capacity import Capacity
from outreach_map.coverage.cascade import assess_coverage
from outreach_map.coverage.catchment import (
    enhanced_two_step_fca,
    gaussian_decay,
    three_step_fca,
    two_step_fca,
)
from outreach_map.coverage.contact import Contact, ContactShare, Denominator, Given, Item, Reading
from outreach_map.coverage.equity import gini, theil, theil_parts
from outreach_map.coverage.groups import Equity, GroupCoverage, Grouping, Inequality
from outreach_map.coverage.need import Enough, KitNeed, SyringeLevel, SyringeNeed, syringe_level
from outreach_map.coverage.openings import Opening
from outreach_map.coverage.proposals import (
    CurvePoint,
    Model,
    Proposal,
    SiteChange,
    Weight,
    gained_by_areas,
    propose,
)
from outreach_map.coverage.ranges import Range
from outreach_map.coverage.rows import (
    Coverage,
    Presence,
    Reach,
    ServiceCoverage,
    ServiceSummary,
    Standards,
    Step,
    StepShare,
    Supply,
)
from outreach_map.coverage.siting import Siting, lscp, mclp, p_center, p_median
from outreach_map.coverage.verdicts import TeamVisit

__all__ = [
    "POLICE",
    "SCHOOLS",
    "Capacity",
    "Contact",
    "ContactShare",
    "Coverage",
    "CurvePoint",
    "Denominator",
    "Enough",
    "Equity",
    "Given",
    "GroupCoverage",
    "Grouping",
    "Inequality",
    "Item",
    "KitNeed",
    "Model",
    "Opening",
    "Presence",
    "Proposal",
    "Range",
    "Reach",
    "Reading",
    "ServiceCoverage",
    "ServiceSummary",
    "SiteChange",
    "Siting",
    "Standards",
    "Step",
    "StepShare",
    "Supply",
    "SyringeLevel",
    "SyringeNeed",
    "TeamVisit",
    "Weight",
    "assess_coverage",
    "enhanced_two_step_fca",
    "gained_by_areas",
    "gaussian_decay",
    "gini",
    "lscp",
    "mclp",
    "outside_zones",
    "p_center",
    "p_median",
    "propose",
    "street_candidates",
    "syringe_level",
    "theil",
    "theil_parts",
    "three_step_fca",
    "two_step_fca",
]
