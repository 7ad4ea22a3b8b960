-- The newest entries in the languages of a group.
SELECT newest.id
FROM unnest(:languages::text[]) AS wanted (language)
-- Each language by itself, as each is a range of its own in the index.
CROSS JOIN LATERAL (
  SELECT entry.distribution_id AS id
  FROM listings AS entry
  WHERE entry.tenant_id = :tenantId AND entry.language = wanted.language
    AND (:targetGroup::text IS NULL OR entry.target_group @> ARRAY[:targetGroup])
    AND (:afterId::text IS NULL OR entry.distribution_id < :afterId)
    -- include not-in-better-language
  ORDER BY entry.distribution_id DESC
  LIMIT :limit
) AS newest
ORDER BY newest.id DESC
LIMIT :limit
