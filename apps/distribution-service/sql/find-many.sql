-- The newest entries that match a query, in the languages of a group: many do, so that a page is full before long.
SELECT entry.distribution_id AS id
FROM listings AS entry
WHERE entry.tenant_id = :tenantId AND entry.language = ANY (:languages::text[])
  AND (:targetGroup::text IS NULL OR entry.target_group @> ARRAY[:targetGroup])
  AND (:afterId::text IS NULL OR entry.distribution_id < :afterId)
  -- A function, as the operator would make the planner collect all that match.
  AND ts_match_vq(entry.terms, :query::tsquery)
  -- include not-in-better-language
ORDER BY entry.distribution_id DESC
LIMIT :limit
