-- Locks listed entries that have changed since their terms were written, except those that others have locked.
SELECT d.id, d.course_id AS "courseId", d.title, d.description, d.language, d.target_group AS "targetGroup",
  d.visibility, d.listed
FROM listings AS l JOIN distributions AS d ON d.id = l.distribution_id
WHERE l.is_stale
LIMIT :limit
FOR NO KEY UPDATE SKIP LOCKED
