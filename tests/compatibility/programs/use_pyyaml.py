# /// script
# dependencies = ["pyyaml"]
# ///
"""Loads and dumps with Python's and libyaml's loaders: anchors, tags, several documents, events, marks of errors."""

import datetime

import yaml

print("libyaml", yaml.__with_libyaml__, yaml._yaml.get_version_string().count("."))
text = """
base: &base {a: 1, b: [x, yes, 0o7, 1e3]}
more:
  <<: *base
  when: 2024-02-29
  text: >
    folded
    lines
  literal: |
    kept
    lines
"""
for loader in (yaml.SafeLoader, yaml.CSafeLoader):
    print(yaml.load(text, loader))
value = {"list": [1, {"a": None}], "date": datetime.date(2024, 2, 29), "ü": "€\n", "set": {"x"}}
print(yaml.dump(value, Dumper=yaml.CSafeDumper, allow_unicode=True) == yaml.dump(value, Dumper=yaml.SafeDumper, allow_unicode=True))
print(yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True).strip())
print(list(yaml.safe_load_all("a\n---\nb\n...\n")), [type(event).__name__ for event in yaml.parse("[1]", yaml.CLoader)])


class Point(yaml.YAMLObject):
    yaml_tag = "!point"
    yaml_loader = yaml.CSafeLoader

    def __init__(self, x):
        self.x = x


print(yaml.load("!point {x: 3}", yaml.CSafeLoader).x, yaml.dump(Point(4)).split())
for wrong in ("a: [1", "!!python/object/apply:os.system [x]", "a: b: c"):
    try:
        yaml.load(wrong, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        print("error", type(error).__name__, error.problem, error.problem_mark.line + 1)
