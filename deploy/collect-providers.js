// Collects the files of the provider registry as modules for the page: registry.js has every provider
// without its samples; samples.js, which the page loads on demand, has the samples by provider.
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
  "registry.js",
  providers.map(({ samples, ...provider }) => provider),
);
write(
  "samples.js",
  Object.fromEntries(
    providers.map(({ id, samples }) => [
      id,
      samples.map((/** @type {{source: string}} */ { source, ...sample }) => sample),
    ]),
  ),
);

/**
 * Write a module with a value. Browsers parse JSON faster than JavaScript.
 * @param {string} name
 * @param {unknown} value
 */
function write(name, value) {
  const text = JSON.stringify(value).replace(/[\\']/g, "\\$&");
  writeFileSync(join(target, name), `export default JSON.parse('${text}');\n`);
}
