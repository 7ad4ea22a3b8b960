-- The languages of what is listed. Jumps through the index from one to the next greater one: there are many entries and few
-- languages.
WITH RECURSIVE found (language) AS (
  (SELECT l.language FROM listings AS l WHERE l.tenant_id = :tenantId ORDER BY l.language LIMIT 1)
  UNION ALL
  SELECT (
    SELECT l.language FROM listings AS l WHERE l.tenant_id = :tenantId AND l.language > found.language ORDER BY l.language LIMIT 1
  )
  FROM found WHERE found.language IS NOT NULL
)
SELECT language AS key FROM found WHERE language IS NOT NULL
