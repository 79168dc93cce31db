"""考核: what each channel, body and city did in a month, from what the sink stored; docs/assessment.md.

Figures are of bodies and their work. No person is in any row, and nobody has a score: the tables are read through
views that end every subject token (``sinks/clickhouse/migrations/``), and what leaves the office as an export hides
small cells. What a body is measured by is a share with its formula; there is no weighted index: no text sets weights.
"""
