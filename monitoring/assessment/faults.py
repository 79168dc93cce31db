"""What the assessing office can cure itself."""


class AssessmentFault(Exception):
    """A month that cannot be told or frozen so; the message says why and what to do, in Chinese and English."""
