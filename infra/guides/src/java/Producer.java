import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Tells that a course has been generated, as CourseFactory does: Producer.java COURSE_ID TITLE */
public final class Producer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  public static void main(String[] arguments) throws Exception {
    var tenant = System.getenv("TENANT");
    var courseId = arguments[0];
    var at = MOMENT.format(Instant.now());
    var id = UUID.randomUUID().toString();

    var event = JSON.createObjectNode().put("id", id).put("type", "course.generation.completed").put("timestamp", at);
    event
        .putObject("payload")
        .put("course_id", courseId)
        .put("tenant_id", tenant)
        .put("title", arguments[1])
        .put("language", "en")
        .put("completed_at", at);
    event
        .putObject("meta")
        .put("schema_version", "1.0")
        .put("producer", "course_factory")
        .put("source_module", "course_factory")
        .put("tenant_id", tenant)
        .put("correlation_id", id)
        .putNull("causation_id");
    event.putNull("target");

    var definitions = JSON.readTree(Path.of(System.getenv("SCHEMAS")).toFile()).get("$defs");
    var schema =
        JsonSchemaFactory.getInstance(VersionFlag.V202012)
            .getSchema(definitions.get("course.generation.completed.v1"));
    var problems = schema.validate(event);
    if (!problems.isEmpty()) throw new IllegalArgumentException(problems.toString());

    var record = new ProducerRecord<>("course.events.v1", courseId, JSON.writeValueAsBytes(event));
    var headers =
        Map.of(
            "ce_specversion", "1.0",
            "ce_id", id,
            "ce_type", "course.generation.completed",
            "ce_source", "/course_factory",
            "ce_time", at,
            "ce_tenantid", tenant,
            "ce_correlationid", id,
            "content-type", "application/json");
    headers.forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));

    Map<String, Object> settings =
        Map.of("bootstrap.servers", System.getenv("KAFKA_BROKERS"), "acks", "all", "enable.idempotence", true);
    try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      var place = producer.send(record).get();
      System.out.println(id + " is at partition " + place.partition() + ", offset " + place.offset());
    }
  }
}
