// node asyncapi.mjs DOCUMENT: what the AsyncAPI project's own parser says of it, one JSON line.
import { readFileSync } from "node:fs";
import asyncapi from "@asyncapi/parser";
import { AvroSchemaParser } from "@asyncapi/avro-schema-parser";

const parser = new asyncapi.Parser();
parser.registerSchemaParser(AvroSchemaParser());
const { document, diagnostics } = await parser.parse(readFileSync(process.argv[2], "utf8"));
const faults = diagnostics.filter((one) => one.severity < 2).map((one) => `${one.path.join("/")}: ${one.message}`);
console.log(JSON.stringify({
  faults,
  channels: document?.channels().all().map((one) => one.address()) ?? [],
  operations: document?.operations().all().map((one) => one.action()) ?? [],
}));
