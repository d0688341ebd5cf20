import java.util.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.serialization.*;

/**
 * Kafka's own transactional producer, one after the other. For each line `PORT TOPIC SECONDS MS RECORD_BYTES` it writes records
 * for so long in transactions that are each committed after MS milliseconds, or after one record where that is 0. It prints
 * what it took and what it has done as one line of JSON.
 */
public class Transactions {
  public static void main(String[] args) {
    try (var lines = new Scanner(System.in)) {
      while (lines.hasNextLine()) {
        String[] words = lines.nextLine().split(" ");
        write(words[0], words[1], Double.parseDouble(words[2]), Long.parseLong(words[3]), Integer.parseInt(words[4]));
      }
    }
  }

  private static void write(String port, String topic, double seconds, long transactionMs, int recordBytes) {
    Map<String, Object> configs = Map.of("bootstrap.servers", "127.0.0.1:" + port, "transactional.id", topic,
        "batch.size", 16384);
    try (var producer = new KafkaProducer<>(configs, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      byte[] value = new byte[recordBytes];
      new Random(1).nextBytes(value);
      long transactionCount = 0, recordCount = 0, started = System.nanoTime(), now = started;
      for (; now - started < seconds * 1e9; transactionCount++) {
        producer.beginTransaction();
        for (long began = now; ; ) {
          producer.send(new ProducerRecord<>(topic, 0, null, value));
          recordCount++;
          now = System.nanoTime();
          if (now - began >= transactionMs * 1e6) break;
        }
        producer.commitTransaction();
        now = System.nanoTime();
      }
      System.out.printf(Locale.ROOT, "{\"seconds\":%f,\"transactionCount\":%d,\"bytes\":%d}%n", (now - started) / 1e9,
          transactionCount, recordCount * recordBytes);
    }
  }
}
