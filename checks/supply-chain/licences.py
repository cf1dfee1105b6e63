"""Which licences may be in the program, and how an SPDX expression is read (SPDX 2.3, annex D)."""

import re

# Permissive, and compatible with the EUPL-1.2 of Einlass. Anything else is a decision that a person makes here.
ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "EUPL-1.2",
    "ISC",
    "MIT",
    "MIT-0",
    "PostgreSQL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
}

TOKEN = re.compile(r"\(|\)|\bAND\b|\bOR\b|\bWITH\b|[A-Za-z0-9.+-]+")


def allowed(expression):
    """Whether one may choose licences of the list from `expression`: OR is our choice, AND is not."""
    if not expression:
        return False
    # Before SPDX expressions crates wrote `MIT/Apache-2.0`.
    tokens = TOKEN.findall(expression.replace("/", " OR "))
    tokens.append(None)
    position = 0

    def take():
        nonlocal position
        position += 1
        return tokens[position - 1]

    def one():
        token = take()
        if token == "(":
            inside = either()
            take()
            return inside
        if tokens[position] == "WITH":
            take()
            token = f"{token} WITH {take()}"
        return token in ALLOWED

    def all_of():
        verdict = one()
        while tokens[position] == "AND":
            take()
            verdict = one() and verdict
        return verdict

    def either():
        verdict = all_of()
        while tokens[position] == "OR":
            take()
            verdict = all_of() or verdict
        return verdict

    try:
        verdict = either()
    except IndexError:
        return False
    return verdict and tokens[position] is None
