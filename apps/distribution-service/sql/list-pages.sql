-- The pages for a sitemap, the oldest first, so that what is published later does not move them. Left out is what search engines must not
-- show, what no list shows, and a variant whose canonical page is its parent.
WITH page AS MATERIALIZED (
  SELECT d.id, d.course_id, d.slug, d.language, d.updated_at
  FROM distributions AS d
  WHERE d.tenant_id = :tenantId AND d.id > coalesce(:after, '') AND d.visibility = 'public' AND d.listed
    AND d.seo ->> 'noindex' IS DISTINCT FROM 'true'
    AND (d.derived_from IS NULL OR d.has_own_canonical OR NOT EXISTS (
      SELECT FROM distributions AS parent WHERE parent.id = d.derived_from AND parent.visibility = 'public'
    ))
  ORDER BY d.id
  LIMIT :limit
), root AS (
  -- One for each language of a course: the generated one, or else the oldest.
  SELECT DISTINCT ON (o.course_id, o.language) o.course_id, o.id, o.slug, o.language, o.is_generated,
    o.seo ->> 'noindex' IS DISTINCT FROM 'true' AS is_indexed
  FROM (SELECT DISTINCT course_id FROM page) AS course
  JOIN distributions AS o ON (o.tenant_id, o.course_id) = (:tenantId, course.course_id)
  WHERE o.visibility = 'public' AND o.listed AND o.derived_from IS NULL
  ORDER BY o.course_id, o.language, o.is_generated DESC, o.id
)
SELECT page.id, page.slug, page.language, page.updated_at::text AS "updatedAt", coalesce(roots.all, '[]') AS roots
FROM page
LEFT JOIN (
  SELECT course_id, json_agg(json_build_object('slug', slug, 'language', language, 'isGenerated', is_generated,
    'isIndexed', is_indexed) ORDER BY id DESC) AS all
  FROM root GROUP BY course_id
) AS roots USING (course_id)
ORDER BY page.id
