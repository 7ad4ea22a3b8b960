-- The ledger's key becomes (tenant, template, recipient, fact, activation). The columns are renamed, so that no row is rewritten and the
-- unique constraint keeps its index.
--
-- The previous version may still run: it writes and reads student_id and course_id. Until the next release drops them, two columns
-- have these names again, and a trigger fills each pair from the other. That version reads only mails that are due, so older rows
-- that were sent need no copy. It knows neither account mails nor cancelled enrolments: replace all instances of email-worker
-- before enrollment-api sends events about them. Should it meet an account mail, it finds no course with the id of the request,
-- and puts the mail off until an instance of this version takes it.
CREATE TABLE "erased_accounts" (
	"tenant_id" text NOT NULL,
	"account_id" text NOT NULL,
	"erased_at" timestamptz DEFAULT now() NOT NULL,
	CONSTRAINT "erased_accounts_tenant_id_account_id_pk" PRIMARY KEY("tenant_id","account_id")
);
--> statement-breakpoint
ALTER TABLE "emails" RENAME COLUMN "student_id" TO "recipient";--> statement-breakpoint
ALTER TABLE "emails" RENAME COLUMN "course_id" TO "fact";--> statement-breakpoint
ALTER TABLE "emails" ALTER COLUMN "source" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "emails" ADD COLUMN "withdrawn" text;--> statement-breakpoint
ALTER TABLE "emails" ADD CONSTRAINT "emails_withdrawn" CHECK ("emails"."withdrawn" IS NULL OR "emails"."status" <> 'pending');--> statement-breakpoint
ALTER TABLE "emails" ADD COLUMN "student_id" text, ADD COLUMN "course_id" text;--> statement-breakpoint
UPDATE "emails" SET "student_id" = "recipient", "course_id" = "fact" WHERE "status" <> 'sent';--> statement-breakpoint
CREATE FUNCTION keep_former_names() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.recipient := coalesce(NEW.recipient, NEW.student_id);
  NEW.fact := coalesce(NEW.fact, NEW.course_id);
  NEW.student_id := NEW.recipient;
  NEW.course_id := NEW.fact;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER emails_former_names BEFORE INSERT ON "emails" FOR EACH ROW EXECUTE FUNCTION keep_former_names();
