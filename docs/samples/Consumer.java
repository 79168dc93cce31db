import java.net.URI;
import java.net.http.*;
import java.nio.ByteBuffer;
import java.util.*;
import org.apache.avro.Schema;
import org.apache.avro.generic.*;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.*;

/** One department's current view, from snapshot and changes: java Consumer CHANNEL, with KAFKA_BOOTSTRAP and
 * SCHEMA_REGISTRY_URL set. It stops at the end of the topics; a real one goes on. Needs kafka-clients and avro. */
public class Consumer {
  record Seen(int version, String state) {}
  static final Map<String, Seen> view = new TreeMap<>();
  static final Map<Integer, Schema> schemas = new HashMap<>();

  static GenericRecord read(byte[] data) throws Exception {
    int id = ByteBuffer.wrap(data).getInt(1); // byte 0, then the id
    if (!schemas.containsKey(id)) {
      var ask = HttpRequest.newBuilder(URI.create(System.getenv("SCHEMA_REGISTRY_URL") + "/schemas/ids/" + id + "/schema"));
      var told = HttpClient.newHttpClient().send(ask.build(), HttpResponse.BodyHandlers.ofString());
      schemas.put(id, new Schema.Parser().parse(told.body()));
    }
    var body = DecoderFactory.get().binaryDecoder(data, 5, data.length - 5, null);
    return new GenericDatumReader<GenericRecord>(schemas.get(id)).read(null, body);
  }

  static void take(ConsumerRecord<String, byte[]> record, boolean snapshot) throws Exception {
    var seen = view.get(record.key());
    var now = record.value() == null ? null : read(record.value());
    var next = now == null ? new Seen(0, "erased") : new Seen((int) now.get("version"), now.get("state").toString());
    if (!snapshot && seen != null && (seen.state.equals("erased") || next.version <= seen.version)) return; // old news
    if (!snapshot && !Objects.equals(now.get("previous_version"), seen == null ? null : seen.version)) // read it again
      System.err.printf("gap: %s %s -> %d%n", record.key(), seen == null ? "null" : seen.version, next.version);
    view.put(record.key(), next);
  }

  public static void main(String[] arguments) throws Exception {
    var settings = new Properties(); // with your login, if the brokers want one: the .properties file
    settings.load(new java.io.FileReader(System.getenv().getOrDefault("CHENGXIN_KAFKA_LOGIN", "/dev/null")));
    settings.putAll(Map.of("bootstrap.servers", System.getenv("KAFKA_BOOTSTRAP"), "isolation.level", "read_committed"));
    var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
    String prefix = System.getenv().getOrDefault("CHENGXIN_PREFIX", ""); long began = System.currentTimeMillis();
    for (boolean snapshot : new boolean[] {true, false}) {
      var places = new HashMap<TopicPartition, Long>(); // changes from an hour before: no transaction is open so long
      for (var family : List.of("sanctions.", "rewards."))
        for (var info : consumer.partitionsFor(prefix + family + arguments[0] + (snapshot ? ".current" : "")))
          places.put(new TopicPartition(info.topic(), info.partition()), snapshot ? 0 : began - 3_600_000L);
      var ends = consumer.endOffsets(places.keySet());
      consumer.assign(places.keySet());
      consumer.offsetsForTimes(places).forEach((place, at) -> consumer.seek(place, at == null ? ends.get(place) : at.offset()));
      while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue()))
        for (var record : consumer.poll(java.time.Duration.ofSeconds(1))) take(record, snapshot);
    }
    view.forEach((name, one) -> { if (one.version > 0) System.out.printf("[\"%s\", %d, \"%s\"]%n", name, one.version, one.state); });
  }
}
