import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.serialization.*;

/**
 * Kafka's own consumer. For each line `PORT TOPIC COUNT` it reads the first record of TOPIC in COUNT new groups, one after the
 * other, and prints the milliseconds that each took, from the first poll to the record, as one line of JSON.
 */
public class FirstRecord {
  private static final long GIVE_UP_MS = 30_000;
  /** The record is there. What is fetched after it would hold up the end of the consumer for as long. */
  private static final int FETCH_MAX_WAIT_MS = 10;

  public static void main(String[] args) {
    try (var lines = new Scanner(System.in)) {
      while (lines.hasNextLine()) {
        String[] words = lines.nextLine().split(" ");
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(words[2]); i++) times.add(measure(words[0], words[1]));
        System.out.println(times);
      }
    }
  }

  private static double measure(String port, String topic) {
    Map<String, Object> configs = Map.of("bootstrap.servers", "127.0.0.1:" + port, "group.id", "java-" + UUID.randomUUID(),
        "group.protocol", "classic", "auto.offset.reset", "earliest", "enable.auto.commit", false,
        "fetch.max.wait.ms", FETCH_MAX_WAIT_MS);
    try (var consumer = new KafkaConsumer<>(configs, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(topic));
      long started = System.nanoTime();
      while (consumer.poll(Duration.ofSeconds(1)).isEmpty())
        if (System.nanoTime() - started > GIVE_UP_MS * 1e6) throw new IllegalStateException("no record came");
      return (System.nanoTime() - started) / 1e6;
    }
  }
}
