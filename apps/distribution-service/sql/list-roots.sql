-- One page for each language of these courses, the newest first: that of the generated entry, or else of the oldest.
SELECT * FROM (
  SELECT DISTINCT ON (o.course_id, o.language) o.id, o.course_id AS "courseId", o.slug, o.language,
    o.is_generated AS "isGenerated", o.seo ->> 'noindex' IS DISTINCT FROM 'true' AS "isIndexed"
  FROM distributions AS o
  WHERE o.tenant_id = :tenantId AND o.course_id = ANY (:courseIds::text[]) AND o.visibility = 'public' AND o.listed
    AND o.derived_from IS NULL
  ORDER BY o.course_id, o.language, o.is_generated DESC, o.id
) AS root
ORDER BY id DESC
