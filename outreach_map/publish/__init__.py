"""Pages and tables of a plan: one HTML file each, all or nothing."""

from outreach_map.publish.compare import Change, Changed, compare_rounds
from outreach_map.publish.plan import Plan
from outreach_map.publish.publish import publish_round

__all__ = ["Change", "Changed", "Plan", "compare_rounds", "publish_round"]
