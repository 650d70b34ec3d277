# /// script
# dependencies = ["jsonschema[format]"]
# ///
"""Validates by several drafts, whose meta-schemas are data files; formats, references, best matches, lazy errors."""

import jsonschema
import jsonschema.exceptions
import referencing
import referencing.jsonschema

schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {"n": {"type": "integer", "minimum": 0}, "s": {"$ref": "urn:short"}, "mail": {"type": "string", "format": "email"}},
    "required": ["n"],
    "unevaluatedProperties": False,
}
registry = referencing.Registry().with_resource("urn:short", referencing.Resource({"maxLength": 2}, referencing.jsonschema.DRAFT202012))
validator = jsonschema.Draft202012Validator(schema, registry=registry, format_checker=jsonschema.FormatChecker())
print(validator.is_valid({"n": 1, "s": "ab"}))
for error in sorted(validator.iter_errors({"n": -1, "s": "abc", "mail": "no", "more": 1}), key=str):
    print(error.json_path, error.validator, error.message)
print(jsonschema.exceptions.best_match(validator.iter_errors({})).message)
for draft in (jsonschema.Draft3Validator, jsonschema.Draft4Validator, jsonschema.Draft6Validator, jsonschema.Draft7Validator, jsonschema.Draft201909Validator):
    try:
        draft.check_schema({"type": "nothing"})
    except jsonschema.SchemaError as error:
        print(draft.__name__, error.validator)
    print(draft.META_SCHEMA.get("$schema"), draft({"enum": [1]}).is_valid(2))
print(jsonschema.validators.validator_for(schema).__name__)
checker = jsonschema.FormatChecker()
print([name for name in ("color", "uri", "idn-hostname", "json-pointer", "uri-template", "duration") if name in checker.checkers])
