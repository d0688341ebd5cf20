/** Every config of a broker (AbstractKafkaConfig of 4.3.1) but those of SASL and TLS; see table.ts. @module */
export const brokerTable = `
add.partitions.to.txn.retry.backoff.max.ms                  int      ro  100                      0..
add.partitions.to.txn.retry.backoff.ms                      int      ro  20                       1..
advertised.listeners                                        list     ro  null
alter.config.policy.class.name                              class    ro  null
alter.log.dirs.replication.quota.window.num                 int      ro  11                       1..
alter.log.dirs.replication.quota.window.size.seconds        int      ro  1                        1..
authorizer.class.name                                       string   ro  ''
auto.create.topics.enable                                   boolean  ro  true
auto.leader.rebalance.enable                                boolean  ro  true
background.threads                                          int      rw  10                       1..
broker.heartbeat.interval.ms                                int      ro  2000
broker.id                                                   int      ro  -1
broker.rack                                                 string   ro  null
broker.session.timeout.ms                                   int      ro  9000
client.quota.callback.class                                 class    ro  null
compression.gzip.level                                      int      rw  -1                       -1|1..9
compression.lz4.level                                       int      rw  9                        1..17
compression.type string rw producer uncompressed|zstd|lz4|snappy|gzip|producer
compression.zstd.level                                      int      rw  3                        -131072..22
config.providers                                            list     rw  ''
connection.failed.authentication.delay.ms                   int      ro  100                      0..
connections.max.idle.ms                                     long     ro  600000
connections.max.reauth.ms                                   long     ro  0
controlled.shutdown.enable                                  boolean  ro  true
controller.listener.names                                   list     ro  null
controller.performance.always.log.threshold.ms              long     ro* 2000                     0..
controller.performance.sample.period.ms                     long     ro* 60000                    100..
controller.quorum.append.linger.ms                          int      ro  25                       0..
controller.quorum.auto.join.enable                          boolean  ro  false
controller.quorum.bootstrap.servers                         list     ro  ''
controller.quorum.election.backoff.max.ms                   int      ro  1000                     0..
controller.quorum.election.timeout.ms                       int      ro  1000                     0..
controller.quorum.fetch.max.bytes                           int      ro  1048576                  1..
controller.quorum.fetch.snapshot.max.bytes                  int      ro  1048576                  1..
controller.quorum.fetch.timeout.ms                          int      ro  2000                     0..
controller.quorum.request.timeout.ms                        int      ro  2000                     0..
controller.quorum.retry.backoff.ms                          int      ro  20                       0..
controller.quorum.voters                                    list     ro  ''
controller.quota.window.num                                 int      ro  11                       1..
controller.quota.window.size.seconds                        int      ro  1                        1..
controller.socket.timeout.ms                                int      ro  30000
cordoned.log.dirs                                           list     rw  ''
create.topic.policy.class.name                              class    ro  null
default.replication.factor                                  int      ro  1
delegation.token.expiry.check.interval.ms                   long     ro  3600000                  1..
delegation.token.expiry.time.ms                             long     ro  86400000                 1..
delegation.token.max.lifetime.ms                            long     ro  604800000                1..
delegation.token.secret.key                                 password ro  null
delete.records.purgatory.purge.interval.requests            int      ro  1
delete.topic.enable                                         boolean  ro  true
early.start.listeners                                       list     ro  null
fetch.max.bytes                                             int      ro  57671680                 1024..
fetch.purgatory.purge.interval.requests                     int      ro  1000
follower.fetch.last.tiered.offset.enable                    boolean  rw  false
follower.replication.throttled.rate                         long     rw* null                      0..
group.consumer.assignment.interval.ms                       int      rw  1000                     0..
group.consumer.assignors list ro uniform,range uniform|range|org.apache.kafka.coordinator.group.assignor.UniformAssignor|org.apache.kafka.coordinator.group.assignor.RangeAssignor
group.consumer.heartbeat.interval.ms                        int      ro  5000                     1..
group.consumer.max.assignment.interval.ms                   int      ro  15000                    0..
group.consumer.max.heartbeat.interval.ms                    int      ro  15000                    1..
group.consumer.max.session.timeout.ms                       int      ro  60000                    1..
group.consumer.max.size                                     int      ro  2147483647               1..
group.consumer.migration.policy string ro bidirectional ~DISABLED|DOWNGRADE|UPGRADE|BIDIRECTIONAL
group.consumer.min.assignment.interval.ms                   int      ro  0                        0..
group.consumer.min.heartbeat.interval.ms                    int      ro  5000                     1..
group.consumer.min.session.timeout.ms                       int      ro  45000                    1..
group.consumer.regex.refresh.interval.ms                    int      ro* 600000                   10000..
group.consumer.session.timeout.ms                           int      ro  45000                    1..
group.coordinator.append.linger.ms                          int      ro  -1                       -1..
group.coordinator.background.threads                        int      ro  2                        1..
group.coordinator.cached.buffer.max.bytes                   int      rw  1048588                  524288..
group.coordinator.rebalance.protocols list ro classic,consumer,streams consumer|classic|share|streams
group.coordinator.threads                                   int      ro  4                        1..
group.initial.rebalance.delay.ms                            int      ro  3000
group.max.session.timeout.ms                                int      ro  1800000
group.max.size                                              int      ro  2147483647               1..
group.min.session.timeout.ms                                int      ro  6000
group.share.assignment.interval.ms                          int      rw  1000                     0..
group.share.assignors list ro simple simple|org.apache.kafka.coordinator.group.assignor.SimpleAssignor
group.share.delivery.count.limit                            int      ro  5                        2..10
group.share.heartbeat.interval.ms                           int      ro  5000                     1..
group.share.initialize.retry.interval.ms                    int      ro* 30000                    1..
group.share.max.assignment.interval.ms                      int      ro  15000                    0..
group.share.max.delivery.count.limit                        int      ro  10                       5..25
group.share.max.heartbeat.interval.ms                       int      ro  15000                    1..
group.share.max.partition.max.record.locks                  int      ro  4000                     2000..10000
group.share.max.record.lock.duration.ms                     int      ro  60000                    30000..3600000
group.share.max.session.timeout.ms                          int      ro  60000                    1..
group.share.max.share.sessions                              int      ro  2000                     1..
group.share.max.size                                        int      ro  200                      1..1000
group.share.min.assignment.interval.ms                      int      ro  0                        0..
group.share.min.delivery.count.limit                        int      ro  2                        2..5
group.share.min.heartbeat.interval.ms                       int      ro  5000                     1..
group.share.min.partition.max.record.locks                  int      ro  100                      100..2000
group.share.min.record.lock.duration.ms                     int      ro  15000                    1000..30000
group.share.min.session.timeout.ms                          int      ro  45000                    1..
group.share.partition.max.record.locks                      int      ro  2000                     100..10000
group.share.persister.class.name string ro* org.apache.kafka.server.share.persister.DefaultStatePersister
group.share.record.lock.duration.ms                         int      ro  30000                    1000..3600000
group.share.session.timeout.ms                              int      ro  45000                    1..
group.streams.assignment.interval.ms                        int      rw  1000                     0..
group.streams.heartbeat.interval.ms                         int      ro  5000                     1..
group.streams.initial.rebalance.delay.ms                    int      ro  3000                     0..
group.streams.max.assignment.interval.ms                    int      ro  15000                    0..
group.streams.max.heartbeat.interval.ms                     int      ro  15000                    1..
group.streams.max.session.timeout.ms                        int      ro  60000                    1..
group.streams.max.size                                      int      ro  2147483647               1..
group.streams.max.standby.replicas                          int      ro  2                        0..
group.streams.min.assignment.interval.ms                    int      ro  0                        0..
group.streams.min.heartbeat.interval.ms                     int      ro  5000                     1..
group.streams.min.session.timeout.ms                        int      ro  45000                    1..
group.streams.num.standby.replicas                          int      ro  0                        0..
group.streams.session.timeout.ms                            int      ro  45000                    1..
initial.broker.registration.timeout.ms                      int      ro  60000
inter.broker.listener.name                                  string   ro  null
internal.metadata.delete.delay.millis                       long     ro* 60000
internal.metadata.log.segment.bytes                         int      ro* null
internal.metadata.max.batch.size.in.bytes                   int      ro* 8388608
kafka.metrics.polling.interval.secs                         int      ro  10                       1..
kafka.metrics.reporters                                     list     ro  ''
leader.imbalance.check.interval.seconds                     long     ro  300                      1..
leader.replication.throttled.rate                           long     rw* null                      0..
listener.security.protocol.map string rw SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT
listeners                                                   list     rw  PLAINTEXT://:9092
log.cleaner.backoff.ms                                      long     rw  15000                    0..
log.cleaner.dedupe.buffer.size                              long     rw  134217728
log.cleaner.delete.retention.ms                             long     rw  86400000                 0..
log.cleaner.enable                                          boolean  ro  true
log.cleaner.io.buffer.load.factor                           double   rw  0.9
log.cleaner.io.buffer.size                                  int      rw  524288                   0..
log.cleaner.io.max.bytes.per.second                         double   rw  1.7976931348623157E308
log.cleaner.max.compaction.lag.ms                           long     rw  9223372036854775807      1..
log.cleaner.min.cleanable.ratio                             double   rw  0.5                      0..1
log.cleaner.min.compaction.lag.ms                           long     rw  0                        0..
log.cleaner.threads                                         int      rw  1                        0..
log.cleanup.policy                                          list     rw  delete                   compact|delete
log.dir                                                     list     ro  /tmp/kafka-logs
log.dir.failure.timeout.ms                                  long     ro  30000                    1..
log.dirs                                                    list     ro  null
log.flush.interval.messages                                 long     rw  9223372036854775807      1..
log.flush.interval.ms                                       long     rw  null
log.flush.offset.checkpoint.interval.ms                     int      ro  60000                    0..
log.flush.scheduler.interval.ms                             long     ro  9223372036854775807
log.flush.start.offset.checkpoint.interval.ms               int      ro  60000                    0..
log.index.interval.bytes                                    int      rw  4096                     0..
log.index.size.max.bytes                                    int      rw  10485760                 4..
log.initial.task.delay.ms                                   long     ro* 30000                    0..
log.local.retention.bytes                                   long     rw  -2                       -2..
log.local.retention.ms                                      long     rw  -2                       -2..
log.message.timestamp.after.max.ms                          long     rw  3600000                  0..
log.message.timestamp.before.max.ms                         long     rw  9223372036854775807      0..
log.message.timestamp.type                                  string   rw  CreateTime CreateTime|LogAppendTime
log.preallocate                                             boolean  rw  false
log.retention.bytes                                         long     rw  -1
log.retention.check.interval.ms                             long     ro  300000                   1..
log.retention.hours                                         int      ro  168
log.retention.minutes                                       int      ro  null
log.retention.ms                                            long     rw  null
log.roll.hours                                              int      ro  168                      1..
log.roll.jitter.hours                                       int      ro  0                        0..
log.roll.jitter.ms                                          long     rw  null
log.roll.ms                                                 long     rw  null
log.segment.bytes                                           int      rw  1073741824               1048576..
log.segment.delete.delay.ms                                 long     rw  60000                    0..
max.connection.creation.rate                                int      rw  2147483647               0..
max.connections                                             int      rw  2147483647               0..
max.connections.per.ip                                      int      rw  2147483647               0..
max.connections.per.ip.overrides                            string   rw  ''
max.incremental.fetch.session.cache.slots                   int      ro  1000                     0..
max.request.partition.size.limit                            int      ro  2000                     1..
message.max.bytes                                           int      rw  1048588                  0..
metadata.log.dir                                            string   ro  null
metadata.log.max.record.bytes.between.snapshots             long     ro  20971520                 1..
metadata.log.max.snapshot.interval.ms                       long     ro  3600000                  0..
metadata.log.segment.bytes                                  int      ro  1073741824               8388608..
metadata.log.segment.ms                                     long     ro  604800000
metadata.max.idle.interval.ms                               int      ro  500                      0..
metadata.max.retention.bytes                                long     ro  104857600
metadata.max.retention.ms                                   long     ro  604800000
metric.reporters                                            list     rw  org.apache.kafka.common.metrics.JmxReporter
metrics.num.samples                                         int      ro  2                        1..
metrics.recording.level                                     string   ro  INFO
metrics.sample.window.ms                                    long     ro  30000                    1..
min.insync.replicas                                         int      rw  1                        1..
node.id                                                     int      ro  null                     0..
num.io.threads                                              int      rw  8                        1..
num.network.threads                                         int      rw  3                        1..
num.partitions                                              int      ro  1                        1..
num.recovery.threads.per.data.dir                           int      rw  2                        1..
num.replica.alter.log.dirs.threads                          int      ro  null
num.replica.fetchers                                        int      rw  1                        1..
offset.metadata.max.bytes                                   int      ro  4096
offsets.commit.timeout.ms                                   int      ro  5000                     1..
offsets.load.buffer.size                                    int      ro  5242880                  1..
offsets.retention.check.interval.ms                         long     ro  600000                   1..
offsets.retention.minutes                                   int      ro  10080                    1..
offsets.topic.compression.codec                             int      ro  0
offsets.topic.num.partitions                                int      ro  50                       1..
offsets.topic.replication.factor                            short    ro  3                        1..
offsets.topic.segment.bytes                                 int      ro  104857600                1..
principal.builder.class class rw org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder
process.roles                                               list     ro  null                     broker|controller
producer.id.expiration.check.interval.ms                    int      ro* 600000                   1..
producer.id.expiration.ms                                   int      rw  86400000                 1..
producer.purgatory.purge.interval.requests                  int      ro  1000
queued.max.request.bytes                                    long     ro  -1
queued.max.requests                                         int      ro  500                      1..
quota.window.num                                            int      ro  11                       1..
quota.window.size.seconds                                   int      ro  1                        1..
remote.fetch.max.wait.ms                                    int      rw  500                      1..
remote.list.offsets.request.timeout.ms                      long     rw  30000                    1..
remote.log.index.file.cache.total.size.bytes                long     rw  1073741824               1..
remote.log.index.file.cache.ttl.ms                          long     ro* 900000                   -1..
remote.log.manager.copier.thread.pool.size                  int      rw  10                       1..
remote.log.manager.copy.max.bytes.per.second                long     rw  9223372036854775807      1..
remote.log.manager.copy.quota.window.num                    int      ro  11                       1..
remote.log.manager.copy.quota.window.size.seconds           int      ro  1                        1..
remote.log.manager.expiration.thread.pool.size              int      rw  10                       1..
remote.log.manager.fetch.max.bytes.per.second               long     rw  9223372036854775807      1..
remote.log.manager.fetch.quota.window.num                   int      ro  11                       1..
remote.log.manager.fetch.quota.window.size.seconds          int      ro  1                        1..
remote.log.manager.follower.thread.pool.size                int      rw  2                        1..
remote.log.manager.task.interval.ms                         long     ro  30000                    1..
remote.log.manager.task.retry.backoff.max.ms                long     ro* 30000                    1..
remote.log.manager.task.retry.backoff.ms                    long     ro* 500                      1..
remote.log.manager.task.retry.jitter                        double   ro* 0.2                      0..0.5
remote.log.manager.thread.pool.size                         int      ro  2                        1..
remote.log.metadata.custom.metadata.max.bytes               int      ro  128                      0..
remote.log.metadata.manager.class.name string ro org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager
remote.log.metadata.manager.class.path                      string   ro  null
remote.log.metadata.manager.impl.prefix                     string   ro  rlmm.config.
remote.log.metadata.manager.listener.name                   string   ro  null
remote.log.reader.max.pending.tasks                         int      ro  100                      1..
remote.log.reader.threads                                   int      rw  10                       1..
remote.log.storage.manager.class.name                       string   ro  null
remote.log.storage.manager.class.path                       string   ro  null
remote.log.storage.manager.impl.prefix                      string   ro  rsm.config.
remote.log.storage.system.enable                            boolean  ro  false
replica.alter.log.dirs.io.max.bytes.per.second              long     rw* null                      0..
replica.fetch.backoff.ms                                    int      ro  1000                     0..
replica.fetch.max.bytes                                     int      ro  1048576                  0..
replica.fetch.min.bytes                                     int      ro  1
replica.fetch.response.max.bytes                            int      ro  10485760                 0..
replica.fetch.wait.max.ms                                   int      ro  500
replica.high.watermark.checkpoint.interval.ms               long     ro  5000
replica.lag.time.max.ms                                     long     ro  30000
replica.selector.class                                      string   ro  null
replica.socket.receive.buffer.bytes                         int      ro  65536
replica.socket.timeout.ms                                   int      ro  30000
replication.quota.window.num                                int      ro  11                       1..
replication.quota.window.size.seconds                       int      ro  1                        1..
request.timeout.ms                                          int      ro  30000
server.max.startup.time.ms                                  long     ro* 9223372036854775807      0..
share.coordinator.append.linger.ms                          int      ro  -1                       -1..
share.coordinator.cached.buffer.max.bytes                   int      rw  1048588                  524288..
share.coordinator.cold.partition.snapshot.interval.ms       int      ro* 300000                   1..
share.coordinator.load.buffer.size                          int      ro  5242880                  1..
share.coordinator.snapshot.update.records.per.snapshot      int      ro  500                      0..500
share.coordinator.state.topic.compression.codec             int      ro  0
share.coordinator.state.topic.min.isr                       short    ro  2                        1..
share.coordinator.state.topic.num.partitions                int      ro  50                       1..
share.coordinator.state.topic.prune.interval.ms             int      ro* 300000                   1..
share.coordinator.state.topic.replication.factor            short    ro  3                        1..
share.coordinator.state.topic.segment.bytes                 int      ro  104857600                1..
share.coordinator.threads                                   int      ro  1                        1..
share.coordinator.write.timeout.ms                          int      ro  5000                     1..
share.fetch.purgatory.purge.interval.requests               int      ro  1000
socket.connection.setup.timeout.max.ms                      long     ro  30000
socket.connection.setup.timeout.ms                          long     ro  10000
socket.listen.backlog.size                                  int      ro  50                       1..
socket.receive.buffer.bytes                                 int      ro  102400
socket.request.max.bytes                                    int      ro  104857600                1..
socket.send.buffer.bytes                                    int      ro  102400
telemetry.max.bytes                                         int      ro  1048576                  1..
transaction.abort.timed.out.transaction.cleanup.interval.ms int      ro  10000                    1..
transaction.max.timeout.ms                                  int      ro  900000                   1..
transaction.partition.verification.enable                   boolean  rw  true
transaction.remove.expired.transaction.cleanup.interval.ms  int      ro  3600000                  1..
transaction.state.log.load.buffer.size                      int      ro  5242880                  1..
transaction.state.log.min.isr                               int      ro  2                        1..
transaction.state.log.num.partitions                        int      ro  50                       1..
transaction.state.log.replication.factor                    short    ro  3                        1..
transaction.state.log.segment.bytes                         int      ro  104857600                1..
transaction.two.phase.commit.enable                         boolean  ro  false
transactional.id.expiration.ms                              int      ro  604800000                1..
unclean.leader.election.enable                              boolean  rw  false
unclean.leader.election.interval.ms                         long     ro* 300000                   1..
unstable.api.versions.enable                                boolean  ro* false
unstable.feature.versions.enable                            boolean  ro* false
`
