"""Groups the failures in an event report of schemathesis by the message of the answer.

Usage: schemathesis_groups.py EVENTS.ndjson
"""

import base64
import json
import re
import sys
from urllib.parse import parse_qs


def message_of(answer):
    """The answer's message, with "…" for what it quotes and N for its numbers."""
    if not answer or not answer.get("content"):
        return "no answer"
    body = base64.b64decode(answer["content"]["$base64"]).decode("utf-8", "replace")
    try:
        message = json.loads(body)["message"]
    except (ValueError, KeyError, TypeError):
        message = body[:200]
    return re.sub(r"\d+", "N", re.sub(r'".*"', '"…"', message, flags=re.DOTALL))


def invalid_message(failure, query):
    """The message for an invalid call that was answered."""
    # Without parameters that are empty, or lists of nothing.
    values = {name for name, texts in parse_qs(query).items() if any(text.strip(",") for text in texts)}
    names = re.search(r"parameters? (`[^\n]*) in query", failure)
    if names and not any(name in values for name in re.findall(r"`([^`]+)`", names[1])):
        return "each invalid value is empty on the wire"
    return failure[:300]


def main(path):
    calls, errors, groups = {}, [], {}
    stopped = None
    with open(path, encoding="utf-8") as events:
        for line in events:
            (name, event), = json.loads(line).items()
            if name == "EngineFinished":
                stopped = event["stop_reason"]
            elif "Error" in name:
                errors.append(f"{name}: {json.dumps(event)[:500]}")
            elif name == "ScenarioFinished":
                collect(event["recorder"], calls, groups)
    if stopped != "completed":
        errors.append(f"schemathesis did not complete its run: {stopped}")
    print(json.dumps({"calls": calls, "errors": errors, "failures": list(groups.values())}))


def collect(recorder, calls, groups):
    for case, checks in recorder.get("checks", {}).items():
        call = recorder["cases"][case]["value"]
        operation = f"{call['method']} {call['path']}"
        calls[operation] = calls.get(operation, 0) + 1
        interaction = recorder["interactions"][case]
        query = interaction["request"]["uri"].partition("?")[2]
        answer = interaction["response"]
        for check in checks:
            if check["status"] == "success":
                continue
            status = answer and answer["status_code"]
            message = message_of(answer)
            if status == 200:
                message = invalid_message(check["failure_info"]["failure"]["message"], query)
            key = (check["name"], operation, status, message)
            group = groups.setdefault(key, {
                "check": check["name"], "operation": operation, "status": status,
                "message": message, "count": 0, "example": query,
            })
            group["count"] += 1
            group["example"] = min(group["example"], query, key=len)


main(sys.argv[1])
