CREATE TABLE "counts" (
	"distribution_id" text PRIMARY KEY NOT NULL,
	"views" bigint DEFAULT 0 NOT NULL,
	"clicks" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "views_told" (
	"distribution_id" text NOT NULL,
	"referrer_category" text NOT NULL,
	"is_behind" boolean NOT NULL,
	"told_at" timestamptz NOT NULL,
	CONSTRAINT "views_told_distribution_id_referrer_category_pk" PRIMARY KEY("distribution_id","referrer_category")
);
--> statement-breakpoint
ALTER TABLE "counts" ADD CONSTRAINT "counts_distribution_id_distributions_id_fk" FOREIGN KEY ("distribution_id") REFERENCES "public"."distributions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "views_told" ADD CONSTRAINT "views_told_distribution_id_distributions_id_fk" FOREIGN KEY ("distribution_id") REFERENCES "public"."distributions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "views_told_behind" ON "views_told" USING btree ("told_at") WHERE "views_told"."is_behind";