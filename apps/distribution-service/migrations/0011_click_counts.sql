CREATE TABLE "click_counts" (
	"distribution_id" text NOT NULL,
	"cta_type" text NOT NULL,
	"clicks" bigint NOT NULL,
	CONSTRAINT "click_counts_distribution_id_cta_type_pk" PRIMARY KEY("distribution_id","cta_type")
);
--> statement-breakpoint
ALTER TABLE "click_counts" ADD CONSTRAINT "click_counts_distribution_id_distributions_id_fk" FOREIGN KEY ("distribution_id") REFERENCES "public"."distributions"("id") ON DELETE cascade ON UPDATE no action;