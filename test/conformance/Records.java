import java.time.Duration;
import java.util.*;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.serialization.*;

/**
 * Kafka's own clients, without a group.
 * `read BROKER TOPIC…` prints topic, partition, offset, timestamp type, timestamp, key, value and headers of every record, in base64.
 * `write BROKER TOPIC COUNT` writes the values 0 … COUNT-1 to partition 0, idempotently, and waits for every answer.
 */
public class Records {
  public static void main(String[] args) throws Exception {
    if (args[0].equals("read")) read(args[1], List.of(args).subList(2, args.length));
    else write(args[1], args[2], Integer.parseInt(args[3]));
  }

  private static void read(String broker, List<String> topics) {
    Map<String, Object> configs = Map.of("bootstrap.servers", broker, "check.crcs", true, "auto.offset.reset", "none");
    try (var consumer = new KafkaConsumer<>(configs, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = topics.stream().flatMap(topic -> consumer.partitionsFor(topic).stream())
          .map(info -> new TopicPartition(info.topic(), info.partition())).collect(Collectors.toList());
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition)))
        for (var record : consumer.poll(Duration.ofSeconds(1))) System.out.println(line(record));
    }
  }

  private static String line(ConsumerRecord<byte[], byte[]> record) {
    StringJoiner headers = new StringJoiner(",");
    for (var header : record.headers()) headers.add(header.key() + "=" + text(header.value()));
    return String.join("\t", record.topic(), "" + record.partition(), "" + record.offset(), record.timestampType().toString(),
        "" + record.timestamp(), text(record.key()), text(record.value()), headers.toString());
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "null" : Base64.getEncoder().encodeToString(bytes);
  }

  private static void write(String broker, String topic, int count) throws Exception {
    Map<String, Object> configs = Map.of("bootstrap.servers", broker, "acks", "all", "enable.idempotence", true);
    try (var producer = new KafkaProducer<>(configs, new StringSerializer(), new StringSerializer())) {
      List<Future<RecordMetadata>> answers = new ArrayList<>();
      for (int i = 0; i < count; i++) answers.add(producer.send(new ProducerRecord<>(topic, 0, "" + i, "" + i)));
      for (var answer : answers) answer.get();
    }
  }
}
