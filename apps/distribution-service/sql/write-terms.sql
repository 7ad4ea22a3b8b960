-- What entries that are listed are found by.
UPDATE listings AS l
SET terms = array_to_tsvector(entry.terms), is_stale = false
FROM jsonb_to_recordset(:entries::jsonb) AS entry (id text, terms text[])
WHERE l.distribution_id = entry.id
