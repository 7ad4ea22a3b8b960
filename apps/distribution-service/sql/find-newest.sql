-- The newest entries in the languages of a group.
SELECT newest.id
FROM unnest(:languages::text[]) AS wanted (language)
-- Each language by itself, as each is a range of its own in the index.
CROSS JOIN LATERAL (
  SELECT l.distribution_id AS id
  FROM listings AS l
  WHERE l.tenant_id = :tenantId AND l.language = wanted.language
    AND (:targetGroup::text IS NULL OR l.target_group @> ARRAY[:targetGroup])
    AND (:afterId::text IS NULL OR l.distribution_id < :afterId)
    -- Where each course is shown once, nothing of it may be listed in a better language. OFFSET makes the planner ask that of
    -- each entry by itself.
    AND (:betterLanguages::text[] = '{}' OR NOT EXISTS (
      SELECT FROM listings AS better
      WHERE better.tenant_id = :tenantId AND better.course_id = l.course_id AND better.language = ANY (:betterLanguages)
        AND (:targetGroup IS NULL OR better.target_group @> ARRAY[:targetGroup])
      OFFSET 0
    ))
  ORDER BY l.distribution_id DESC
  LIMIT :limit
) AS newest
ORDER BY newest.id DESC
LIMIT :limit
