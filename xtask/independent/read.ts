// Reads answers of the sandbox with the types that openapi-typescript wrote, and compares what it
// read with the JSON of the same answers.
//
// Usage: node read.js BASE_URL
//
// The types exist only at compile time. Each reader below therefore lists all types that a field
// has in the document: the compiler refuses a list that is too short, and the program stops at a
// value that has none of them.

import createClient from 'openapi-fetch';
import type { components, paths } from './generated.d.ts';

type Offer = components['schemas']['Offer'];
type Raw = Record<string, unknown>;

const baseUrl = process.argv[2] ?? '';
const client = createClient<paths, 'application/json'>({ baseUrl });
const id = 3360001;
const api_key = 'sandbox-api-key';
const problems: string[] = [];

function outside(value: never): never {
  throw new Error(`${JSON.stringify(value)} has none of the documented types`);
}

function text(value: string | number): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : outside(value);
}

function amount(value: Offer['amount']): string | undefined {
  return value === undefined || value === null ? undefined : text(value);
}

// The cap, or undefined for none. It is never 0 for "no cap".
function cap(value: Offer['daily_cap']): string | undefined {
  if (value === undefined || value === null || value === false) return undefined;
  return text(value);
}

function payouts(value: Offer['payouts_per_country']): Record<string, string | undefined> {
  if (value === undefined || value === null) return {};
  if (Array.isArray(value)) {
    return Object.fromEntries(
      value.map((row) => ['country' in row ? row.country : row.country_iso, amount(row.amount)]),
    );
  }
  return Object.fromEntries(Object.entries(value).map(([code, paid]) => [code, amount(paid)]));
}

// The same by hand, from JSON without types.
function rawText(value: unknown): string | undefined {
  return value === undefined || value === null || value === false ? undefined : String(value);
}

function rawPayouts(value: unknown): Record<string, string | undefined> {
  const rows: [string, unknown][] = Array.isArray(value)
    ? value.map((row) => [row.country ?? row.country_iso, row.amount])
    : Object.entries(value ?? {});
  return Object.fromEntries(rows.map(([code, paid]) => [code, rawText(paid)]));
}

function compare(what: string, read: unknown, raw: unknown): void {
  const [ours, theirs] = [JSON.stringify(read), JSON.stringify(raw)];
  if (ours !== theirs) problems.push(`${what}: ${theirs} was read as ${ours}`);
}

async function rawRows(name: string, query: string): Promise<Raw[]> {
  const answer = await fetch(`${baseUrl}/api/${name}?id=${id}&${query}`);
  const rows: Raw[] = (await answer.json())[name];
  if (rows.length === 0) throw new Error(`there are no ${name} to compare`);
  return rows;
}

const offers = await client.GET('/api/offers', {
  params: { query: { id, limit: 300, offerwall_offers: true } },
});
const rawOffers = await rawRows('offers', 'limit=300&offerwall_offers=true');
const readOffers = offers.data?.offers ?? [];
compare('number of offers', readOffers.length, 300);
compare('number of offers', rawOffers.length, 300);
readOffers.forEach((offer, at) => {
  const raw = rawOffers[at] ?? {};
  compare(`offers[${at}].id`, offer.id === undefined ? undefined : text(offer.id), rawText(raw.id));
  compare(`offers[${at}].title`, offer.title, raw.title);
  compare(`offers[${at}].amount`, amount(offer.amount), rawText(raw.amount));
  compare(`offers[${at}].daily_cap`, cap(offer.daily_cap), rawText(raw.daily_cap));
  compare(
    `offers[${at}].payouts_per_country`,
    payouts(offer.payouts_per_country),
    rawPayouts(raw.payouts_per_country),
  );
});

// A key that travels in the query is not a parameter of the generated types.
const keyed = createClient<paths, 'application/json'>({
  baseUrl,
  querySerializer: (query) =>
    new URLSearchParams(
      Object.entries({ ...query, api_key }).map(([name, value]) => [name, String(value)]),
    ).toString(),
});

const conversions = await keyed.GET('/api/conversions', {
  params: { query: { id, subid: 'user-42' } },
});
const found = conversions.data;
const readConversions = Array.isArray(found) ? found : (found?.conversions ?? []);
const rawConversions = await rawRows('conversions', `api_key=${api_key}&subid=user-42`);
compare('number of conversions', readConversions.length, rawConversions.length);
readConversions.forEach((row, at) => {
  const raw = rawConversions[at] ?? {};
  compare(`conversions[${at}].subid`, row.subid, raw.subid);
  compare(`conversions[${at}].payout`, amount(row.payout), rawText(raw.payout));
});

const dates = { start_date: '2026-10-20', end_date: '2026-11-18' };
const reversals = await keyed.GET('/api/reversals', { params: { query: { id, ...dates } } });
const pulled = reversals.data;
const readReversals = Array.isArray(pulled) ? pulled : (pulled?.reversals ?? []);
const rawReversals = await rawRows(
  'reversals',
  `api_key=${api_key}&start_date=${dates.start_date}&end_date=${dates.end_date}`,
);
compare('number of reversals', readReversals.length, rawReversals.length);
readReversals.forEach((row, at) => {
  const raw = rawReversals[at] ?? {};
  compare(`reversals[${at}].lead_id`, row.lead_id, raw.lead_id);
  compare(`reversals[${at}].amount`, amount(row.amount), rawText(raw.amount));
});

if (problems.length > 0) {
  console.error(`${problems.length} problems:\n${problems.slice(0, 20).join('\n')}`);
  process.exit(1);
}
const uncapped = readOffers.filter((offer) => offer.daily_cap === false).length;
console.log(
  `${readOffers.length} of 300 offers, ${uncapped} of them without a cap, ` +
    `${readConversions.length} conversions, ${readReversals.length} reversals`,
);
