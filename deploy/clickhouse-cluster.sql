-- What `chengguan prepare` runs on a ClickHouse cluster called `county` (CHENGGUAN_HISTORY_CLUSTER=county).
-- The engine has parsed it (tests/engines/test_history.py); a real cluster was not run.
CREATE TABLE IF NOT EXISTS readings_local ON CLUSTER county (
    device UInt32 CODEC(Delta, ZSTD(1)),
    metric UInt16 CODEC(ZSTD(1)),
    t DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    value Float64 CODEC(ZSTD(1)),
    quality UInt8 DEFAULT 0 CODEC(ZSTD(1))
) ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/readings_local', '{replica}') PARTITION BY toYYYYMM(t) ORDER BY (device, metric, t)
SETTINGS replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS readings ON CLUSTER county AS readings_local ENGINE = Distributed(county, currentDatabase(), readings_local, device);

