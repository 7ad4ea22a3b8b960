CREATE TABLE "view_counts" (
	"distribution_id" text NOT NULL,
	"referrer_category" text NOT NULL,
	"cta_type" text NOT NULL,
	"views" bigint NOT NULL,
	"is_behind" boolean NOT NULL,
	"told_at" timestamptz NOT NULL,
	CONSTRAINT "view_counts_distribution_id_referrer_category_cta_type_pk" PRIMARY KEY("distribution_id","referrer_category","cta_type")
);
--> statement-breakpoint
ALTER TABLE "view_counts" ADD CONSTRAINT "view_counts_distribution_id_distributions_id_fk" FOREIGN KEY ("distribution_id") REFERENCES "public"."distributions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "view_counts_behind" ON "view_counts" USING btree ("told_at") WHERE "view_counts"."is_behind";