// Reads reports of the conformance suite: TAP with tap-parser, HTML with html-validate, JSON and
// NDJSON with ajv and their schema.
//
// Usage: read_reports.cjs SCHEMA FOLDER

const fs = require("node:fs");
const path = require("node:path");
const Ajv = require("ajv/dist/2020").default;
const { HtmlValidate } = require("html-validate");
const { Parser } = require("tap-parser");

const [schemaFile, folder] = process.argv.slice(2);
const problems = [];

function files(extension) {
  const names = fs.readdirSync(folder).filter((name) => name.endsWith(extension));
  if (names.length === 0) {
    problems.push(`there are no reports *${extension}`);
  }
  return names.map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")]);
}

// The results that a report holds, as its JSON form has them.
const whole = new Map(files(".json").map(([name, text]) => [name.slice(0, -5), JSON.parse(text)]));

const ajv = new Ajv({ strict: true, validateFormats: false });
const schema = JSON.parse(fs.readFileSync(schemaFile, "utf8"));
ajv.addSchema(schema, "report");
const isReport = ajv.getSchema("report");
const isLine = ajv.getSchema("report#/$defs/line");
let lines = 0;
for (const [name, report] of whole) {
  if (!isReport(report)) {
    problems.push(`${name}.json: ${ajv.errorsText(isReport.errors)}`);
  }
}
for (const [name, text] of files(".ndjson")) {
  for (const line of text.trimEnd().split("\n")) {
    lines += 1;
    if (!isLine(JSON.parse(line))) {
      problems.push(`${name}: ${ajv.errorsText(isLine.errors)}`);
    }
  }
}

let points = 0;
for (const [name, text] of files(".tap")) {
  const expected = whole.get(name.slice(0, -4)).results;
  const count = (...verdicts) =>
    expected.filter((result) => verdicts.includes(result.verdict.name)).length;
  const parser = new Parser({ strict: true });
  parser.on("complete", (found) => {
    points += found.count;
    const failed = count("failed", "broken");
    const skipped = count("skipped", "unsupported");
    if (found.failures.some((failure) => failure.tapError) || found.count !== expected.length) {
      problems.push(`${name}: ${JSON.stringify(found.failures).slice(0, 500)}`);
    } else if (found.fail - found.todo !== failed && found.fail !== failed) {
      problems.push(`${name}: ${found.fail} failed, not ${failed}`);
    } else if (found.skip !== skipped) {
      problems.push(`${name}: ${found.skip} skipped, not ${skipped}`);
    }
  });
  parser.end(text);
}

const validator = new HtmlValidate({ extends: ["html-validate:standard"] });
const pages = files(".html");
Promise.all(pages.map(([, text]) => validator.validateString(text))).then((all) => {
  all.forEach((found, at) => {
    for (const message of found.results.flatMap((result) => result.messages)) {
      const place = `${pages[at][0]}:${message.line}:${message.column}`;
      problems.push(`${place}: ${message.message} (${message.ruleId})`);
    }
  });
  if (problems.length > 0) {
    console.error(problems.slice(0, 40).join("\n"));
    process.exit(1);
  }
  console.log(`TAP: ${points} points are read as they were written`);
  console.log(`HTML: ${pages.length} pages are valid`);
  console.log(`JSON: ${whole.size} reports and ${lines} lines match their schema`);
});
