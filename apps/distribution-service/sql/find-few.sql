-- The newest entries that match a query, in the languages of a group, if few match. If many do, it only says so.
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
  FROM few AS entry
  WHERE (:afterId::text IS NULL OR id < :afterId)
    -- include not-in-better-language
  ORDER BY id DESC
  LIMIT :limit
) AS ids
