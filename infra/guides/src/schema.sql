CREATE TABLE handled_events (
  tenant_id text NOT NULL,
  event_id text NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, event_id)
);

-- The effect of this example: a line of news for each course that is published.
CREATE TABLE news (
  tenant_id text NOT NULL,
  slug text NOT NULL,
  title text NOT NULL,
  published_at timestamptz NOT NULL
);
