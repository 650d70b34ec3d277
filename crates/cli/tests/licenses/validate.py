"""Validates documents against the schemas that lib4sbom has: `validate.py FORMAT FILE`."""
import json
import pathlib
import sys

import lib4sbom
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

SCHEMAS = pathlib.Path(lib4sbom.__file__).parent / "schemas"
path = {"spdx": "spdx/2.3-schema.json", "cyclonedx": "cyclonedx/bom-1.6.schema.json"}[sys.argv[1]]
schema = json.loads((SCHEMAS / path).read_text())
# By the names that schemas call each other by.
others = {
    "http://cyclonedx.org/schema/" + other.name: Resource.from_contents(
        json.loads(other.read_text()), default_specification=DRAFT7
    )
    for other in (SCHEMAS / "cyclonedx").glob("*.schema.json")
}
registry = Registry().with_resources(others.items())
validator = Draft7Validator(schema, registry=registry)
errors = list(validator.iter_errors(json.loads(pathlib.Path(sys.argv[2]).read_text())))
for error in errors[:5]:
    print("/".join(map(str, error.absolute_path)), error.message[:300])
sys.exit(bool(errors))
