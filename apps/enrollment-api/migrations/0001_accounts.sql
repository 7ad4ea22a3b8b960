CREATE TABLE "account_changes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"account_id" text NOT NULL,
	"changed_by" text NOT NULL,
	"change" jsonb NOT NULL,
	"changed_at" timestamptz DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "account_requests" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"account_id" text NOT NULL,
	"purpose" text NOT NULL,
	"email" text NOT NULL,
	"email_key" text NOT NULL,
	"name" text NOT NULL,
	"locale" text NOT NULL,
	"password_hash" text,
	"pending_course_id" text,
	"created_at" timestamptz DEFAULT now() NOT NULL,
	"expires_at" timestamptz NOT NULL,
	"ended_at" timestamptz
);
--> statement-breakpoint
CREATE TABLE "limits" (
	"key" "bytea" PRIMARY KEY NOT NULL,
	"count" integer NOT NULL,
	"blocked_until" timestamptz,
	"expires_at" timestamptz NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"user_id" text NOT NULL,
	"family_hash" "bytea" NOT NULL,
	"token_hashes" "bytea"[] NOT NULL,
	"replaced_hashes" "bytea"[] DEFAULT '{}' NOT NULL,
	"replaced_at" timestamptz,
	"browser" text,
	"system" text,
	"created_at" timestamptz DEFAULT now() NOT NULL,
	"last_used_at" timestamptz DEFAULT now() NOT NULL,
	"expires_at" timestamptz NOT NULL,
	CONSTRAINT "sessions_family_hash_unique" UNIQUE("family_hash")
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"kid" text PRIMARY KEY NOT NULL,
	"sealed_private_key" "bytea" NOT NULL,
	"public_jwk" jsonb NOT NULL,
	"created_at" timestamptz DEFAULT now() NOT NULL,
	"signs_from" timestamptz NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tenants" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"time_zone" text NOT NULL,
	"locale" text NOT NULL,
	"colors" jsonb,
	"logo_url" text,
	"sender" text,
	"reply_to" text,
	"postal_address" text,
	"created_at" timestamptz DEFAULT now() NOT NULL,
	"updated_at" timestamptz DEFAULT now() NOT NULL
);
--> statement-breakpoint
-- The version before this one still writes to "refresh_tokens" while both run. A later migration drops it.
ALTER TABLE "users" DROP CONSTRAINT "users_tenant_id_email_unique";--> statement-breakpoint
ALTER TABLE "users" DROP CONSTRAINT "users_email_is_lower_case";--> statement-breakpoint
ALTER TABLE "users" ALTER COLUMN "email" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ALTER COLUMN "name" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ALTER COLUMN "locale" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ALTER COLUMN "password_hash" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "enrollments" ADD COLUMN "distribution_id" text;--> statement-breakpoint
ALTER TABLE "enrollments" ADD COLUMN "cta_type" text;--> statement-breakpoint
ALTER TABLE "enrollments" ADD COLUMN "cancelled_at" timestamptz;--> statement-breakpoint
ALTER TABLE "enrollments" ADD COLUMN "cancellation_reason" text;--> statement-breakpoint
ALTER TABLE "enrollments" ADD COLUMN "cancellation_comment" text;--> statement-breakpoint
ALTER TABLE "service_clients" ADD COLUMN "scopes" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "email_key" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "verified_at" timestamptz;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "disabled_at" timestamptz;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "erased_at" timestamptz;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_fk" FOREIGN KEY ("tenant_id","user_id") REFERENCES "public"."users"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "account_changes_account" ON "account_changes" USING btree ("tenant_id","account_id","id");--> statement-breakpoint
CREATE INDEX "account_requests_address" ON "account_requests" USING btree ("tenant_id","email_key");--> statement-breakpoint
CREATE INDEX "account_requests_account" ON "account_requests" USING btree ("tenant_id","account_id");--> statement-breakpoint
CREATE INDEX "account_requests_expires" ON "account_requests" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "account_requests_pending" ON "account_requests" USING btree ("tenant_id","account_id") WHERE ("account_requests"."purpose" = 'verification' AND "account_requests"."password_hash" IS NOT NULL AND "account_requests"."ended_at" IS NULL);--> statement-breakpoint
CREATE INDEX "limits_expires" ON "limits" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("tenant_id","user_id");--> statement-breakpoint
CREATE INDEX "users_name" ON "users" USING btree ("tenant_id",lower("name") text_pattern_ops);--> statement-breakpoint
CREATE INDEX "users_address" ON "users" USING btree ("tenant_id","email_key" text_pattern_ops);--> statement-breakpoint
CREATE INDEX "users_special" ON "users" USING btree ("tenant_id","id") WHERE ("users"."roles" <> '{student}' OR "users"."verified_at" IS NULL OR "users"."disabled_at" IS NOT NULL);--> statement-breakpoint
-- Until now, accounts were made by operators, who vouch for the addresses. Addresses were stored in the form in which they are compared.
UPDATE "users" SET "email_key" = "email", "verified_at" = "created_at";--> statement-breakpoint
INSERT INTO "tenants" ("id", "name", "time_zone", "locale")
SELECT "id", "id", 'UTC', 'en' FROM (SELECT "tenant_id" FROM "users" UNION SELECT unnest("tenants") FROM "service_clients") AS "known" ("id");--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_tenant_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_tenant_id_email_key_unique" UNIQUE("tenant_id","email_key");--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_erased_or_complete" CHECK (num_nonnulls("users"."email", "users"."email_key", "users"."name", "users"."locale", "users"."password_hash")
        = CASE WHEN "users"."erased_at" IS NULL THEN 5 ELSE 0 END);