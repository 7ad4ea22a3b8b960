import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Kafka's own client, as others use it: one command a line in, one answer a line out, bytes in base64. Ends with its input. */
public final class ForeignClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<JsonNode, KafkaProducer<byte[], byte[]>> PRODUCERS = new HashMap<>();

  record Place(int partition, long offset) {}

  record Found(int partition, long offset, byte[] key, byte[] value, List<Object[]> headers) {}

  public static void main(String[] arguments) throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      System.out.println(JSON.writeValueAsString(perform(JSON.readTree(line))));
    }
  }

  private static Object perform(JsonNode command) throws Exception {
    var action = command.get("do").asText();
    if (action.equals("read")) return read(command);
    if (action.equals("throttle")) return throttle(command);
    var producer = PRODUCERS.computeIfAbsent(command.get("config"), ForeignClient::connect);
    switch (action) {
      case "send" -> {
        return send(producer, command);
      }
      case "begin" -> producer.beginTransaction();
      case "commit" -> producer.commitTransaction();
      case "abort" -> producer.abortTransaction();
      default -> throw new IllegalArgumentException(action);
    }
    return List.of();
  }

  private static KafkaProducer<byte[], byte[]> connect(JsonNode config) {
    var producer = new KafkaProducer<>(toMap(config), new ByteArraySerializer(), new ByteArraySerializer());
    if (config.has("transactional.id")) producer.initTransactions();
    return producer;
  }

  private static List<Place> send(KafkaProducer<byte[], byte[]> producer, JsonNode command) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (JsonNode record : command.get("records")) {
      var message = new ProducerRecord<>(command.get("topic").asText(), bytes(record.get("key")), bytes(record.get("value")));
      for (JsonNode header : record.get("headers")) message.headers().add(header.get(0).asText(), bytes(header.get(1)));
      sent.add(producer.send(message));
    }
    producer.flush();
    List<Place> places = new ArrayList<>();
    for (var acknowledgement : sent) places.add(new Place(acknowledgement.get().partition(), acknowledgement.get().offset()));
    return places;
  }

  private static List<Found> read(JsonNode command) {
    var deserializer = new ByteArrayDeserializer();
    try (var consumer = new KafkaConsumer<>(toMap(command.get("config")), deserializer, deserializer)) {
      var partitions = consumer.partitionsFor(command.get("topic").asText()).stream()
          .map(info -> new TopicPartition(info.topic(), info.partition()))
          .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      List<Found> found = new ArrayList<>();
      var deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (found.size() < command.get("count").asInt()) {
        if (System.nanoTime() > deadline) throw new IllegalStateException("only " + found.size() + " records");
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          List<Object[]> headers = new ArrayList<>();
          for (Header header : record.headers()) headers.add(new Object[] {header.key(), header.value()});
          found.add(new Found(record.partition(), record.offset(), record.key(), record.value(), headers));
        }
      }
      return found;
    }
  }

  private static List<Object> throttle(JsonNode command) throws Exception {
    try (var admin = Admin.create(toMap(command.get("config")))) {
      var everybody = new HashMap<String, String>();
      everybody.put(ClientQuotaEntity.CLIENT_ID, null);
      var quota = new ClientQuotaAlteration.Op("consumer_byte_rate", command.get("bytesPerSecond").asDouble());
      var alteration = new ClientQuotaAlteration(new ClientQuotaEntity(everybody), List.of(quota));
      admin.alterClientQuotas(List.of(alteration)).all().get();
    }
    return List.of();
  }

  private static Map<String, Object> toMap(JsonNode config) {
    return JSON.convertValue(config, new TypeReference<>() {});
  }

  private static byte[] bytes(JsonNode base64) {
    return base64.isNull() ? null : Base64.getDecoder().decode(base64.asText());
  }
}
