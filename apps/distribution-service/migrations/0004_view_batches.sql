CREATE TABLE "view_batches" (
	"writer" uuid PRIMARY KEY NOT NULL,
	"batch" integer NOT NULL
);
