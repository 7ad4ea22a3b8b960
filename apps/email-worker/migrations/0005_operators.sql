-- News wait while too many mails are refused, and admins may resend mails, so many in an hour. The previous version may still run: it knows
-- neither, and sends news meanwhile.
ALTER TABLE "sending_budget" ADD COLUMN "is_news_paused" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "email_history_refusals" ON "email_history" USING btree ("at") WHERE "email_history"."status" IN ('bounced', 'complained');--> statement-breakpoint
CREATE INDEX "email_history_by_admin" ON "email_history" USING btree ("at") WHERE "email_history"."changed_by" NOT IN ('event', 'worker', 'ses', 'operator', 'recipient');