-- All instances take from one budget, and the most urgent mails are sent first. The previous version may still run: it knows neither, and
-- takes mails as before.
CREATE TABLE "sending_budget" (
	"is_only" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"per_second" double precision NOT NULL,
	"capacity" double precision NOT NULL,
	"tokens" double precision NOT NULL,
	"filled_at" timestamptz DEFAULT clock_timestamp() NOT NULL,
	"paused_until" timestamptz,
	CONSTRAINT "sending_budget_is_one" CHECK ("sending_budget"."is_only")
);
--> statement-breakpoint
DROP INDEX "emails_unsettled";--> statement-breakpoint
ALTER TABLE "emails" ADD COLUMN "priority" smallint DEFAULT 1 NOT NULL;--> statement-breakpoint
CREATE INDEX "email_history_age" ON "email_history" USING brin ("at");--> statement-breakpoint
CREATE INDEX "emails_unsettled" ON "emails" USING btree ("status","priority","due_at") WHERE "emails"."status" NOT IN ('sent', 'delivered');