"""A fault that no server of ours foresaw, told for a log: its kind and its place, for every service over HTTP."""


def place(fault: BaseException) -> str:
    """``Kind at file:line``, where it was raised. Never the message: it may quote what was asked or typed.

    >>> try:
    ...     int("990000199001010017x")
    ... except ValueError as fault:
    ...     place(fault).partition(" at ")[0]
    'ValueError'
    """
    at = fault.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    where = "?" if at is None else f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}"
    return f"{type(fault).__name__} at {where}"
