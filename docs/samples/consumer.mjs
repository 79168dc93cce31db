// One department's current view, from snapshot and changes: node consumer.mjs CHANNEL, with KAFKA_BOOTSTRAP and
// SCHEMA_REGISTRY_URL set. It stops when nothing comes for some seconds; a real one goes on. Needs kafkajs and avsc.
import { readFileSync } from "node:fs";
import avro from "avsc";
import { Kafka, logLevel } from "kafkajs";

const [IDLE_MS, HOUR_MS] = [4000, 3_600_000]; // changes are read from an hour before the snapshot: no transaction is open for so long
const channel = process.argv[2];
const changes = ["sanctions", "rewards"].map((family) => `${process.env.CHENGXIN_PREFIX ?? ""}${family}.${channel}`);
const lines = readFileSync(process.env.CHENGXIN_KAFKA_LOGIN ?? "/dev/null", "utf8").split("\n"); // your login file
const said = Object.fromEntries(lines.map((line) => line.split(/=(.*)/, 2)));
const sasl = Object.fromEntries(["mechanism", "username", "password"].map((name) => [name, said[`sasl.${name}`]]));
const login = sasl.username && { sasl, ssl: { ca: readFileSync(said["ssl.ca.location"]) } };
const kafka = new Kafka({ brokers: process.env.KAFKA_BOOTSTRAP.split(","), logLevel: logLevel.ERROR, ...login });
const admin = kafka.admin();
const [types, view] = [new Map(), new Map()]; // view: obligation -> [version, state]

async function read(data) {
  const id = data.readUInt32BE(1); // byte 0, then the id
  if (!types.has(id)) {
    const told = await fetch(`${process.env.SCHEMA_REGISTRY_URL}/schemas/ids/${id}/schema`);
    types.set(id, avro.Type.forSchema(await told.json()));
  }
  return types.get(id).fromBuffer(data.subarray(5));
}

async function each(topics, since, take) {
  const consumer = kafka.consumer({ groupId: `${channel}.sample.${since}`, readUncommitted: false });
  const starts = [];
  for (const topic of topics)
    for (const place of await admin.fetchTopicOffsetsByTimestamp(topic, since)) starts.push({ topic, ...place });
  let last = Infinity; // nothing is idle before the group has given out its partitions
  consumer.on(consumer.events.GROUP_JOIN, () => (last = Date.now()));
  const eachMessage = async ({ message }) => {
    last = Date.now();
    take(message.key.toString(), message.value && (await read(message.value)));
  };
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({ autoCommit: false, eachMessage });
  for (const { topic, partition, offset } of starts) consumer.seek({ topic, partition, offset });
  while (Date.now() - last < IDLE_MS) await new Promise((resolve) => setTimeout(resolve, 200));
  await consumer.disconnect();
}

await admin.connect();
const began = Date.now();
await each(changes.map((topic) => `${topic}.current`), 0, (name, now) => {
  view.set(name, now === null ? [0, "erased"] : [now.version, now.state]);
});
await each(changes, began - HOUR_MS, (name, change) => {
  const [version, state] = view.get(name) ?? [null, null];
  if (state === "erased" || change.version <= (version ?? 0)) return; // the snapshot has it already
  if (change.previous_version !== version) console.error(`gap: ${name} ${version} -> ${change.version}`); // read it again
  view.set(name, [change.version, change.state]);
});
await admin.disconnect();
for (const [name, [version, state]] of [...view].sort())
  if (version > 0) console.log(`["${name}", ${version}, "${state}"]`);
