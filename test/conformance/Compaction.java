import java.io.File;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.util.Scheduler;
import org.apache.kafka.storage.internals.log.*;
import org.apache.kafka.storage.internals.utils.Throttler;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/**
 * Kafka's own cleaner on a partition's directory that no broker uses: `DIRECTORY CLEANED_OFFSET NOW_MS CONFIG=VALUE…` cleans all
 * that may be cleaned and prints the offset up to which the log is clean then.
 */
public class Compaction {
  public static void main(String[] args) throws Exception {
    File directory = new File(args[0]);
    long cleanedOffset = Long.parseLong(args[1]);
    Time time = at(Long.parseLong(args[2]));
    Map<String, String> configs = new HashMap<>(Map.of("cleanup.policy", "compact"));
    for (String config : List.of(args).subList(3, args.length)) configs.put(config.split("=")[0], config.split("=")[1]);
    LogDirFailureChannel failures = new LogDirFailureChannel(1);
    var producers = new ProducerStateManagerConfig(86_400_000, false);
    UnifiedLog log = UnifiedLog.create(directory, new LogConfig(configs), 0, 0, AT_ONCE, new BrokerTopicStats(), time, 900_000,
        producers, 600_000, failures, true, Optional.<Uuid>empty());
    log.updateHighWatermark(log.logEndOffset());
    var throttler = new Throttler(Double.MAX_VALUE, 300, "", "", time);
    var cleaner = new Cleaner(0, new SkimpyOffsetMap(1 << 24), 1 << 17, 1 << 20, 0.9, throttler, time, partition -> {});
    var dirty = new LogToClean(log, cleanedOffset, log.activeSegment().baseOffset(), false);
    System.out.println(cleaner.clean(dirty).getKey());
    log.close();
    System.exit(0);
  }

  private static final ScheduledExecutorService DONE = Executors.newSingleThreadScheduledExecutor();
  private static final Scheduler AT_ONCE = new Scheduler() {
    public void startup() {}
    public void shutdown() {}
    public void resizeThreadPool(int size) {}
    public ScheduledFuture<?> schedule(String name, Runnable task, long delayMs, long periodMs) {
      task.run();
      return DONE.schedule(() -> {}, 0, TimeUnit.MILLISECONDS);
    }
  };

  private static Time at(long nowMs) {
    return new Time() {
      public long milliseconds() { return nowMs; }
      public long nanoseconds() { return nowMs * 1_000_000; }
      public void sleep(long ms) {}
      public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMs) {}
    };
  }
}
