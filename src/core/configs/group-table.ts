/** Every config of a group (GroupConfig of 4.3.1) and of a client metrics subscription; see table.ts. @module */
export const groupTable = `
consumer.assignment.interval.ms    int     rw 1000             0..    group.consumer.assignment.interval.ms
consumer.heartbeat.interval.ms     int     rw 5000             1..    group.consumer.heartbeat.interval.ms
consumer.session.timeout.ms        int     rw 45000            1..    group.consumer.session.timeout.ms
share.assignment.interval.ms       int     rw 1000             0..    group.share.assignment.interval.ms
share.auto.offset.reset            string  rw latest
share.delivery.count.limit         int     rw 5                2..    group.share.delivery.count.limit
share.heartbeat.interval.ms        int     rw 5000             1..    group.share.heartbeat.interval.ms
share.isolation.level              string  rw read_uncommitted read_committed|read_uncommitted
share.partition.max.record.locks   int     rw 2000             100..  group.share.partition.max.record.locks
share.record.lock.duration.ms      int     rw 30000            1000.. group.share.record.lock.duration.ms
share.renew.acknowledge.enable     boolean rw true
share.session.timeout.ms           int     rw 45000            1..    group.share.session.timeout.ms
streams.assignment.interval.ms     int     rw 1000             0..    group.streams.assignment.interval.ms
streams.heartbeat.interval.ms      int     rw 5000             1..    group.streams.heartbeat.interval.ms
streams.initial.rebalance.delay.ms int     rw 3000             0..    group.streams.initial.rebalance.delay.ms
streams.num.standby.replicas       int     rw 0                0..    group.streams.num.standby.replicas
streams.session.timeout.ms         int     rw 45000            1..    group.streams.session.timeout.ms
`

export const clientMetricsTable = `
interval.ms int  rw 300000
match       list rw ''
metrics     list rw ''
`
