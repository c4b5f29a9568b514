// Collects the files of the provider registry for the page: registry.json has every provider without
// its samples, and samples.json, which the page loads on demand, has the samples by provider.
// usage: node deploy/collect-providers.js FOLDER
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const REGISTRY = "webhook_logger/providers/registry";
const [, , target] = process.argv;

const files = readdirSync(REGISTRY)
  .filter((name) => name.endsWith(".json"))
  .sort();
const providers = files.map((name) => JSON.parse(readFileSync(join(REGISTRY, name), "utf8")));

mkdirSync(target, { recursive: true });
write(
  "registry.json",
  providers.map(({ samples, ...provider }) => provider),
);
write("samples.json", Object.fromEntries(providers.map(({ id, samples }) => [id, samples])));

/**
 * @param {string} name
 * @param {unknown} value
 */
function write(name, value) {
  writeFileSync(join(target, name), JSON.stringify(value));
}
