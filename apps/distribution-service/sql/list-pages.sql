-- The pages for a sitemap, the oldest first, so that what is published later does not move them. Left out is what search engines must not
-- show, what no list shows, and a variant whose canonical page is its parent.
SELECT d.id, d.course_id AS "courseId", d.slug, d.language, d.updated_at::text AS "updatedAt"
FROM distributions AS d
WHERE d.tenant_id = :tenantId AND d.id > coalesce(:after, '') AND d.visibility = 'public' AND d.listed
  AND d.seo ->> 'noindex' IS DISTINCT FROM 'true'
  AND (d.derived_from IS NULL OR d.has_own_canonical OR NOT EXISTS (
    SELECT FROM distributions AS parent WHERE parent.id = d.derived_from AND parent.visibility = 'public'
  ))
ORDER BY d.id
LIMIT :limit
