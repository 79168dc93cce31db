"""The oracle: works everything out again from what departments sent, and compares with what the pipeline did."""

from streams.oracle.history import History
from streams.oracle.verify import Verification, read_all, verify, verify_history

__all__ = ["History", "Verification", "read_all", "verify", "verify_history"]
