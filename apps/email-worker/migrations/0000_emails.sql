CREATE TABLE "emails" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"student_id" text NOT NULL,
	"course_id" text NOT NULL,
	"activation" integer NOT NULL,
	"template" text NOT NULL,
	"source" text NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp(6) with time zone DEFAULT now() NOT NULL,
	"claimed_at" timestamp(6) with time zone,
	"message_id" text,
	"reason" text,
	"event_id" text NOT NULL,
	"correlation_id" text NOT NULL,
	"created_at" timestamp(6) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp(6) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "emails_once" UNIQUE("tenant_id","student_id","course_id","activation","template"),
	CONSTRAINT "emails_status" CHECK ("emails"."status" IN ('pending', 'sending', 'sent', 'failed', 'unknown')),
	CONSTRAINT "emails_sent" CHECK (("emails"."status" = 'sent') = ("emails"."message_id" IS NOT NULL))
);
--> statement-breakpoint
CREATE INDEX "emails_unsettled" ON "emails" USING btree ("status","due_at") WHERE "emails"."status" <> 'sent';