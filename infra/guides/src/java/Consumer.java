import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes a line of news for each course that is published. The README says which rules it keeps, and why. */
public final class Consumer {
  private static final String BROKERS = System.getenv("KAFKA_BROKERS");
  private static final String GROUP = System.getenv("GROUP_ID");
  private static final String TOPIC = "distribution.events.v1";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final JsonSchema published;
  private final Connection database;
  private final KafkaProducer<byte[], byte[]> producer;

  /** Can never be handled. */
  private static final class UnreadableException extends Exception {
    UnreadableException(String message) {
      super(message);
    }
  }

  record Event(String id, String tenant, JsonNode payload) {}

  private Consumer(Connection database, KafkaProducer<byte[], byte[]> producer) throws IOException {
    var definitions = JSON.readTree(Path.of(System.getenv("SCHEMAS")).toFile()).get("$defs");
    published =
        JsonSchemaFactory.getInstance(VersionFlag.V202012)
            .getSchema(definitions.at("/distribution.published.v1/properties/payload"));
    this.database = database;
    this.producer = producer;
  }

  /** Returns null for an event that is not for us. */
  private Event readEvent(byte[] value) throws UnreadableException {
    var event = parse(value);
    var payload = event.path("payload");
    var tenant = event.at("/meta/tenant_id").asText(payload.path("tenant_id").asText(""));
    if (!event.path("id").isTextual() || !event.path("type").isTextual() || tenant.isEmpty())
      throw new UnreadableException("not an event: id, type or tenant is missing");
    var version = event.at("/meta/schema_version").asText();
    if (!version.startsWith("1.")) throw new UnreadableException("version " + version + " is not known");
    var target = event.path("target").asText(GROUP);
    if (!event.get("type").asText().equals("distribution.published") || !target.equals(GROUP)) return null;
    var problems = published.validate(payload);
    if (!problems.isEmpty()) throw new UnreadableException(problems.toString());
    return new Event(event.get("id").asText(), tenant, payload);
  }

  private static JsonNode parse(byte[] value) throws UnreadableException {
    if (value == null) throw new UnreadableException("not JSON: no value");
    try {
      // Jackson itself would replace bytes that are not UTF-8.
      var text = StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(value)).toString();
      return JSON.readTree(text);
    } catch (CharacterCodingException | JsonProcessingException error) {
      throw new UnreadableException("not JSON: " + error.getMessage());
    }
  }

  /** Remembers the event and writes its effect, both or none. An event that is remembered has had its effect. */
  private void handle(Event event) throws SQLException {
    try (var remember =
            database.prepareStatement("INSERT INTO handled_events VALUES (?, ?) ON CONFLICT DO NOTHING");
        var write = database.prepareStatement("INSERT INTO news VALUES (?, ?, ?, ?)")) {
      remember.setString(1, event.tenant());
      remember.setString(2, event.id());
      if (remember.executeUpdate() == 1) {
        write.setString(1, event.tenant());
        write.setString(2, event.payload().get("slug").asText());
        write.setString(3, event.payload().get("title").asText());
        write.setObject(4, OffsetDateTime.parse(event.payload().get("published_at").asText()));
        write.executeUpdate();
      }
      database.commit();
    }
  }

  private void setAside(ConsumerRecord<byte[], byte[]> record, String reason)
      throws ExecutionException, InterruptedException {
    var letter = new ProducerRecord<>(GROUP + ".dlq", null, record.key(), record.value(), record.headers());
    var origin =
        Map.of(
            "x-original-topic", record.topic(),
            "x-original-partition", String.valueOf(record.partition()),
            "x-original-offset", String.valueOf(record.offset()),
            "x-error-message", reason);
    origin.forEach((name, value) -> letter.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
    producer.send(letter).get();
  }

  private void take(ConsumerRecord<byte[], byte[]> record)
      throws SQLException, ExecutionException, InterruptedException {
    try {
      var event = readEvent(record.value());
      if (event != null) handle(event);
    } catch (UnreadableException error) {
      setAside(record, error.getMessage());
    }
  }

  /** Ends with an exception that no record is to blame for, such as a lost database. Started again, it continues where it was. */
  public static void main(String[] arguments) throws Exception {
    Map<String, Object> toRead =
        Map.of(
            "bootstrap.servers", BROKERS,
            "group.id", GROUP,
            "enable.auto.commit", false,
            "auto.offset.reset", "earliest");
    Map<String, Object> toWrite =
        Map.of("bootstrap.servers", BROKERS, "acks", "all", "enable.idempotence", true);
    var bytes = new ByteArrayDeserializer();
    var closed = new CountDownLatch(1);
    try (var database = DriverManager.getConnection(System.getenv("DATABASE_URL"));
        var producer = new KafkaProducer<>(toWrite, new ByteArraySerializer(), new ByteArraySerializer());
        var consumer = new KafkaConsumer<>(toRead, bytes, bytes)) {
      database.setAutoCommit(false);
      var news = new Consumer(database, producer);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(consumer, closed)));
      consumer.subscribe(List.of(TOPIC));
      while (true) {
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
          news.take(record);
          var place = new TopicPartition(record.topic(), record.partition());
          consumer.commitSync(Map.of(place, new OffsetAndMetadata(record.offset() + 1)));
        }
      }
    } catch (WakeupException stopped) {
      // Comes from `stop`.
    } finally {
      closed.countDown();
    }
  }

  private static void stop(KafkaConsumer<?, ?> consumer, CountDownLatch closed) {
    consumer.wakeup();
    try {
      closed.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }
}
