ALTER TABLE "pages" ADD COLUMN "titled_at" timestamptz;--> statement-breakpoint
UPDATE "pages" SET "titled_at" = "named_at" WHERE "title" IS NOT NULL;
