-- The last day that a document states itself; decisions need no column of their own, for it is their ends_on.

ALTER TABLE accepted_events ADD COLUMN IF NOT EXISTS valid_until Nullable(Date32) AFTER extra_years;
