// Calls the sandbox and validates every answer against the schema that the document has for its
// status.
//
// Usage: node validate.cjs OPENAPI.json BASE_URL, with ajv on NODE_PATH

const fs = require('node:fs');
const Ajv = require('ajv');

const [path, baseUrl] = process.argv.slice(2);
const document = JSON.parse(fs.readFileSync(path, 'utf8'));
// OpenAPI has keywords that JSON Schema does not know. Ajv knows `nullable` of OpenAPI 3.0.
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema(document, 'openapi.json');

const offers = 'offers?id=3360001';
const conversions = 'conversions?id=3360001&api_key=sandbox-api-key';
const reversals = 'reversals?id=3360001&api_key=sandbox-api-key';

// Answers with rows: every field is seen in all the forms that the sandbox sends.
const calls = [
  `${offers}&limit=5000&type=cpa,cpi,cpe,cpr&offerwall_offers=true`,
  `${offers}&country=US&device=ios,android`,
  `${offers}&country=user&limit=1`,
  `${offers}&updated_since=2026-11-01`,
  `${offers}&country=AQ&type=cpr&device=desktop`,
  `${offers}&fields=id,title`,
  `${offers}&fields=title`,
  ...Array.from({ length: 200 }, (_, n) => `${conversions}&subid=user-${n}`),
  ...Array.from({ length: 12 }, (_, n) => month(n + 1)),
  // Refusals.
  'offers',
  'offers?id=x',
  `${offers}&limit=0`,
  `${offers}&fields=nothing`,
  `${offers}&format=JSONP`,
  'conversions?id=3360001&subid=user-42',
  'reversals?id=3360001&api_key=wrong',
  `${conversions}`,
  `${reversals}&start_date=2026-02-01&end_date=2026-01-01`,
  `${reversals}&start_date=2026-01-01&end_date=2026-12-31`,
];

function month(number) {
  const name = `2026-${String(number).padStart(2, '0')}`;
  return `${reversals}&start_date=${name}-01&end_date=${name}-28`;
}

function pointer(parts) {
  const escaped = parts.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'));
  return `openapi.json#/${escaped.map(encodeURIComponent).join('/')}`;
}

// The schema of a JSON answer with this status.
function schemaOf(path, status) {
  const responses = document.paths[path].get.responses;
  const key = [String(status), `${Math.floor(status / 100)}XX`, 'default'].find(
    (name) => responses[name],
  );
  if (!key) return undefined;
  return pointer(['paths', path, 'get', 'responses', key, 'content', 'application/json', 'schema']);
}

async function main() {
  const problems = new Map();
  let rows = 0;
  for (const call of calls) {
    const answer = await fetch(`${baseUrl}/api/${call}`);
    const path = `/api/${call.split('?')[0]}`;
    const reference = schemaOf(path, answer.status);
    const body = await answer.json();
    rows += (body.offers ?? body.conversions ?? body.reversals ?? []).length;
    if (!reference) {
      problems.set(`${path}: the document has no answer with status ${answer.status}`, call);
      continue;
    }
    const validate = ajv.getSchema(reference);
    if (validate(body)) continue;
    for (const error of validate.errors) {
      const place = error.instancePath.replace(/\/\d+/g, '/*');
      problems.set(`${path} ${answer.status} ${place}: ${error.message} (${error.schemaPath})`, call);
    }
  }
  if (problems.size > 0 || rows === 0) {
    const lines = [...problems].slice(0, 30).map(([what, call]) => `${what}\n    in ${call}`);
    console.error(`${problems.size} problems in ${rows} rows:\n${lines.join('\n')}`);
    process.exit(1);
  }
  console.log(`${calls.length} answers with ${rows} rows match the schemas`);
}

main();
