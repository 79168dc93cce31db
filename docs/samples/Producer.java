import com.fasterxml.jackson.databind.*;
import java.io.*;
import java.net.URI;
import java.net.http.*;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.util.*;
import org.apache.avro.Schema;
import org.apache.avro.generic.*;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.serialization.*;

/** A department in Java: java Producer CHANNEL < records.jsonl, with KAFKA_BOOTSTRAP and SCHEMA_REGISTRY_URL set. Each
 * line is one CreditDetermination, days as YYYY-MM-DD. Needs kafka-clients and avro. */
public class Producer {
  static final ObjectMapper json = new ObjectMapper();

  static JsonNode newest() throws Exception {
    var path = System.getenv("SCHEMA_REGISTRY_URL") + "/subjects/chengxin.CreditDetermination/versions/latest";
    var ask = HttpRequest.newBuilder(URI.create(path)).build();
    return json.readTree(HttpClient.newHttpClient().send(ask, HttpResponse.BodyHandlers.ofString()).body());
  }

  static Object value(Schema schema, JsonNode said) {
    if (schema.isUnion()) return said.isNull() ? null : value(schema.getTypes().get(1), said);
    return switch (schema.getType()) {
      case RECORD -> record(schema, said);
      case ENUM -> new GenericData.EnumSymbol(schema, said.asText());
      case BOOLEAN -> said.asBoolean();
      case INT -> schema.getLogicalType() == null ? said.asInt() : (int) LocalDate.parse(said.asText()).toEpochDay();
      default -> said.asText();
    };
  }

  static GenericRecord record(Schema schema, JsonNode said) {
    var record = new GenericData.Record(schema);
    for (var field : schema.getFields())
      record.put(field.pos(), said.has(field.name())
          ? value(field.schema(), said.get(field.name())) : GenericData.get().getDefaultValue(field));
    return record;
  }

  public static void main(String[] arguments) throws Exception {
    var found = newest();
    var schema = new Schema.Parser().parse(found.get("schema").asText());
    var settings = new Properties(); // with your login, if the brokers want one: the .properties file
    settings.load(new FileReader(System.getenv().getOrDefault("CHENGXIN_KAFKA_LOGIN", "/dev/null")));
    settings.putAll(Map.of("bootstrap.servers", System.getenv("KAFKA_BOOTSTRAP"), "acks", "all"));
    String topic = System.getenv().getOrDefault("CHENGXIN_PREFIX", "") + "events." + arguments[0];
    var lines = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
    try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) { // idempotent
      for (String line; (line = lines.readLine()) != null; ) {
        var said = json.readTree(line);
        var out = new ByteArrayOutputStream();
        out.write(ByteBuffer.allocate(5).put((byte) 0).putInt(found.get("id").asInt()).array()); // the frame
        var encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(record(schema, said), encoder);
        var sent = producer.send(new ProducerRecord<>(topic, said.get("event_id").asText(), out.toByteArray())).get();
        System.out.printf("%s:%d:%d%n", sent.topic(), sent.partition(), sent.offset()); // the receipt's key
      }
    }
  }
}
