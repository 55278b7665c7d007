// An adapter for a client as users write it with `fetch`: no library, no limiter.
//
// Reads one line of JSON and prints one: `node fetch.mjs`.

import { createInterface } from "node:readline";

async function call(scenario) {
  const query = new URLSearchParams({ id: scenario.publisher_id, ...scenario.arguments });
  if (scenario.call !== "offers") {
    query.set("api_key", scenario.api_key);
  }
  const answer = await fetch(`${scenario.base_url}/api/${scenario.call}?${query}`);
  if (!answer.ok) {
    throw new Error(`status ${answer.status}`);
  }
  const body = await answer.json();
  return body[scenario.call].length;
}

for await (const line of createInterface({ input: process.stdin })) {
  const scenario = JSON.parse(line);
  try {
    let rows = 0;
    for (let time = 0; time < scenario.times; time++) {
      rows += await call(scenario);
    }
    console.log(JSON.stringify({ rows }));
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }));
  }
}
