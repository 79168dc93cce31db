"""A second program that checks what the first one did: law files, topics and tables against invariants.

It imports nothing of the code that decides, so that one mistake cannot hide in both.
"""

from monitoring.auditor.audit import audit
from monitoring.auditor.findings import AuditReport, Finding, Invariant

__all__ = ["AuditReport", "Finding", "Invariant", "audit"]
