"""Downloads lists and certificates, and reads them with other programs."""

import csv
import pathlib
import subprocess
import sys
import uuid

import openpyxl
import pikepdf
from service import PEOPLE, Service, png

work, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])


def holds(condition: bool, what: str) -> None:
    print(("ok    " if condition else "FAULT ") + what)
    if not condition:
        faults.append(what)


faults: list[str] = []
service = Service(work)
try:
    seminar = service.seminar(200)
    people = [service.register(seminar, number, *person) for number, person in enumerate(PEOPLE)]
    for number in range(len(PEOPLE), 60):
        service.register(seminar, number, "Jörg", f"Müßig-{number:02}", "Süßwaren Öcher GmbH", None)
    logos = "/organisations/staedteregion-aachen/logos"
    service.bytes("PUT", f"{logos}/eu?description=Kofinanziert", png(300, 200), Content_Type="image/png")
    service.bytes("PUT", f"{logos}/land?description=Land", png(500, 120), Content_Type="image/png")
    for name, query in {
        "excel.csv": "format=csv", "plain.csv": "format=csv&dialect=rfc4180", "list.xlsx": "format=xlsx",
        "list.pdf": "format=pdf&blank_rows=6",
        "attestation.pdf": "format=pdf&attestation=true&columns=number,family_name,given_name,company,date,from,to,hours,signature",
    }.items():
        (out / name).write_bytes(service.bytes("GET", f"/seminars/{seminar}/attendees?{query}")[0])
    scans = [{"scan_id": str(uuid.uuid4()), "registration": one, "at": "2026-10-06T17:55:00+02:00"} for one in people]
    came = service.call("POST", f"/seminars/{seminar}/check-ins/batch", {"device": "Tür", "scans": scans})
    holds(all(one["outcome"] == "recorded" for one in came["results"]), "everybody is in")
    (out / "certificates.pdf").write_bytes(service.bytes("GET", f"/seminars/{seminar}/certificates")[0])
finally:
    service.end()

# What LibreOffice makes of the CSV, as a workbook.
subprocess.run(
    ["soffice", f"-env:UserInstallation=file://{work}/office", "--headless", "--infilter=CSV:59,34,76,1", "--convert-to", "xlsx",
     "--outdir", str(work), str(out / "excel.csv")], check=True, capture_output=True, timeout=180)
for name, path in {"CSV in LibreOffice": work / "excel.xlsx", "XLSX in openpyxl": out / "list.xlsx"}.items():
    sheet = openpyxl.load_workbook(path).worksheets[0]
    rows = list(sheet.iter_rows())
    holds(len(rows) == 61, f"{name}: {len(rows)} rows")
    holds(all(cell.data_type != "f" for row in rows for cell in row), f"{name}: no formula")
    values = [[str(cell.value or "") for cell in row] for row in rows]
    holds(values[1][1] == "Größer; von" and values[3][1] == "Öztürk-Şimşek", f"{name}: umlauts whole")
    phones = [row[5].value for row in rows[1:3]]
    holds(all(isinstance(phone, str) and phone.lstrip("'").startswith("+49") for phone in phones), f"{name}: +49 is text: {phones}")
with (out / "plain.csv").open(encoding="utf-8", newline="") as file:
    rows = list(csv.DictReader(file))
holds(len(rows) == 60 and rows[0]["phone"] == "+49 241 5198-0", "plain CSV in Python: whole and unguarded")

for name in ["list", "attestation", "certificates"]:
    with pikepdf.open(out / f"{name}.pdf") as pdf:
        root = pdf.Root
        holds(bool(root.MarkInfo.Marked) and "/StructTreeRoot" in root, f"{name}.pdf: tagged")
        holds(str(root.Lang).lower().startswith("de"), f"{name}.pdf: language {root.Lang}")
    told = subprocess.run(["pdfinfo", out / f"{name}.pdf"], check=True, capture_output=True, text=True).stdout
    title = next((line for line in told.splitlines() if line.startswith("Title:")), "")
    holds("Gründen für Größere" in title, f"{name}.pdf: {title}")
    subprocess.run(["pdftoppm", "-r", "60", "-png", out / f"{name}.pdf", out / name], check=True)
    text = subprocess.run(["pdftotext", "-layout", out / f"{name}.pdf", "-"], check=True, capture_output=True, text=True).stdout
    holds("@example.org" not in text, f"{name}.pdf: no addresses")

print(f"pictures to look at: {out}")
sys.exit(1 if faults else 0)
