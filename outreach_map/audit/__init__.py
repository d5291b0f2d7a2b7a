"""The audit: what is published must not depend on, nor hold, what is hidden."""

from outreach_map.audit.page import report_page, write_report
from outreach_map.audit.report import Report, audit_round

__all__ = ["Report", "audit_round", "report_page", "write_report"]
