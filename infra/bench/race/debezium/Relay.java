import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import io.debezium.engine.spi.OffsetCommitPolicy;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.connect.source.SourceRecord;

/**
 * Debezium's embedded engine with its outbox event router: moves its Postgres outbox to Kafka until standard input ends. With the argument
 * "setup" it only creates the table, the publication and the slot.
 */
public class Relay {
    private static final String CREATE_OUTBOX = """
        CREATE TABLE outbox (id uuid PRIMARY KEY, aggregatetype text NOT NULL, aggregateid text NOT NULL, payload bytea NOT NULL);
        CREATE PUBLICATION race FOR TABLE outbox WITH (publish = 'insert')""";
    // Postgres refuses to create a slot in a transaction that has written.
    private static final String CREATE_SLOT = "SELECT pg_create_logical_replication_slot('race', 'pgoutput')";

    public static void main(String[] args) throws Exception {
        var database = URI.create(System.getenv("DATABASE_URL"));
        var credentials = database.getUserInfo().split(":");
        if (args.length > 0 && args[0].equals("setup")) {
            var url = "jdbc:postgresql://" + database.getAuthority().split("@")[1] + database.getPath();
            try (var connection = DriverManager.getConnection(url, credentials[0], credentials[1])) {
                connection.createStatement().execute(CREATE_OUTBOX);
                connection.createStatement().execute(CREATE_SLOT);
            }
            return;
        }

        var settings = new Properties();
        settings.putAll(Map.ofEntries(
            Map.entry("name", "race"),
            Map.entry("connector.class", "io.debezium.connector.postgresql.PostgresConnector"),
            Map.entry("database.hostname", database.getHost()),
            Map.entry("database.port", String.valueOf(database.getPort())),
            Map.entry("database.user", credentials[0]),
            Map.entry("database.password", credentials[1]),
            Map.entry("database.dbname", database.getPath().substring(1)),
            Map.entry("topic.prefix", "race"),
            Map.entry("plugin.name", "pgoutput"),
            Map.entry("slot.name", "race"),
            Map.entry("publication.name", "race"),
            Map.entry("publication.autocreate.mode", "disabled"),
            Map.entry("snapshot.mode", "no_data"),
            Map.entry("table.include.list", "public.outbox"),
            Map.entry("binary.handling.mode", "bytes"),
            Map.entry("tombstones.on.delete", "false"),
            Map.entry("poll.interval.ms", "2"),
            Map.entry("max.batch.size", "4096"),
            Map.entry("max.queue.size", "16384"),
            Map.entry("offset.storage", "org.apache.kafka.connect.storage.FileOffsetBackingStore"),
            Map.entry("offset.storage.file.filename", Path.of(System.getenv("STATE_DIRECTORY"), "offsets").toString()),
            Map.entry("offset.flush.interval.ms", "0"),
            Map.entry("transforms", "outbox"),
            Map.entry("transforms.outbox.type", "io.debezium.transforms.outbox.EventRouter"),
            Map.entry("transforms.outbox.route.topic.replacement", "${routedByValue}"),
            Map.entry("transforms.outbox.table.fields.additional.placement", "id:header:ce_id")));

        var serializer = new ByteArraySerializer();
        var producer = new KafkaProducer<>(Map.<String, Object>of(
            "bootstrap.servers", System.getenv("KAFKA_BROKERS"),
            "acks", "all",
            "batch.size", 262_144), serializer, serializer);
        var engine = DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
            .using(settings)
            .using(OffsetCommitPolicy.always())
            .notifying((List<RecordChangeEvent<SourceRecord>> events, DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer) -> {
                sendAll(producer, events);
                for (var event : events) committer.markProcessed(event);
                committer.markBatchFinished();
            })
            .build();
        var relay = new Thread(engine);
        relay.start();
        System.in.transferTo(OutputStream.nullOutputStream());
        engine.close();
        relay.join();
        producer.close();
    }

    /** Returns when Kafka has acknowledged all events. */
    private static void sendAll(Producer<byte[], byte[]> producer, List<RecordChangeEvent<SourceRecord>> events) throws InterruptedException {
        var sends = new ArrayList<Future<RecordMetadata>>(events.size());
        for (var event : events) sends.add(producer.send(toProducerRecord(event.record())));
        try {
            for (var send : sends) send.get();
        } catch (ExecutionException failure) {
            throw new IllegalStateException(failure.getCause());
        }
    }

    private static ProducerRecord<byte[], byte[]> toProducerRecord(SourceRecord event) {
        var key = toBytes(event.key());
        var record = new ProducerRecord<>(event.topic(), key, toBytes(event.value()));
        event.headers().forEach(header -> record.headers().add(header.key(), toBytes(header.value())));
        return record;
    }

    private static byte[] toBytes(Object value) {
        if (value instanceof byte[] bytes) return bytes;
        if (value instanceof ByteBuffer buffer) {
            var bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        }
        return value.toString().getBytes(StandardCharsets.UTF_8);
    }
}
