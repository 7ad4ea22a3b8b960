"""The JSON Schemas of the events, whose patterns have Unicode classes that Python's own `re` does not know."""

import json
import os

import regex
from jsonschema import Draft202012Validator, ValidationError, validators


def _pattern(_validator, pattern, instance, _schema):
    if isinstance(instance, str) and not regex.search(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


_Validator = validators.extend(Draft202012Validator, {"pattern": _pattern})

with open(os.environ["SCHEMAS"], encoding="utf-8") as file:
    _definitions = json.load(file)["$defs"]


def event_validator(name):
    return _Validator(_definitions[name])


def payload_validator(name):
    return _Validator(_definitions[name]["properties"]["payload"])
