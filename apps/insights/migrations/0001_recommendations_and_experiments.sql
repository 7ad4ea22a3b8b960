CREATE TABLE "course_counts" (
	"tenant_id" text NOT NULL,
	"course_id" text NOT NULL,
	"learners" integer NOT NULL,
	CONSTRAINT "course_counts_tenant_id_course_id_pk" PRIMARY KEY("tenant_id","course_id")
);
--> statement-breakpoint
CREATE TABLE "course_pairs" (
	"tenant_id" text NOT NULL,
	"course_id" text NOT NULL,
	"other_course_id" text NOT NULL,
	"learners" integer NOT NULL,
	CONSTRAINT "course_pairs_tenant_id_course_id_other_course_id_pk" PRIMARY KEY("tenant_id","course_id","other_course_id")
);
--> statement-breakpoint
CREATE TABLE "cta_totals" (
	"tenant_id" text NOT NULL,
	"distribution_id" text NOT NULL,
	"kind" text NOT NULL,
	"cta_type" text NOT NULL,
	"at" timestamptz NOT NULL,
	"total" bigint NOT NULL,
	CONSTRAINT "cta_totals_tenant_id_distribution_id_kind_cta_type_at_pk" PRIMARY KEY("tenant_id","distribution_id","kind","cta_type","at")
);
--> statement-breakpoint
CREATE TABLE "erased_accounts" (
	"tenant_id" text NOT NULL,
	"account_id" text NOT NULL,
	"erased_at" timestamptz DEFAULT now() NOT NULL,
	CONSTRAINT "erased_accounts_tenant_id_account_id_pk" PRIMARY KEY("tenant_id","account_id")
);
--> statement-breakpoint
CREATE TABLE "experiments" (
	"tenant_id" text NOT NULL,
	"distribution_id" text NOT NULL,
	"told_at" timestamptz NOT NULL,
	"arms" jsonb,
	"ends_at" timestamptz,
	CONSTRAINT "experiments_tenant_id_distribution_id_told_at_pk" PRIMARY KEY("tenant_id","distribution_id","told_at")
);
--> statement-breakpoint
CREATE TABLE "first_joins" (
	"tenant_id" text NOT NULL,
	"day" date NOT NULL,
	"course_id" text NOT NULL,
	"learners" integer NOT NULL,
	CONSTRAINT "first_joins_tenant_id_day_course_id_pk" PRIMARY KEY("tenant_id","day","course_id")
);
--> statement-breakpoint
CREATE TABLE "learner_counts" (
	"tenant_id" text PRIMARY KEY NOT NULL,
	"learners" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "learner_courses" (
	"tenant_id" text NOT NULL,
	"student_id" text NOT NULL,
	"course_id" text NOT NULL,
	"activation" integer NOT NULL,
	"has_left" boolean NOT NULL,
	"changed_at" timestamptz NOT NULL,
	CONSTRAINT "learner_courses_tenant_id_student_id_course_id_pk" PRIMARY KEY("tenant_id","student_id","course_id")
);
--> statement-breakpoint
ALTER TABLE "pages" ADD COLUMN "titled_at" timestamptz;--> statement-breakpoint
UPDATE "pages" SET "titled_at" = "named_at" WHERE "title" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "pages" ADD COLUMN "is_public" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "pages" ADD COLUMN "shown_at" timestamptz;--> statement-breakpoint
ALTER TABLE "pages" ADD COLUMN "is_listed" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "pages" ADD COLUMN "listed_at" timestamptz;--> statement-breakpoint
CREATE INDEX "course_pairs_other" ON "course_pairs" USING btree ("tenant_id","other_course_id");--> statement-breakpoint
CREATE INDEX "learner_courses_latest" ON "learner_courses" USING btree ("tenant_id","student_id","changed_at" DESC NULLS FIRST,"course_id") WHERE NOT "learner_courses"."has_left";