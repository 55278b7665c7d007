"""An adapter for a client as users write it with `requests`: a session that tries again.

Reads one line of JSON and prints one: python3 with_requests.py
"""

import json
import sys

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry


def session():
    # The usual recipe for a script that runs unattended.
    retry = Retry(total=3, backoff_factor=0.1, status_forcelist=[429, 500, 502, 503, 504])
    made = requests.Session()
    made.mount("http://", HTTPAdapter(max_retries=retry))
    return made


def call(http, scenario):
    query = {
        "id": scenario["publisher_id"],
        "api_key": scenario["api_key"],
        **scenario["arguments"],
    }
    answer = http.get(f"{scenario['base_url']}/api/{scenario['call']}", params=query, timeout=20)
    answer.raise_for_status()
    return len(answer.json()[scenario["call"]])


def main():
    for line in sys.stdin:
        scenario = json.loads(line)
        http = session()
        try:
            print(json.dumps({"rows": sum(call(http, scenario) for _ in range(scenario["times"]))}))
        except requests.RequestException as error:
            print(json.dumps({"error": type(error).__name__}))


main()
