CREATE TABLE "lost_courses" (
	"tenant_id" text NOT NULL,
	"course_id" text NOT NULL,
	CONSTRAINT "lost_courses_tenant_id_course_id_pk" PRIMARY KEY("tenant_id","course_id")
);
--> statement-breakpoint
-- Every generated course had a distribution. What the previous version deletes while this one starts stays unknown, as before.
INSERT INTO "lost_courses" ("tenant_id", "course_id")
SELECT tenant_id, course_id FROM courses
WHERE generation_completed_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM distributions AS of_course WHERE (of_course.tenant_id, of_course.course_id) = (courses.tenant_id, courses.course_id));
