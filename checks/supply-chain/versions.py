"""Cargo's versions and the ranges of advisories (semver.org 2.0.0; the requirements of the Cargo book)."""

import re

OPERATOR = re.compile(r"^(\^|~|>=|<=|>|<|=)?\s*(.+)$")


def parse(text):
    """`1.2.3-rc.1+build` as something that compares as semver wants it."""
    core, _, pre = text.partition("+")[0].partition("-")
    numbers = [int(part) for part in core.split(".")]
    numbers += [0] * (3 - len(numbers))
    if not pre:
        return (*numbers, 1, ())
    # Numbers come before words, and a pre-release before its release.
    parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in pre.split("."))
    return (*numbers, 0, parts)


def _after(text, caret):
    """The first version that `^text` or `~text` excludes."""
    given = text.partition("-")[0].split(".")
    major, minor, patch, *_ = parse(text)
    if not caret:
        return (major, minor + 1, 0) if len(given) > 1 else (major + 1, 0, 0)
    if major or len(given) == 1:
        return (major + 1, 0, 0)
    if minor or len(given) == 2:
        return (0, minor + 1, 0)
    return (0, 0, patch + 1)


def _holds(version, comparator):
    operator, text = OPERATOR.match(comparator.strip()).groups()
    bound = parse(text)
    match operator or "^":
        case ">=":
            return version >= bound
        case "<=":
            return version <= bound
        case ">":
            return version > bound
        case "<":
            return version < bound
        case "=":
            return version == bound
        case operator:
            return version >= bound and version < (*_after(text, operator == "^"), 0, ())


def within(version, requirement):
    """Whether `version` (parsed) satisfies `>= 1.2, < 2`."""
    return all(_holds(version, one) for one in requirement.split(","))


def vulnerable(version, advisory):
    """An advisory concerns every version that is neither patched nor unaffected."""
    parsed = parse(version)
    return not any(within(parsed, one) for one in advisory["patched"] + advisory["unaffected"])
