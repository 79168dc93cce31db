"""``chengxin exporter``: gauges of what no single process knows, asked of Kafka, ClickHouse and the disks."""
