-- A condition: where each course is shown once, nothing of the course of `entry` matches in a better language. OFFSET makes the planner
-- check that for each entry by itself.
AND (:betterLanguages::text[] = '{}' OR NOT EXISTS (
  SELECT FROM listings AS better
  WHERE better.tenant_id = :tenantId AND better.course_id = entry.course_id AND better.language = ANY (:betterLanguages)
    AND (:targetGroup::text IS NULL OR better.target_group @> ARRAY[:targetGroup])
    AND (:anyTier::tsquery IS NULL OR ts_match_vq(better.terms, :anyTier))
  OFFSET 0
))
