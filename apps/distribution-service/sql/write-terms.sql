-- Writes the search terms of listed entries. One more term has their tenant and language, for `buildPlaceQuery`.
UPDATE listings AS l
SET terms = array_to_tsvector(entry.terms || ('@' || l.tenant_id || '/' || left(l.language, 64))), is_stale = false
FROM jsonb_to_recordset(:entries::jsonb) AS entry (id text, terms text[])
WHERE l.distribution_id = entry.id
