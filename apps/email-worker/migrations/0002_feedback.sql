-- What becomes of a mail is recorded, and every change of it. The previous version may still run: it knows none of the new states, but
-- reads only mails that are due. Nobody uses the former names of two columns any more.
DROP TRIGGER emails_former_names ON "emails";--> statement-breakpoint
DROP FUNCTION keep_former_names;--> statement-breakpoint
ALTER TABLE "emails" DROP COLUMN "student_id", DROP COLUMN "course_id";--> statement-breakpoint
CREATE TABLE "email_history" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "email_history_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"email_id" uuid NOT NULL,
	"at" timestamptz DEFAULT clock_timestamp() NOT NULL,
	"status" text NOT NULL,
	"attempt" integer NOT NULL,
	"reason" text,
	"message_id" text,
	"changed_by" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sns_messages" (
	"id" text PRIMARY KEY NOT NULL,
	"taken_at" timestamptz DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "suppressions" (
	"tenant_id" text NOT NULL,
	"address_hash" "bytea" NOT NULL,
	"reason" text NOT NULL,
	"email_id" uuid NOT NULL,
	"created_at" timestamptz DEFAULT now() NOT NULL,
	CONSTRAINT "suppressions_tenant_id_address_hash_pk" PRIMARY KEY("tenant_id","address_hash")
);
--> statement-breakpoint
ALTER TABLE "emails" DROP CONSTRAINT "emails_status";--> statement-breakpoint
ALTER TABLE "emails" DROP CONSTRAINT "emails_sent";--> statement-breakpoint
DROP INDEX "emails_unsettled";--> statement-breakpoint
ALTER TABLE "emails" ADD COLUMN "changed_by" text DEFAULT 'event' NOT NULL;--> statement-breakpoint
CREATE INDEX "email_history_email" ON "email_history" USING btree ("email_id","id");--> statement-breakpoint
CREATE INDEX "sns_messages_age" ON "sns_messages" USING brin ("taken_at");--> statement-breakpoint
CREATE INDEX "emails_message" ON "emails" USING btree ("message_id") WHERE "emails"."message_id" IS NOT NULL;--> statement-breakpoint
CREATE INDEX "emails_unsettled" ON "emails" USING btree ("status","due_at") WHERE "emails"."status" NOT IN ('sent', 'delivered');--> statement-breakpoint
ALTER TABLE "emails" ADD CONSTRAINT "emails_status" CHECK ("emails"."status" IN ('pending', 'sending', 'sent', 'delayed', 'delivered', 'bounced', 'complained', 'suppressed', 'failed', 'unknown'));--> statement-breakpoint
ALTER TABLE "emails" ADD CONSTRAINT "emails_sent" CHECK (("emails"."status" IN ('sent', 'delayed', 'delivered', 'bounced', 'complained')) = ("emails"."message_id" IS NOT NULL));--> statement-breakpoint
CREATE FUNCTION keep_email_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO email_history (email_id, status, attempt, reason, message_id, changed_by)
  VALUES (NEW.id, NEW.status, NEW.attempt, NEW.reason, NEW.message_id, NEW.changed_by);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER emails_inserted AFTER INSERT ON "emails" FOR EACH ROW EXECUTE FUNCTION keep_email_history();--> statement-breakpoint
CREATE TRIGGER emails_changed AFTER UPDATE OF status, attempt, reason, withdrawn ON "emails" FOR EACH ROW
  WHEN ((NEW.status, NEW.attempt, NEW.reason, NEW.withdrawn) IS DISTINCT FROM (OLD.status, OLD.attempt, OLD.reason, OLD.withdrawn))
  EXECUTE FUNCTION keep_email_history();
