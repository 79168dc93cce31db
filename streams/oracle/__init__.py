"""The oracle: works everything out again from what departments sent, and compares with what the pipeline did."""

from streams.oracle.verify import Verification, verify, verify_history

__all__ = ["Verification", "verify", "verify_history"]
