CREATE TABLE "enrollments" (
	"tenant_id" text NOT NULL,
	"course_id" text NOT NULL,
	"day" date NOT NULL,
	"distribution_id" text NOT NULL,
	"cta_type" text NOT NULL,
	"source" text NOT NULL,
	"joined" integer NOT NULL,
	"left" integer NOT NULL,
	CONSTRAINT "enrollments_tenant_id_course_id_day_distribution_id_cta_type_source_pk" PRIMARY KEY("tenant_id","course_id","day","distribution_id","cta_type","source")
);
--> statement-breakpoint
CREATE TABLE "pages" (
	"tenant_id" text NOT NULL,
	"distribution_id" text NOT NULL,
	"course_id" text,
	"parent_id" text,
	"slug" text,
	"title" text,
	"named_at" timestamptz,
	"is_whole" boolean DEFAULT false NOT NULL,
	"deleted_at" timestamptz,
	CONSTRAINT "pages_tenant_id_distribution_id_pk" PRIMARY KEY("tenant_id","distribution_id")
);
--> statement-breakpoint
CREATE TABLE "tenants" (
	"tenant_id" text PRIMARY KEY NOT NULL,
	"time_zone" text
);
--> statement-breakpoint
CREATE TABLE "totals" (
	"tenant_id" text NOT NULL,
	"distribution_id" text NOT NULL,
	"kind" text NOT NULL,
	"value" text NOT NULL,
	"day" date NOT NULL,
	"total" bigint NOT NULL,
	CONSTRAINT "totals_tenant_id_distribution_id_kind_value_day_pk" PRIMARY KEY("tenant_id","distribution_id","kind","value","day")
);
--> statement-breakpoint
CREATE INDEX "enrollments_distribution" ON "enrollments" USING btree ("tenant_id","distribution_id","day") WHERE "enrollments"."distribution_id" <> '';--> statement-breakpoint
CREATE INDEX "enrollments_day" ON "enrollments" USING btree ("tenant_id","day");--> statement-breakpoint
CREATE INDEX "pages_course" ON "pages" USING btree ("tenant_id","course_id");