CREATE TABLE outbox (
  channel text NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  topic text NOT NULL,
  key bytea,
  payload bytea,
  headers bytea NOT NULL,
  log jsonb,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- The channel first: rows that wait on one channel cost the other nothing.
  PRIMARY KEY (channel, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
--> statement-breakpoint
CREATE TABLE outbox_parked (
  channel text NOT NULL,
  id bigint NOT NULL,
  topic text NOT NULL,
  key bytea,
  payload bytea,
  headers bytea NOT NULL,
  log jsonb,
  created_at timestamptz NOT NULL,
  reason text NOT NULL,
  parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (channel, id)
);
--> statement-breakpoint
CREATE TABLE event_dedup (
  consumer text NOT NULL,
  source text NOT NULL,
  stream_message_id text NOT NULL,
  tenant_id text NOT NULL,
  event_id text NOT NULL,
  content_hash bytea NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('done', 'dead')),
  processed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, source, stream_message_id),
  UNIQUE (consumer, tenant_id, event_id)
);
--> statement-breakpoint
CREATE INDEX event_dedup_processed_at ON event_dedup USING brin (processed_at);
