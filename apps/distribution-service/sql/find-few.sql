-- Where few entries match a query: the newest of them, in the languages of a group. Where many do, only how many.
WITH query AS MATERIALIZED (
  -- Hidden from the planner, so that one plan serves all words: to go by the index of terms.
  SELECT :wanted::tsquery AS wanted
), few AS MATERIALIZED (
  SELECT l.distribution_id AS id, l.course_id
  FROM query JOIN listings AS l ON l.terms @@ query.wanted
  WHERE l.tenant_id = :tenantId AND l.language = ANY (:languages::text[])
    AND (:targetGroup::text IS NULL OR l.target_group @> ARRAY[:targetGroup])
  LIMIT :few + 1
)
SELECT (SELECT count(*) FROM few) > :few::int AS "areMany", ARRAY(
  SELECT id
  FROM few
  WHERE (:afterId::text IS NULL OR id < :afterId)
    -- Where each course is shown once, nothing of it may match in a better language. OFFSET makes the planner ask that of
    -- each entry by itself.
    AND (:betterLanguages::text[] = '{}' OR NOT EXISTS (
      SELECT FROM listings AS better
      WHERE better.tenant_id = :tenantId AND better.course_id = few.course_id AND better.language = ANY (:betterLanguages)
        AND (:targetGroup IS NULL OR better.target_group @> ARRAY[:targetGroup]) AND ts_match_vq(better.terms, :anyTier::tsquery)
      OFFSET 0
    ))
  ORDER BY id DESC
  LIMIT :limit
) AS ids
