CREATE TABLE "subscribers" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"email" text NOT NULL,
	"email_key" text NOT NULL,
	"locale" text NOT NULL,
	"created_at" timestamptz DEFAULT now() NOT NULL,
	CONSTRAINT "subscribers_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "subscribers_tenant_id_email_key_unique" UNIQUE("tenant_id","email_key")
);
--> statement-breakpoint
CREATE TABLE "subscriptions" (
	"tenant_id" text NOT NULL,
	"subscriber_id" text NOT NULL,
	"kind" text NOT NULL,
	"value" text NOT NULL,
	"confirmed_at" timestamptz DEFAULT now() NOT NULL,
	CONSTRAINT "subscriptions_tenant_id_subscriber_id_kind_value_pk" PRIMARY KEY("tenant_id","subscriber_id","kind","value")
);
--> statement-breakpoint
ALTER TABLE "account_requests" ADD COLUMN "subscriptions" jsonb;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "course_news" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "course_changes" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "subscribers" ADD CONSTRAINT "subscribers_tenant_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_subscriber_fk" FOREIGN KEY ("tenant_id","subscriber_id") REFERENCES "public"."subscribers"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "subscriptions_value" ON "subscriptions" USING btree ("tenant_id","kind","value","subscriber_id");--> statement-breakpoint
CREATE INDEX "enrollments_course" ON "enrollments" USING btree ("tenant_id","course_id","user_id") WHERE "enrollments"."cancelled_at" IS NULL;