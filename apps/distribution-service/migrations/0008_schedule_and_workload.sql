ALTER TABLE "courses" ADD COLUMN "workload" text;--> statement-breakpoint
ALTER TABLE "courses" ADD COLUMN "starts_at" text;--> statement-breakpoint
ALTER TABLE "distributions" ADD COLUMN "workload" text;--> statement-breakpoint
ALTER TABLE "distributions" ADD COLUMN "starts_at" text;