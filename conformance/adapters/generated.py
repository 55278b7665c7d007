"""An adapter for the client that openapi-python-client generates from openapi.json.

Reads one line of JSON and prints one: python3 generated.py, with the package generated_client on
PYTHONPATH. `cargo xtask independent` generates it.
"""

import datetime
import inspect
import json
import sys

from generated_client import Client
from generated_client.api.default import conversions, offers, reversals
from generated_client.models import OffersDeviceItem, OffersFieldsItem, OffersTypeItem

CALLS = {"offers": offers, "conversions": conversions, "reversals": reversals}
LISTS = {"type_": OffersTypeItem, "device": OffersDeviceItem, "fields": OffersFieldsItem}


def typed(function, arguments):
    """The arguments in the types of the generated function: dates and enumerations."""
    parameters = inspect.signature(function).parameters
    made = {}
    for name, value in arguments.items():
        name = "type_" if name == "type" else name
        if name not in parameters:
            raise TypeError(f"the generated client has no parameter {name}")
        if name in LISTS:
            value = [item for item in LISTS[name] if item.value.lower() in value]
        if name.endswith("_date") or name == "updated_since":
            value = datetime.date.fromisoformat(value)
        made[name] = value
    return made


def call(scenario):
    function = CALLS[scenario["call"]].sync
    client = Client(base_url=scenario["base_url"], raise_on_unexpected_status=True)
    if scenario["call"] != "offers":
        # The generator leaves out keys that travel in the query.
        client.get_httpx_client().params = {"api_key": scenario["api_key"]}
    arguments = typed(function, scenario["arguments"])
    answer = function(client=client, id=scenario["publisher_id"], **arguments)
    rows = answer if isinstance(answer, list) else getattr(answer, scenario["call"])
    return len(rows)


def main():
    for line in sys.stdin:
        scenario = json.loads(line)
        try:
            print(json.dumps({"rows": sum(call(scenario) for _ in range(scenario["times"]))}))
        except Exception as error:  # Whatever the client raises is its answer.
            print(json.dumps({"error": f"{type(error).__name__}: {error}"[:200]}))


main()
