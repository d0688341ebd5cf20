import java.time.Duration;
import java.util.*;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.*;
import java.util.stream.*;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.serialization.*;
import org.apache.kafka.streams.*;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.*;
import org.apache.kafka.streams.state.Stores;

/**
 * Applications that rely on exactly once, each working on what the one before it has committed: a feeder writes 0, 1, 2 … to
 * every partition of `numbers`, copiers consume them and produce them to `copies`, and Kafka Streams counts and adds them up
 * by their last digit in `counts`. Some transactions are aborted on purpose.
 *
 * `ExactlyOnce BROKER STATE_DIRECTORY` runs until its input ends. For each line of it the feeder pauses, and what has come
 * through is read from the beginning, read_committed: it has to be everything, once, in order. Then one line of JSON says how
 * many numbers there are, and why one of the applications had to begin anew; else this ends with what is wrong.
 */
public class ExactlyOnce {
  private static final int PARTITIONS = 4, COPIERS = 2, DIGITS = 10;
  private static final String NUMBERS = "numbers", COPIES = "copies", COUNTS = "counts";
  private static final Duration POLL = Duration.ofMillis(100);
  private static final long PAUSE_MS = 50, GIVE_UP_MS = 120_000;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static String broker;
  private static final List<String> restarts = new CopyOnWriteArrayList<>();

  public static void main(String[] args) throws Exception {
    broker = args[0];
    makeTopics();
    Feeder feeder = new Feeder();
    start(feeder);
    for (int i = 0; i < COPIERS; i++) start(new Copier("copier-" + i));
    startStreams(args[1]);
    try (var lines = new Scanner(System.in)) {
      while (lines.hasNextLine()) {
        lines.nextLine();
        System.out.printf("{\"numbers\":%d,\"restarts\":%s}%n", feeder.checkWhilePaused(), JSON.writeValueAsString(restarts));
      }
    } catch (Throwable wrong) {
      System.err.println(wrong + "; begun anew: " + restarts);
      System.exit(1);
    }
    System.exit(0);
  }

  private static void makeTopics() throws Exception {
    try (var admin = Admin.create(configs())) {
      Set<String> there = admin.listTopics().names().get();
      admin.createTopics(Stream.of(NUMBERS, COPIES, COUNTS).filter(name -> !there.contains(name))
          .map(name -> new NewTopic(name, PARTITIONS, (short) 1)).toList()).all().get();
    }
  }

  private static void start(Runnable application) {
    Thread thread = new Thread(application);
    thread.setDaemon(true);
    thread.start();
  }

  /** Writes to a partition the numbers from 0 on; what it aborts is -1. */
  private static class Feeder implements Runnable {
    private final Random random = new Random();
    private long[] next;
    private KafkaProducer<Integer, Long> producer;

    public void run() {
      for (;;) {
        try {
          feed();
          Thread.sleep(random.nextInt(20));
        } catch (InterruptedException e) {
          return;
        }
      }
    }

    /** Checks what has come through while no number is on its way. Returns how many there are. */
    synchronized long checkWhilePaused() throws InterruptedException {
      while (!isOpen()) Thread.sleep(PAUSE_MS);
      requireOnce(NUMBERS, next);
      requireOnce(COPIES, next);
      requireCounts(next);
      return LongStream.of(next).sum();
    }

    private synchronized void feed() {
      if (!isOpen()) return;
      try {
        transact(random.nextInt(4) == 0);
      } catch (KafkaException e) {
        beginAnew(e);
      }
    }

    private void transact(boolean aborts) {
      producer.beginTransaction();
      long[] sent = next.clone();
      for (int count = random.nextInt(20); count >= 0; count--) {
        int partition = random.nextInt(PARTITIONS);
        producer.send(new ProducerRecord<>(NUMBERS, partition, partition, aborts ? -1 : sent[partition]++));
      }
      if (aborts) {
        producer.flush();
        producer.abortTransaction();
      } else {
        producer.commitTransaction();
        next = sent;
      }
    }

    /** After the end of a transaction that a predecessor may have left open, what is committed is known. */
    private boolean isOpen() {
      if (producer != null) return true;
      try {
        producer = transactionalProducer("feeder");
        next = new long[PARTITIONS];
        try (var reader = new Reader<>(NUMBERS, new LongDeserializer())) {
          reader.read(record -> next[record.partition()]++);
        }
        return true;
      } catch (KafkaException e) {
        beginAnew(e);
        return false;
      }
    }

    private void beginAnew(KafkaException reason) {
      restarted("feeder", reason);
      if (producer != null) producer.close(Duration.ZERO);
      producer = null;
    }
  }

  /** Consume, transform, produce: a transaction for what one poll brings. */
  private static class Copier implements Runnable {
    private final Random random = new Random();
    private final String name;

    Copier(String name) {
      this.name = name;
    }

    public void run() {
      for (;;) {
        var membership = Map.<String, Object>of("group.id", "copiers", "group.instance.id", name, "max.poll.records", 50);
        try (var producer = transactionalProducer(name); var consumer = consumer(new LongDeserializer(), membership)) {
          consumer.subscribe(List.of(NUMBERS));
          for (;;) copy(consumer, producer);
        } catch (KafkaException e) {
          restarted(name, e);
        }
      }
    }

    private void copy(KafkaConsumer<Integer, Long> consumer, KafkaProducer<Integer, Long> producer) {
      var records = consumer.poll(POLL);
      if (records.isEmpty()) return;
      producer.beginTransaction();
      for (var record : records)
        producer.send(new ProducerRecord<>(COPIES, record.partition(), record.key(), record.value()));
      producer.sendOffsetsToTransaction(records.nextOffsets(), consumer.groupMetadata());
      if (random.nextInt(5) > 0) {
        producer.commitTransaction();
      } else {
        producer.abortTransaction();
        rewind(consumer);
      }
    }

    /** To what is committed. */
    private static void rewind(KafkaConsumer<Integer, Long> consumer) {
      consumer.committed(consumer.assignment()).forEach((partition, committed) -> {
        if (committed != null) consumer.seek(partition, committed);
        else consumer.seekToBeginning(List.of(partition));
      });
    }
  }

  private static void startStreams(String stateDirectory) {
    var builder = new StreamsBuilder();
    builder.stream(COPIES, Consumed.with(Serdes.Integer(), Serdes.Long()))
        .groupBy((partition, number) -> (int) (number % DIGITS), Grouped.with("digits", Serdes.Integer(), Serdes.Long()))
        .aggregate(() -> new Total(0, 0), (digit, number, total) -> total.plus(number),
            Materialized.<Integer, Total>as(Stores.inMemoryKeyValueStore("totals")).withKeySerde(Serdes.Integer())
                .withValueSerde(Total.SERDE))
        .toStream().to(COUNTS, Produced.with(Serdes.Integer(), Total.SERDE));
    var configs = new Properties();
    configs.putAll(configs());
    // Without a cache each number gives a count of its own.
    configs.putAll(Map.of("application.id", "totals", "processing.guarantee", "exactly_once_v2", "num.stream.threads", 2,
        "state.dir", stateDirectory, "statestore.cache.max.bytes", 0, "group.instance.id", "totals", "auto.offset.reset",
        "earliest"));
    var streams = new KafkaStreams(builder.build(), configs);
    streams.setUncaughtExceptionHandler(e -> {
      restarted("streams", e);
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    });
    streams.start();
  }

  /** How many numbers there were, and their sum. */
  private record Total(long count, long sum) {
    static final Serde<Total> SERDE = Serdes.serdeFrom(
        (topic, total) -> total == null ? null : (total.count + " " + total.sum).getBytes(),
        (topic, bytes) -> bytes == null ? null : of(new String(bytes).split(" ")));

    private static Total of(String[] words) {
      return new Total(Long.parseLong(words[0]), Long.parseLong(words[1]));
    }

    Total plus(long number) {
      return new Total(count + 1, sum + number);
    }
  }

  private static void restarted(String name, Throwable reason) {
    restarts.add(name + ": " + reason);
  }

  /** Every partition of `topic` has the numbers up to `ends`, in their order. */
  private static void requireOnce(String topic, long[] ends) throws InterruptedException {
    long[] next = new long[PARTITIONS];
    readUntil(() -> Arrays.equals(next, ends), () -> Arrays.toString(next) + " of " + Arrays.toString(ends), topic,
        new LongDeserializer(), record -> requireEqual(record, next[record.partition()]++, record.value()));
  }

  /** Every number up to `ends` is counted once, and none is missing in the last sum of each digit. */
  private static void requireCounts(long[] ends) throws InterruptedException {
    Map<Integer, Total> expected = new HashMap<>(), totals = new HashMap<>();
    LongStream.of(ends).flatMap(end -> LongStream.range(0, end)).forEach(number -> add(expected, (int) (number % DIGITS), number));
    readUntil(() -> totals.equals(expected), () -> totals + " of " + expected, COUNTS, Total.SERDE.deserializer(), record -> {
      Total before = totals.put(record.key(), record.value());
      requireEqual(record, before == null ? 1 : before.count + 1, record.value().count);
    });
  }

  private static void add(Map<Integer, Total> totals, int digit, long number) {
    totals.put(digit, totals.getOrDefault(digit, new Total(0, 0)).plus(number));
  }

  private static void requireEqual(ConsumerRecord<?, ?> record, long expected, long found) {
    if (found != expected) throw new AssertionError("not " + expected + " but " + found + ": " + record);
  }

  private static <V> void readUntil(BooleanSupplier isComplete, Supplier<String> state, String topic, Deserializer<V> values,
      java.util.function.Consumer<ConsumerRecord<Integer, V>> take) throws InterruptedException {
    long deadline = System.currentTimeMillis() + GIVE_UP_MS;
    try (var reader = new Reader<>(topic, values)) {
      for (reader.read(take); !isComplete.getAsBoolean(); reader.read(take)) {
        if (System.currentTimeMillis() > deadline) throw new AssertionError(topic + ": " + state.get());
        Thread.sleep(PAUSE_MS);
      }
    }
  }

  /** What is committed of a topic, from the beginning. */
  private static class Reader<V> implements AutoCloseable {
    private final KafkaConsumer<Integer, V> consumer;

    Reader(String topic, Deserializer<V> values) {
      consumer = consumer(values, Map.of());
      consumer.assign(IntStream.range(0, PARTITIONS).mapToObj(partition -> new TopicPartition(topic, partition)).toList());
      consumer.seekToBeginning(consumer.assignment());
    }

    /** Reads up to where it ends now. */
    void read(java.util.function.Consumer<ConsumerRecord<Integer, V>> take) {
      var ends = consumer.endOffsets(consumer.assignment());
      while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue()))
        consumer.poll(POLL).forEach(take);
    }

    public void close() {
      consumer.close();
    }
  }

  private static KafkaProducer<Integer, Long> transactionalProducer(String transactionalId) {
    var configs = configs();
    configs.put("transactional.id", transactionalId);
    var producer = new KafkaProducer<>(configs, new IntegerSerializer(), new LongSerializer());
    try {
      producer.initTransactions();
      return producer;
    } catch (KafkaException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }

  private static <V> KafkaConsumer<Integer, V> consumer(Deserializer<V> values, Map<String, Object> more) {
    var configs = configs();
    configs.putAll(Map.of("isolation.level", "read_committed", "enable.auto.commit", false, "auto.offset.reset", "earliest"));
    configs.putAll(more);
    return new KafkaConsumer<>(configs, new IntegerDeserializer(), values);
  }

  /** Clients that are back soon after the broker is. */
  private static Map<String, Object> configs() {
    return new HashMap<>(Map.of("bootstrap.servers", broker, "reconnect.backoff.max.ms", 100, "retry.backoff.max.ms", 100));
  }
}
