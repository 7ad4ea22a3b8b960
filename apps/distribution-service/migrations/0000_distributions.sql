CREATE TABLE "courses" (
	"tenant_id" text NOT NULL,
	"course_id" text NOT NULL,
	"title" text DEFAULT '' NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"language" text DEFAULT '' NOT NULL,
	"target_group" text[] DEFAULT '{}' NOT NULL,
	"total_lessons" integer,
	"generation_completed_at" timestamptz,
	"staging_url" text,
	"staging_deployed_at" timestamptz,
	CONSTRAINT "courses_tenant_id_course_id_pk" PRIMARY KEY("tenant_id","course_id")
);
--> statement-breakpoint
CREATE TABLE "distributions" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"course_id" text NOT NULL,
	"is_generated" boolean NOT NULL,
	"derived_from" text,
	"slug" text NOT NULL,
	"title" text NOT NULL,
	"description" text NOT NULL,
	"language" text NOT NULL,
	"target_group" text[] NOT NULL,
	"seo" jsonb NOT NULL,
	"cta" jsonb NOT NULL,
	"visibility" text NOT NULL,
	"version" integer NOT NULL,
	"staging_url" text,
	"staging_deployed_at" timestamptz,
	"created_at" timestamptz NOT NULL,
	"updated_at" timestamptz NOT NULL,
	CONSTRAINT "distributions_visibility" CHECK ("distributions"."visibility" in ('private', 'public'))
);
--> statement-breakpoint
ALTER TABLE "distributions" ADD CONSTRAINT "distributions_derived_from_distributions_id_fk" FOREIGN KEY ("derived_from") REFERENCES "public"."distributions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "distributions" ADD CONSTRAINT "distributions_course_fk" FOREIGN KEY ("tenant_id","course_id") REFERENCES "public"."courses"("tenant_id","course_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "distributions_slug" ON "distributions" USING btree ("tenant_id","slug");--> statement-breakpoint
CREATE UNIQUE INDEX "distributions_generated" ON "distributions" USING btree ("tenant_id","course_id") WHERE "distributions"."is_generated";--> statement-breakpoint
CREATE INDEX "distributions_newest" ON "distributions" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "distributions_course" ON "distributions" USING btree ("tenant_id","course_id","id");--> statement-breakpoint
CREATE INDEX "distributions_public" ON "distributions" USING btree ("tenant_id","id") WHERE "distributions"."visibility" = 'public';