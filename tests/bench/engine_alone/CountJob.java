import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/** The job of engine_job.py on Kafka Streams, exactly_once_v2: decode, count by key in RocksDB, one record per event. */
public final class CountJob implements Processor<String, byte[], String, byte[]> {
    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, Long> counts;

    public static void main(String[] args) {
        String input = args[2], output = args[3];
        Topology topology = new Topology();
        topology.addSource("in", Serdes.String().deserializer(), Serdes.ByteArray().deserializer(), input);
        topology.addProcessor("count", CountJob::new, "in");
        topology.addStateStore(
            Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("counts"), Serdes.String(), Serdes.Long())
                .withCachingEnabled(),
            "count");
        topology.addSink("out", output, Serdes.String().serializer(), Serdes.ByteArray().serializer(), "count");
        Properties settings = new Properties();
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, args[1]);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, args[4]);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, args[5]);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, "1");
        settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        KafkaStreams streams = new KafkaStreams(topology, settings);
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.start();
    }

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
        this.context = context;
        this.counts = context.getStateStore("counts");
    }

    @Override
    public void process(Record<String, byte[]> record) {
        Event event = new Event(record.value());
        Long before = counts.get(record.key());
        long count = before == null ? 1 : before + 1;
        counts.put(record.key(), count);
        context.forward(record.withValue(written(event.id, count)));
    }

    /** Avro's binary form of {id: string, item: string, amount: long}, read by hand: nothing is faster. */
    private static final class Event {
        final String id;
        final String item;
        final long amount;
        private int at = 0;

        Event(byte[] raw) {
            id = text(raw);
            item = text(raw);
            amount = number(raw);
        }

        private String text(byte[] raw) {
            int length = (int) number(raw);
            at += length;
            return new String(raw, at - length, length, StandardCharsets.UTF_8);
        }

        private long number(byte[] raw) {
            long found = 0;
            for (int shift = 0; ; shift += 7) {
                byte one = raw[at++];
                found |= (long) (one & 0x7f) << shift;
                if (one >= 0) {
                    return (found >>> 1) ^ -(found & 1);
                }
            }
        }
    }

    /** {id: string, count: long}. */
    private static byte[] written(String id, long count) {
        byte[] text = id.getBytes(StandardCharsets.UTF_8);
        byte[] out = new byte[text.length + 20];
        int at = put(out, 0, text.length);
        System.arraycopy(text, 0, out, at, text.length);
        return java.util.Arrays.copyOf(out, put(out, at + text.length, count));
    }

    private static int put(byte[] out, int at, long value) {
        long left = (value << 1) ^ (value >> 63);
        while ((left & ~0x7fL) != 0) {
            out[at++] = (byte) (left & 0x7f | 0x80);
            left >>>= 7;
        }
        out[at++] = (byte) left;
        return at;
    }
}
