CREATE TABLE "changes" (
	"tenant_id" text NOT NULL,
	"distribution_id" text NOT NULL,
	"version" integer NOT NULL,
	"at" timestamptz NOT NULL,
	"text" text NOT NULL,
	CONSTRAINT "changes_tenant_id_distribution_id_version_pk" PRIMARY KEY("tenant_id","distribution_id","version")
);
--> statement-breakpoint
CREATE TABLE "pages" (
	"tenant_id" text NOT NULL,
	"distribution_id" text NOT NULL,
	"slug" text,
	"title" text,
	"named_at" timestamptz,
	"is_public" boolean DEFAULT false NOT NULL,
	"shown_at" timestamptz,
	CONSTRAINT "pages_tenant_id_distribution_id_pk" PRIMARY KEY("tenant_id","distribution_id")
);
--> statement-breakpoint
CREATE TABLE "records" (
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "records_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"tenant_id" text NOT NULL,
	"topic" text NOT NULL,
	"partition" integer NOT NULL,
	"offset" bigint NOT NULL,
	"appended_at" timestamptz NOT NULL,
	"key" "bytea",
	"headers" "bytea" NOT NULL,
	"value" "bytea",
	"type" text,
	"event_id" text,
	"correlation_id" text,
	"causation_id" text,
	"actor" text,
	"ids" text[] NOT NULL,
	"reason" text,
	"bytes" integer,
	"sha256" "bytea",
	CONSTRAINT "records_id_appended_at_pk" PRIMARY KEY("id","appended_at")
) PARTITION BY RANGE ("appended_at");
--> statement-breakpoint
-- For rows that no month has; migrate.js --maintain makes the months.
CREATE TABLE "records_other" PARTITION OF "records" DEFAULT;
--> statement-breakpoint
CREATE TABLE "seals" (
	"tenant_id" text NOT NULL,
	"number" bigint NOT NULL,
	"month" date NOT NULL,
	"first_id" bigint NOT NULL,
	"last_id" bigint NOT NULL,
	"count" integer NOT NULL,
	"rows" "bytea" NOT NULL,
	"previous_hash" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL,
	"signature" "bytea" NOT NULL,
	"key_id" text NOT NULL,
	"sealed_at" timestamptz NOT NULL,
	CONSTRAINT "seals_tenant_id_number_pk" PRIMARY KEY("tenant_id","number")
);
--> statement-breakpoint
CREATE TABLE "slugs" (
	"tenant_id" text NOT NULL,
	"slug" text NOT NULL,
	"distribution_id" text NOT NULL,
	"at" timestamptz NOT NULL,
	CONSTRAINT "slugs_tenant_id_slug_distribution_id_pk" PRIMARY KEY("tenant_id","slug","distribution_id")
);
--> statement-breakpoint
CREATE INDEX "records_tenant" ON "records" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "records_correlation" ON "records" USING btree ("tenant_id","correlation_id","id");--> statement-breakpoint
CREATE INDEX "records_type" ON "records" USING btree ("tenant_id","type","id");--> statement-breakpoint
CREATE INDEX "records_ids" ON "records" USING gin ("ids");--> statement-breakpoint
CREATE INDEX "seals_last" ON "seals" USING btree ("last_id");--> statement-breakpoint
CREATE INDEX "seals_month" ON "seals" USING btree ("tenant_id","month","last_id");--> statement-breakpoint
-- The service's role gets rights on every new table. Nobody but the owner keeps these ones.
CREATE FUNCTION let_nobody_change(name regclass, forbidden text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  holder regrole;
BEGIN
  FOR holder IN
    SELECT DISTINCT acl.grantee::regrole FROM pg_class CROSS JOIN aclexplode(relacl) AS acl
    WHERE pg_class.oid = name AND acl.grantee NOT IN (0, relowner)
  LOOP
    EXECUTE format('REVOKE %s ON %s FROM %s', forbidden, name, holder);
  END LOOP;
END $$;--> statement-breakpoint
SELECT let_nobody_change('records', 'UPDATE, DELETE, TRUNCATE');--> statement-breakpoint
SELECT let_nobody_change('seals', 'UPDATE, DELETE, TRUNCATE');--> statement-breakpoint
SELECT let_nobody_change('records_other', 'INSERT, UPDATE, DELETE, TRUNCATE');
