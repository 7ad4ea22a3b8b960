CREATE TABLE "announcements" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"kind" text NOT NULL,
	"distribution_id" text NOT NULL,
	"course_id" text,
	"target_group" text[] DEFAULT '{}' NOT NULL,
	"versions" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"happened_at" timestamptz NOT NULL,
	"event_id" text NOT NULL,
	"correlation_id" text NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"due_at" timestamptz DEFAULT now() NOT NULL,
	"begun_at" timestamptz,
	"cursor" text,
	"created_at" timestamptz DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "emails" ADD COLUMN "announcement_id" uuid;--> statement-breakpoint
CREATE UNIQUE INDEX "announcements_published" ON "announcements" USING btree ("tenant_id","distribution_id","kind") WHERE kind <> 'change';--> statement-breakpoint
CREATE UNIQUE INDEX "announcements_changed" ON "announcements" USING btree ("tenant_id","distribution_id") WHERE kind = 'change' AND status = 'open' AND begun_at IS NULL;--> statement-breakpoint
CREATE INDEX "announcements_due" ON "announcements" USING btree ("due_at") WHERE status = 'open';--> statement-breakpoint
CREATE INDEX "announcements_course" ON "announcements" USING btree ("tenant_id","course_id","begun_at") WHERE kind = 'change';