ALTER TABLE "emails" ADD COLUMN "sent_bytes" integer;--> statement-breakpoint
ALTER TABLE "emails" ADD COLUMN "sent_sha256" text;