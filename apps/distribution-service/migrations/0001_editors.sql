CREATE TABLE "schedules" (
	"distribution_id" text NOT NULL,
	"visibility" text NOT NULL,
	"at" timestamptz NOT NULL,
	"reason" text,
	"correlation_id" text NOT NULL,
	"error" text,
	CONSTRAINT "schedules_distribution_id_visibility_pk" PRIMARY KEY("distribution_id","visibility"),
	CONSTRAINT "schedules_visibility" CHECK ("schedules"."visibility" in ('private', 'public'))
);
--> statement-breakpoint
CREATE TABLE "slugs" (
	"tenant_id" text NOT NULL,
	"slug" text NOT NULL,
	"distribution_id" text NOT NULL,
	CONSTRAINT "slugs_tenant_id_slug_pk" PRIMARY KEY("tenant_id","slug")
);
--> statement-breakpoint
CREATE TABLE "versions" (
	"distribution_id" text NOT NULL,
	"version" integer NOT NULL,
	"content" jsonb NOT NULL,
	"changelog" text NOT NULL,
	"frozen_at" timestamptz NOT NULL,
	"frozen_by" text NOT NULL,
	CONSTRAINT "versions_distribution_id_version_pk" PRIMARY KEY("distribution_id","version")
);
--> statement-breakpoint
ALTER TABLE "distributions" ADD COLUMN "listed" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "distributions" ADD COLUMN "has_own_canonical" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "distributions" ADD COLUMN "protected_fields" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "schedules" ADD CONSTRAINT "schedules_distribution_id_distributions_id_fk" FOREIGN KEY ("distribution_id") REFERENCES "public"."distributions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "versions" ADD CONSTRAINT "versions_distribution_id_distributions_id_fk" FOREIGN KEY ("distribution_id") REFERENCES "public"."distributions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "schedules_due" ON "schedules" USING btree ("at") WHERE "schedules"."error" is null;--> statement-breakpoint
CREATE INDEX "distributions_variants" ON "distributions" USING btree ("derived_from","id") WHERE "distributions"."derived_from" is not null;--> statement-breakpoint
INSERT INTO "slugs" ("tenant_id", "slug", "distribution_id") SELECT "tenant_id", "slug", "id" FROM "distributions";
--> statement-breakpoint
-- For the version before this one, which may run beside it and claims no slugs.
CREATE FUNCTION claim_slug() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO slugs (tenant_id, slug, distribution_id) VALUES (NEW.tenant_id, NEW.slug, NEW.id) ON CONFLICT DO NOTHING;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER distributions_claim_slug BEFORE INSERT ON distributions FOR EACH ROW EXECUTE FUNCTION claim_slug();
