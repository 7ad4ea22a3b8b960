-- The newest entries that match a query, in the languages of a group: many do, so that a page is full before long.
SELECT l.distribution_id AS id
FROM listings AS l
WHERE l.tenant_id = :tenantId AND l.language = ANY (:languages::text[])
  AND (:targetGroup::text IS NULL OR l.target_group @> ARRAY[:targetGroup])
  AND (:afterId::text IS NULL OR l.distribution_id < :afterId)
  -- A function, as the operator would make the planner collect all that match.
  AND ts_match_vq(l.terms, :query::tsquery)
  -- Where each course is shown once, nothing of it may match in a better language. OFFSET makes the planner ask that of
  -- each entry by itself.
  AND (:betterLanguages::text[] = '{}' OR NOT EXISTS (
    SELECT FROM listings AS better
    WHERE better.tenant_id = :tenantId AND better.course_id = l.course_id AND better.language = ANY (:betterLanguages)
      AND (:targetGroup IS NULL OR better.target_group @> ARRAY[:targetGroup]) AND ts_match_vq(better.terms, :anyTier::tsquery)
    OFFSET 0
  ))
ORDER BY l.distribution_id DESC
LIMIT :limit
