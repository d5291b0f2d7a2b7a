"""Many programmes at once: each planned on its own, and a national picture of what was released."""

from outreach_map.batch.city import CityResult, CityTask, Outcome, plan_city
from outreach_map.batch.cluster import LIMITS, Limits, plan_cities
from outreach_map.batch.figures import Figures, ServiceFigures, crossing
from outreach_map.batch.rollup import publish_national

__all__ = [
    "LIMITS",
    "CityResult",
    "CityTask",
    "Figures",
    "Limits",
    "Outcome",
    "ServiceFigures",
    "crossing",
    "plan_cities",
    "plan_city",
    "publish_national",
]
