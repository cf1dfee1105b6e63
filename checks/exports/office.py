"""What LibreOffice makes of a file: its cells, and which of them it calculates."""

import pathlib
import shutil
import subprocess
import xml.etree.ElementTree as tree

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


class Office:
    def __init__(self, work: pathlib.Path) -> None:
        self.work = work / "office"
        self.work.mkdir()

    def opened(self, file: pathlib.Path, separators: str | None = None) -> tuple[list[list[str]], int]:
        """All rows of all sheets, and how many formulas are in them. As text, formulas are what they calculate to."""
        shown = self.work / "shown"
        shutil.rmtree(shown, ignore_errors=True)
        command = ["soffice", f"-env:UserInstallation=file://{self.work}/profile", "--headless", "--convert-to", "fods", "--outdir", shown]
        if separators:
            # Quote `"`, UTF-8, from line 1; cells as they come; every sign that may be a formula is one.
            parts = "/".join(str(ord(one)) for one in separators)
            command.append(f"--infilter=CSV:{parts},34,76,1,,0,false,true,false,false,false,0,true")
        subprocess.run([*command, file], check=True, capture_output=True, timeout=900)
        (written,) = shown.glob("*.fods")
        rows, formulas = [], 0
        for _, element in tree.iterparse(written):
            if element.tag != f"{TABLE}table-row":
                continue
            cells: list[str] = []
            for cell in element:
                formulas += cell.get(f"{TABLE}formula") is not None
                text = "\n".join(_said(paragraph) for paragraph in cell.findall(f"{TEXT}p"))
                # What is repeated to the end of the sheet is empty.
                times = int(cell.get(f"{TABLE}number-columns-repeated", "1"))
                cells += [text] * (times if text or times < 50 else 1)
            if any(cells):
                rows.append(cells)
            element.clear()
        return rows, formulas


def _said(element: tree.Element) -> str:
    """Blanks beyond the first, tabs and line breaks are elements."""
    said = element.text or ""
    for child in element:
        if child.tag == f"{TEXT}s":
            said += " " * int(child.get(f"{TEXT}c", "1"))
        elif child.tag == f"{TEXT}tab":
            said += "\t"
        elif child.tag == f"{TEXT}line-break":
            said += "\n"
        else:
            said += _said(child)
        said += child.tail or ""
    return said
