import java.io.File;
import java.nio.ByteBuffer;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.*;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.common.RequestLocal;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.server.util.Scheduler;
import org.apache.kafka.storage.internals.log.*;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/**
 * Kafka's own log in a partition's directory that no broker uses: `DIRECTORY SCRIPT CONFIG=VALUE…` does what each line of the
 * script says and prints a line for it.
 */
public class Transactions {
  private static final File[] directory = new File[1];
  private static LogConfig config;
  private static UnifiedLog log;
  private static long nowMs = 0;

  public static void main(String[] args) throws Exception {
    directory[0] = new File(args[0]);
    Map<String, String> configs = new HashMap<>();
    for (String one : List.of(args).subList(2, args.length)) configs.put(one.split("=")[0], one.split("=")[1]);
    config = new LogConfig(configs);
    open(true, 0);
    for (String line : Files.readAllLines(Path.of(args[1]))) System.out.println(run(line.split(" ")));
    log.close();
    System.exit(0);
  }

  private static String run(String[] words) throws Exception {
    try {
      return switch (words[0]) {
        case "now" -> { nowMs = Long.parseLong(words[1]); yield "now"; }
        case "batch" -> batch(Base64.getDecoder().decode(words[1]), words[2].equals("epochBumpingClient"));
        case "end" -> end(words);
        case "read" -> read(Long.parseLong(words[1]), Integer.parseInt(words[2]));
        case "start" -> start(Long.parseLong(words[1]));
        case "expire" -> { log.removeExpiredProducers(nowMs); yield "expired"; }
        case "stop" -> { long start = log.logStartOffset(); log.close(); open(true, start); yield offsets(); }
        case "crash" -> crash();
        case "producers" -> producers();
        default -> throw new IllegalArgumentException(words[0]);
      };
    } catch (RuntimeException error) {
      Errors code = Errors.forException(error);
      return code == Errors.UNKNOWN_SERVER_ERROR ? error.toString() : code.name();
    }
  }

  /** A crash leaves no snapshot of the end. */
  private static String crash() throws Exception {
    long start = log.logStartOffset();
    Set<String> before = Set.of(directory[0].list());
    log.close();
    for (File file : directory[0].listFiles()) {
      if (file.getName().endsWith(".snapshot") && !before.contains(file.getName())) file.delete();
    }
    open(false, start);
    return offsets();
  }

  private static String batch(byte[] bytes, boolean bumpsEpochs) throws Exception {
    MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(bytes));
    RecordBatch batch = records.batches().iterator().next();
    VerificationGuard guard = VerificationGuard.SENTINEL;
    if (batch.isTransactional()) {
      guard = log.maybeStartTransactionVerification(batch.producerId(), batch.baseSequence(), batch.producerEpoch(), bumpsEpochs);
    }
    try {
      return append(records, AppendOrigin.CLIENT, guard, (short) -1);
    } finally {
      // What comes next is verified for itself.
      log.producerStateManager().clearVerificationStateEntry(batch.producerId());
    }
  }

  private static String end(String[] words) throws Exception {
    ControlRecordType type = words[4].equals("true") ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
    var marker = new EndTransactionMarker(type, Integer.parseInt(words[3]));
    var records = MemoryRecords.withEndTransactionMarker(nowMs, Long.parseLong(words[1]), Short.parseShort(words[2]), marker);
    return append(records, AppendOrigin.COORDINATOR, VerificationGuard.SENTINEL, Short.parseShort(words[5]));
  }

  private static String append(MemoryRecords records, AppendOrigin origin, VerificationGuard guard, short version) throws Exception {
    LogAppendInfo info = log.appendAsLeader(records, 0, origin, RequestLocal.noCaching(), guard, version);
    log.updateHighWatermark(log.logEndOffset());
    return info.firstOffset() + " " + offsets();
  }

  private static String start(long offset) throws Exception {
    log.maybeIncrementLogStartOffset(offset, LogStartOffsetIncrementReason.ClientRecordDeletion);
    log.deleteOldSegments();
    return offsets();
  }

  /** The bytes that are read, and the aborted transactions that begin in them or before: Kafka tells of some more. */
  private static String read(long offset, int maxBytes) throws Exception {
    FetchDataInfo read = log.read(offset, maxBytes, FetchIsolation.TXN_COMMITTED, true);
    long end = 0;
    for (RecordBatch batch : read.records.batches()) end = batch.nextOffset();
    long last = end;
    String aborted = read.abortedTransactions.orElse(List.of()).stream().filter(of -> of.firstOffset() < last)
        .map(of -> of.producerId() + "@" + of.firstOffset()).collect(Collectors.joining(","));
    return read.records.sizeInBytes() + " " + aborted;
  }

  /** Where the log begins inside of the first batch of a transaction, Kafka's last stable offset lies before it. */
  private static String offsets() {
    long start = log.logStartOffset();
    return start + " " + Math.max(start, log.lastStableOffset()) + " " + log.logEndOffset();
  }

  private static String producers() {
    return log.activeProducers().stream()
        .sorted(Comparator.comparingLong(of -> of.producerId()))
        .map(of -> of.producerId() + ":" + of.producerEpoch() + ":" + of.lastSequence() + ":" + of.lastTimestamp() + ":"
            + of.coordinatorEpoch() + ":" + of.currentTxnStartOffset())
        .collect(Collectors.joining(" "));
  }

  private static void open(boolean isCleanStart, long logStartOffset) throws Exception {
    var producers = new ProducerStateManagerConfig(86_400_000, true);
    log = UnifiedLog.create(directory[0], config, logStartOffset, 0, AT_ONCE, new BrokerTopicStats(), TIME, 900_000, producers,
        600_000, new LogDirFailureChannel(1), isCleanStart, Optional.<Uuid>empty());
    log.updateHighWatermark(log.logEndOffset());
  }

  private static final ScheduledExecutorService DONE = Executors.newSingleThreadScheduledExecutor();
  private static final Scheduler AT_ONCE = new Scheduler() {
    public void startup() {}
    public void shutdown() {}
    public void resizeThreadPool(int size) {}
    public ScheduledFuture<?> schedule(String name, Runnable task, long delayMs, long periodMs) {
      if (periodMs < 0) task.run();
      return DONE.schedule(() -> {}, 0, TimeUnit.MILLISECONDS);
    }
  };

  private static final Time TIME = new Time() {
    public long milliseconds() { return nowMs; }
    public long nanoseconds() { return nowMs * 1_000_000; }
    public void sleep(long ms) {}
    public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMs) {}
  };
}
