CREATE INDEX "totals_by_day" ON "totals" USING btree ("tenant_id","day");
