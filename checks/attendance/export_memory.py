"""VmHWM of the service before and after each export, each in a service of its own. 10,000 people are registered by its API."""

import pathlib
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from service import Service

FORMATS = sys.argv[1:] or ["csv", "xlsx", "pdf"]
work = pathlib.Path(tempfile.mkdtemp())
work.chmod(0o711)
service = Service(work)
seminars = {}
try:
    for lines in (100, 3_000, 10_000):
        seminar = seminars[lines] = service.seminar(lines)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: service.register(seminar, n, "Jörg", f"Müller {n}", "Printenfabrik", None), range(lines)))
finally:
    service.end()
for format in FORMATS:
    for lines, seminar in seminars.items():
        service = Service(work)
        try:
            before, begun = service.peak(), time.monotonic()
            # Paper is bounded: 3,000 lines.
            if format == "pdf" and lines > 3_000:
                continue
            size = len(service.bytes("GET", f"/seminars/{seminar}/attendees?format={format}&who=registered")[0])
            took, after = time.monotonic() - begun, service.peak()
        finally:
            service.end()
        print(f"{format:5} {lines:6} lines {size:9} bytes {took:6.1f} s  {before / 1024:6.1f} → {after / 1024:6.1f} MiB  (+{(after - before) / 1024:.1f})", flush=True)
shutil.rmtree(work)
