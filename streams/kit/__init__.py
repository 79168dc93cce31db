"""What a department needs to send records: check them without servers, send them, know the fate of each.

The checks are intake's and casework's own (``offline``); what is here beside them reads a department's files and tells
it, in both languages, which cell of which row to change. Everything that is written to disk stays with the department.
"""
