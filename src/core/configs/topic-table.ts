/** Every config of a topic (LogConfig of 4.3.1), with the broker's config that it falls back on; see table.ts. @module */
export const topicTable = `
cleanup.policy                          list    rw  delete              compact|delete log.cleanup.policy
compression.gzip.level                  int     rw  -1                  -1|1..9     compression.gzip.level
compression.lz4.level                   int     rw  9                   1..17       compression.lz4.level
compression.type                        string  rw  producer uncompressed|zstd|lz4|snappy|gzip|producer compression.type
compression.zstd.level                  int     rw  3                   -131072..22 compression.zstd.level
delete.retention.ms                     long    rw  86400000            0..         log.cleaner.delete.retention.ms
file.delete.delay.ms                    long    rw  60000               0..         log.segment.delete.delay.ms
flush.messages                          long    rw  9223372036854775807 1..         log.flush.interval.messages
flush.ms                                long    rw  9223372036854775807 0..         log.flush.interval.ms
follower.replication.throttled.replicas list    rw  ''                  replicas
index.interval.bytes                    int     rw  4096                0..         log.index.interval.bytes
internal.segment.bytes                  int     rw* null
leader.replication.throttled.replicas   list    rw  ''                  replicas
local.retention.bytes                   long    rw  -2                  -2..        log.local.retention.bytes
local.retention.ms                      long    rw  -2                  -2..        log.local.retention.ms
max.compaction.lag.ms                   long    rw  9223372036854775807 1..         log.cleaner.max.compaction.lag.ms
max.message.bytes                       int     rw  1048588             0..         message.max.bytes
message.timestamp.after.max.ms          long    rw  3600000             0..         log.message.timestamp.after.max.ms
message.timestamp.before.max.ms         long    rw  9223372036854775807 0..         log.message.timestamp.before.max.ms
message.timestamp.type                  string  rw  CreateTime CreateTime|LogAppendTime log.message.timestamp.type
min.cleanable.dirty.ratio               double  rw  0.5                 0..1        log.cleaner.min.cleanable.ratio
min.compaction.lag.ms                   long    rw  0                   0..         log.cleaner.min.compaction.lag.ms
min.insync.replicas                     int     rw  1                   1..         min.insync.replicas
preallocate                             boolean rw  false               *           log.preallocate
remote.log.copy.disable                 boolean rw  false
remote.log.delete.on.disable            boolean rw  false
remote.storage.enable                   boolean rw  false
retention.bytes                         long    rw  -1                  *           log.retention.bytes
retention.ms                            long    rw  604800000           -1..        log.retention.ms
segment.bytes                           int     rw  1073741824          1048576..   log.segment.bytes
segment.index.bytes                     int     rw  10485760            4..         log.index.size.max.bytes
segment.jitter.ms                       long    rw  0                   0..         log.roll.jitter.ms
segment.ms                              long    rw  604800000           1..         log.roll.ms
unclean.leader.election.enable          boolean rw  false               *           unclean.leader.election.enable
`
