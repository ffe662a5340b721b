import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * What programs of other people do to a cluster, with Kafka's own Java client.
 * Arguments: the brokers, then commands, one after the other:
 * send TOPIC CODEC COUNT | transaction TOPIC commit|abort COUNT | quota CLIENT_ID BYTES_PER_SECOND
 */
public class ForeignProducer {
    public static void main(String[] args) throws Exception {
        String brokers = args[0];
        for (int i = 1; i < args.length; ) {
            switch (args[i]) {
                case "send" -> {
                    send(brokers, args[i + 1], Integer.parseInt(args[i + 3]), Map.of("compression.type", args[i + 2]));
                    i += 4;
                }
                case "transaction" -> {
                    transaction(brokers, args[i + 1], args[i + 2].equals("commit"), Integer.parseInt(args[i + 3]));
                    i += 4;
                }
                case "quota" -> {
                    quota(brokers, args[i + 1], Double.parseDouble(args[i + 2]));
                    i += 3;
                }
                default -> throw new IllegalArgumentException(args[i]);
            }
        }
    }

    /** Values that compress, some of them long, and are told apart: all in one batch. */
    static void send(String brokers, String topic, int count, Map<String, Object> more) throws Exception {
        try (var producer = producer(brokers, more)) {
            var sent = new ArrayList<Future<?>>();
            for (String value : values(count)) sent.add(producer.send(new ProducerRecord<>(topic, 0, "key", value)));
            producer.flush();
            for (var future : sent) future.get();
        }
    }

    static void transaction(String brokers, String topic, boolean commit, int count) throws Exception {
        try (var producer = producer(brokers, Map.of("transactional.id", "foreign-" + topic))) {
            producer.initTransactions();
            producer.beginTransaction();
            for (String value : values(count)) producer.send(new ProducerRecord<>(topic, 0, "key", value));
            producer.flush();
            if (commit) producer.commitTransaction();
            else producer.abortTransaction();
        }
    }

    /** How fast a client may read. */
    static void quota(String brokers, String clientId, double bytesPerSecond) throws Exception {
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", brokers))) {
            var entity = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, clientId));
            var op = new ClientQuotaAlteration.Op("consumer_byte_rate", bytesPerSecond);
            admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity, List.of(op)))).all().get();
        }
    }

    static List<String> values(int count) {
        var values = new ArrayList<String>();
        for (int i = 0; i < count; i++) values.add("value " + i + " " + "0123456789 ".repeat(i % 40));
        return values;
    }

    static KafkaProducer<String, String> producer(String brokers, Map<String, Object> more) {
        var config = new HashMap<String, Object>(Map.of(
            "bootstrap.servers", brokers,
            "linger.ms", 500,
            "batch.size", 900_000,
            "key.serializer", StringSerializer.class.getName(),
            "value.serializer", StringSerializer.class.getName()));
        config.putAll(more);
        return new KafkaProducer<>(config);
    }
}
