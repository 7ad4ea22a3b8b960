CREATE TABLE "cta_totals" (
	"tenant_id" text NOT NULL,
	"distribution_id" text NOT NULL,
	"kind" text NOT NULL,
	"cta_type" text NOT NULL,
	"at" timestamptz NOT NULL,
	"total" bigint NOT NULL,
	CONSTRAINT "cta_totals_tenant_id_distribution_id_kind_cta_type_at_pk" PRIMARY KEY("tenant_id","distribution_id","kind","cta_type","at")
);
--> statement-breakpoint
CREATE TABLE "experiments" (
	"tenant_id" text NOT NULL,
	"distribution_id" text NOT NULL,
	"told_at" timestamptz NOT NULL,
	"arms" jsonb,
	"ends_at" timestamptz,
	CONSTRAINT "experiments_tenant_id_distribution_id_told_at_pk" PRIMARY KEY("tenant_id","distribution_id","told_at")
);
