CREATE TABLE consumer_positions (
  consumer text NOT NULL,
  topic text NOT NULL,
  -- Cluster and topic id: a topic that is made again under its name, or lies on another cluster, has another life.
  life text NOT NULL,
  partition int NOT NULL,
  -- Every record before it has had its effect in this database, or needs none.
  position bigint NOT NULL,
  PRIMARY KEY (consumer, topic, life, partition)
) WITH (fillfactor = 50); -- Updated several times a second: the new version of a row finds room beside the old one.
