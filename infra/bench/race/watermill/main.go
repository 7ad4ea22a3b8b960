// Watermill's forwarder: moves its Postgres outbox to Kafka until standard input ends. With the argument "setup" it only creates its tables.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"github.com/IBM/sarama"
	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill-kafka/v3/pkg/kafka"
	"github.com/ThreeDotsLabs/watermill-sql/v4/pkg/sql"
	"github.com/ThreeDotsLabs/watermill/components/forwarder"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	outbox       = "race"
	batchSize    = 1000
	pollInterval = time.Millisecond
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	logger := watermill.NewStdLogger(false, false)
	pool, err := pgxpool.New(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		return err
	}
	defer pool.Close()
	subscriber, err := sql.NewSubscriber(sql.BeginnerFromPgx(pool), sql.SubscriberConfig{
		SchemaAdapter:  sql.DefaultPostgreSQLSchema{SubscribeBatchSize: batchSize},
		OffsetsAdapter: sql.DefaultPostgreSQLOffsetsAdapter{},
		PollInterval:   pollInterval,
	}, logger)
	if err != nil {
		return err
	}
	if len(os.Args) > 1 && os.Args[1] == "setup" {
		return subscriber.SubscribeInitialize(outbox)
	}

	config := kafka.DefaultSaramaSyncPublisherConfig()
	// Watermill's defaults are a version that Kafka 4 no longer speaks, and the leader's acknowledgement alone.
	config.Version = sarama.V2_8_0_0
	config.Producer.RequiredAcks = sarama.WaitForAll
	publisher, err := kafka.NewPublisher(kafka.PublisherConfig{
		Brokers: strings.Split(os.Getenv("KAFKA_BROKERS"), ","),
		Marshaler: kafka.NewWithPartitioningMarshaler(func(_ string, msg *message.Message) (string, error) {
			return msg.Metadata.Get("key"), nil
		}),
		OverwriteSaramaConfig: config,
	}, logger)
	if err != nil {
		return err
	}
	defer publisher.Close()

	relay, err := forwarder.NewForwarder(subscriber, publisher, logger, forwarder.Config{ForwarderTopic: outbox})
	if err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = relay.Close()
	}()
	return relay.Run(ctx)
}
