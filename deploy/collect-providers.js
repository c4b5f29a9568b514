// Collects the files of the provider registry as modules for the page: registry.js has every provider
// without its samples; samples.js, which the page loads on demand, has the samples by provider.
// usage: node deploy/collect-providers.js FOLDER
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const REGISTRY = fileURLToPath(new URL("../webhook_logger/providers/registry", import.meta.url));

/**
 * Write both modules into a folder.
 * @param {string} target
 */
export function collectProviders(target) {
  const files = readdirSync(REGISTRY)
    .filter((name) => name.endsWith(".json"))
    .sort();
  const providers = files.map(read);
  mkdirSync(target, { recursive: true });
  write(
    join(target, "registry.js"),
    providers.map(({ samples, ...provider }) => provider),
  );
  const samples = providers.map(({ id, samples }) => [id, samples.map(withoutSource)]);
  write(join(target, "samples.js"), Object.fromEntries(samples));
}

/**
 * @param {string} name  of the file
 * @returns {Record<string, any>}
 */
function read(name) {
  try {
    return JSON.parse(readFileSync(join(REGISTRY, name), "utf8"));
  } catch (error) {
    throw new Error(`${name} of the registry is not JSON: ${error}`);
  }
}

/** @param {{source: string}} sample */
function withoutSource({ source, ...sample }) {
  return sample;
}

/**
 * Write a module with a value, at once, and only if it is new: several tests may do so at the same time.
 * Browsers parse JSON faster than JavaScript.
 * @param {string} file
 * @param {unknown} value
 */
function write(file, value) {
  const text = JSON.stringify(value).replace(/[\\']/g, "\\$&");
  const module = `export default JSON.parse('${text}');\n`;
  if (existsSync(file) && readFileSync(file, "utf8") === module) return;
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, module);
  renameSync(temporary, file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) collectProviders(process.argv[2]);
