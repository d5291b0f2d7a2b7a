"""What a plan may spend minutes on to avoid, and what is shared out; prices in seconds."""

from __future__ import annotations

from dataclasses import dataclass

from outreach_map.settings import RoutingSettings


@dataclass(frozen=True)
class Preferences:
    """Weights of a week; see `outreach_map.settings.RoutingSettings` for what each is.

    `fair_hours_price` is seconds for a second beyond the fair share; the other `_s` are seconds
    each time.
    """

    continuity_s: int = 600
    rhythm_s: int = 600
    exposure_price: int = 1
    max_exposure_s: int = 7200
    fair_hours_price: int = 1
    fair_risk_s: int = 600

    @classmethod
    def of(cls, settings: RoutingSettings) -> Preferences:
        """From the minutes of `outreach.toml`."""
        return cls(
            continuity_s=round(settings.continuity_min * 60),
            rhythm_s=round(settings.rhythm_min * 60),
            exposure_price=settings.exposure_price,
            max_exposure_s=round(settings.max_exposure_min * 60),
            fair_hours_price=settings.fair_hours_price,
            fair_risk_s=round(settings.fair_risk_min * 60),
        )

    @property
    def fair(self) -> bool:
        """Whether anything is shared out."""
        return self.fair_hours_price > 0 or self.fair_risk_s > 0
