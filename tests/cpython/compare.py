"""Comparing what became of test ids in two modes."""

import dataclasses
import fnmatch
import pathlib
import re
import tomllib

FAILING = ("failed", "error", "crashed", "timeout")
ABSENT = "absent"
# What a process that ends before its first test is the outcome of.
NO_TEST = " (no test)"


@dataclasses.dataclass
class Difference:
    """A test id that did not come out as in the installed Python."""

    id: str
    plain: str
    other: str
    detail: str
    reason: str | None = None


@dataclasses.dataclass
class Comparison:
    """What the runs of one test file have shown."""

    test: str
    equal: int = 0
    failing_in_both: int = 0
    skipped_in_both: int = 0
    differences: list[Difference] = dataclasses.field(default_factory=list)
    unstable: list[str] = dataclasses.field(default_factory=list)
    elsewhere: list[str] = dataclasses.field(default_factory=list)

    @property
    def ids(self):
        return self.equal + len(self.differences) + len(self.unstable)


def outcomes(result):
    """Outcome and failed subtests by id, without what is new in every process."""
    plain = {}
    for name, line in result.outcomes.items():
        subtests = tuple(normal(subtest) for subtest in line["subtests"])
        plain[normal(name)] = (line["outcome"], subtests, line["detail"])
    return plain


def normal(text):
    return re.sub(r"0x[0-9a-f]+|/tmp/cpython-\w+|test_python_\w+", "*", text)


def differing(one, two):
    """Ids whose outcomes are not the same."""
    absent = (ABSENT, (), "")
    return [name for name in sorted({*one, *two}) if one.get(name, absent)[:2] != two.get(name, absent)[:2]]


def compare(test, plain, other):
    """Compares runs of a file: lists of one result, or of two if the first ones differed."""
    plain, elsewhere, other = [outcomes(r) for r in plain], other[0].elsewhere, [outcomes(r) for r in other]
    comparison = Comparison(test, elsewhere=elsewhere)
    different = differing(plain[0], other[0])
    changing = {name for runs in (plain, other) for name in differing(runs[0], runs[-1])}
    for name in sorted({*plain[0], *other[0]}):
        if name not in different and not name.endswith(NO_TEST):
            comparison.equal += 1
            comparison.failing_in_both += plain[0][name][0] in FAILING
            comparison.skipped_in_both += plain[0][name][0] == "skipped"
        elif name in changing:
            comparison.unstable.append(name)
        else:
            absent = (ABSENT, (), "")
            one, two = plain[0].get(name, absent), other[0].get(name, absent)
            comparison.differences.append(Difference(name, one[0], two[0], two[2] or one[2]))
    return comparison


@dataclasses.dataclass
class Reason:
    """Why ids may differ."""

    text: str
    ids: list[str]
    pythons: list[str]
    modes: list[str]

    def covers(self, difference, version, mode):
        minor = version.rpartition(".")[0]
        if self.pythons and minor not in self.pythons or self.modes and mode not in self.modes:
            return False
        return any(fnmatch.fnmatchcase(difference.id, pattern) for pattern in self.ids)


class Expected:
    """The list of differences with their reasons, `expected.toml`."""

    def __init__(self, path=pathlib.Path(__file__).with_name("expected.toml")):
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["difference"]
        self.reasons = [Reason(r["reason"], r["ids"], r.get("pythons", []), r.get("modes", [])) for r in rows]

    def explain(self, comparison, version, mode):
        """Puts a reason beside every difference that has one. Nothing is a reason to crash."""
        for difference in comparison.differences:
            if difference.other != "crashed":
                found = (reason.text for reason in self.reasons if reason.covers(difference, version, mode))
                difference.reason = next(found, None)
