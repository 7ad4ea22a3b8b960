-- What lists show and search finds: a row for each public and listed entry. The columns that filter are kept by the
-- triggers below, the words by the service, which cuts texts into words better than SQL can.
CREATE TABLE "listings" (
	"distribution_id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"course_id" text NOT NULL,
	"language" text NOT NULL,
	"target_group" text[] NOT NULL,
	"terms" tsvector,
	"is_stale" boolean DEFAULT true NOT NULL
);
--> statement-breakpoint
ALTER TABLE "listings" ADD CONSTRAINT "listings_distribution_id_distributions_id_fk" FOREIGN KEY ("distribution_id") REFERENCES "public"."distributions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "listings_newest" ON "listings" USING btree ("tenant_id","distribution_id");--> statement-breakpoint
CREATE INDEX "listings_language" ON "listings" USING btree ("tenant_id","language","distribution_id");--> statement-breakpoint
CREATE INDEX "listings_course" ON "listings" USING btree ("tenant_id","course_id");--> statement-breakpoint
CREATE INDEX "listings_target_group" ON "listings" USING gin ("target_group");--> statement-breakpoint
-- Without a list of what is still to be indexed, which every search would have to go through.
CREATE INDEX "listings_terms" ON "listings" USING gin ("terms") WITH (fastupdate = off);--> statement-breakpoint
CREATE INDEX "listings_stale" ON "listings" USING btree ("distribution_id") WHERE "is_stale";--> statement-breakpoint
-- Whoever writes, the version before this one included: the words of what has changed are stale until the service has read them.
CREATE FUNCTION keep_listing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.visibility = 'public' AND NEW.listed THEN
    INSERT INTO listings (distribution_id, tenant_id, course_id, language, target_group)
    VALUES (NEW.id, NEW.tenant_id, NEW.course_id, lower(replace(NEW.language, '_', '-')), NEW.target_group)
    ON CONFLICT (distribution_id) DO UPDATE
    SET language = excluded.language, target_group = excluded.target_group, is_stale = true;
  ELSE
    DELETE FROM listings WHERE distribution_id = NEW.id;
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER distributions_list AFTER INSERT OR UPDATE OF visibility, listed, title, description, language, target_group
  ON distributions FOR EACH ROW WHEN (NEW.visibility = 'public' AND NEW.listed) EXECUTE FUNCTION keep_listing();
--> statement-breakpoint
CREATE TRIGGER distributions_unlist AFTER UPDATE OF visibility, listed
  ON distributions FOR EACH ROW WHEN (NOT (NEW.visibility = 'public' AND NEW.listed)) EXECUTE FUNCTION keep_listing();
--> statement-breakpoint
INSERT INTO listings (distribution_id, tenant_id, course_id, language, target_group)
SELECT id, tenant_id, course_id, lower(replace(language, '_', '-')), target_group
FROM distributions WHERE visibility = 'public' AND listed;
