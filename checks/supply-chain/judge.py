"""See README.md. Exit code 0: nothing is wrong, and every control was."""

import argparse
import copy
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tomllib

import bill
import licences
import versions

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
REGISTRY = "registry+https://github.com/rust-lang/crates.io-index"
# A snapshot that is older says little. It is told, and fails only where somebody asks for it (--fresh).
STALE_DAYS = 120
# Advisories that do not concern us, each with the reason. One that is found no longer is a fault here.
READS_ITS_OWN = "in the typesetter only, which gives it nothing but the syntax and style files that it brings along"
UNMAINTAINED = "a dependency of the typesetter, which reads our templates and fonts; nothing is known to be wrong with it"
ACCEPTED = {
    "RUSTSEC-2026-0194": READS_ITS_OWN,
    "RUSTSEC-2026-0195": READS_ITS_OWN,
    "RUSTSEC-2024-0320": READS_ITS_OWN,
    "RUSTSEC-2025-0141": READS_ITS_OWN,
    "RUSTSEC-2024-0436": "a macro, at build time, " + UNMAINTAINED,
    "RUSTSEC-2026-0192": UNMAINTAINED,
    "RUSTSEC-2026-0206": UNMAINTAINED,
}


def locked():
    return tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]


def resolved():
    # Only what is built on Linux: of the rest cargo may never have seen a manifest.
    command = ["cargo", "metadata", "--locked", "--offline", "--format-version", "1"]
    host = next(line.split()[1] for line in subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True)
                .stdout.splitlines() if line.startswith("host:"))
    result = subprocess.run([*command, "--filter-platform", host], cwd=ROOT, check=True, capture_output=True, text=True)
    return json.loads(result.stdout)


def concerned(packages, advisories):
    by_name = {}
    for advisory in advisories:
        by_name.setdefault(advisory["package"], []).append(advisory)
    return [
        (package["name"], package["version"], advisory["id"], advisory["kind"])
        for package in packages
        for advisory in by_name.get(package["name"], [])
        if versions.vulnerable(package["version"], advisory)
    ]


def refused(metadata):
    return [(one["name"], one["version"], one["license"]) for one in metadata["packages"] if not licences.allowed(one["license"])]


def strange(packages):
    """Built from somewhere else than the registry, or without a checksum. Ours have neither."""
    return [
        (one["name"], one.get("source"))
        for one in packages
        if "source" in one and (one["source"] != REGISTRY or not one.get("checksum"))
    ]


def unlike(written, metadata):
    """Packages that the bill does not name, or names without what makes them known."""
    named = {one["purl"]: one for one in [*written["components"], written["metadata"]["component"]]}
    faults = []
    for package in metadata["packages"]:
        one = named.get(bill.purl(package))
        if one is None:
            faults.append((package["name"], "is missing"))
        elif package["source"] and not one.get("hashes"):
            faults.append((package["name"], "has no hash"))
    return faults


# version, requirement of an advisory, whether it is within (the Cargo book, "Specifying Dependencies").
RANGES = [
    ("1.2.3", "^1.2", True), ("2.0.0", "^1.2", False), ("0.3.9", "^0.3.10", False), ("0.4.0", "^0.3.10", False),
    ("0.3.27", "^0.3.24", True), ("0.0.4", "^0.0.3", False), ("1.3.0", "~1.2.9", False), ("1.2.10", "~1.2.9", True),
    ("1.9.0", "~1", True), ("1.0.0-rc.2", ">= 1.0.0", False), ("1.0.0-rc.10", "> 1.0.0-rc.9", True),
    ("1.5.0", ">= 1.2, < 1.5", False), ("1.10.0", ">=1.9.0", True), ("3.1.4+build", "=3.1.4", True),
]


def misread():
    return [one for one in RANGES if versions.within(versions.parse(one[0]), one[1]) != one[2]]


def main():
    arguments = argparse.ArgumentParser(description="licences, advisories, sources, bill of materials")
    arguments.add_argument("--bill", help="where the bill of materials is written (CycloneDX 1.5, JSON)")
    arguments.add_argument("--fresh", action="store_true", help=f"fail when the advisories are older than {STALE_DAYS} days")
    arguments = arguments.parse_args()
    failures = []

    def told(name, found, control):
        good = not found and control
        print(f"{name:<12} {len(found)} faults; control: {len(control)} of what is bad found   {'ok' if good else 'FAILED'}")
        for fault in found:
            print("   ", *fault)
        if not good:
            failures.append(name)

    packages, metadata = locked(), resolved()
    snapshot = json.loads((HERE / "advisories.json").read_text())
    age = (datetime.date.today() - datetime.date.fromisoformat(snapshot["as_of"])).days
    print(f"{len(packages)} packages locked, {len(metadata['packages'])} built; "
          f"{len(snapshot['advisories'])} advisories as of {snapshot['as_of']}, {age} days old")
    if age > STALE_DAYS:
        print(f"the advisories are older than {STALE_DAYS} days: README.md says how to renew them")
        if arguments.fresh:
            failures.append("fresh")

    told("ranges", misread(), [one for one in RANGES if not one[2]])
    bad = [{"name": "h2", "version": "0.3.26"}, {"name": "rsa", "version": "0.9.10"}, {"name": "time", "version": "0.1.43"}]
    found_bad = concerned(bad, snapshot["advisories"])
    concern = concerned(packages, snapshot["advisories"])
    found = {one[2] for one in concern}
    for name, version, advisory, kind in concern:
        if advisory in ACCEPTED:
            print(f"    accepted: {name} {version} {advisory} {kind}: {ACCEPTED[advisory]}")
    outlived = [(advisory, "is accepted and no longer found") for advisory in ACCEPTED if advisory not in found]
    told("advisories", [one for one in concern if one[2] not in ACCEPTED] + outlived,
         found_bad if {one[0] for one in found_bad} == {"h2", "rsa", "time"} else [])

    doctored = copy.deepcopy(metadata)
    expressions = ["GPL-3.0-or-later", "MIT AND GPL-2.0-only", "(MIT OR Apache-2.0) AND AGPL-3.0-only", "LGPL-2.1", None, "MIT OR"]
    for package, licence in zip(doctored["packages"], expressions):
        package["license"] = licence
    found_bad = refused(doctored)
    told("licences", refused(metadata), found_bad if len(found_bad) == len(expressions) else [])

    elsewhere = [{"name": "a", "source": "git+https://example.org/a"}, {"name": "b", "source": REGISTRY}]
    told("sources", strange(packages), strange(elsewhere) if len(strange(elsewhere)) == 2 else [])

    checksums = {(one["name"], one["version"]): one["checksum"] for one in packages if "checksum" in one}
    # So that the same tree makes the same bill (reproducible-builds.org).
    at = int(os.environ.get("SOURCE_DATE_EPOCH", datetime.datetime.now().timestamp()))
    made_at = datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    written = bill.bill(metadata, checksums, made_at)
    short = copy.deepcopy(written)
    del short["components"][0]
    del short["components"][1]["hashes"]
    told("bill", unlike(written, metadata), unlike(short, metadata) if len(unlike(short, metadata)) == 2 else [])
    target = pathlib.Path(arguments.bill or pathlib.Path(metadata["target_directory"]) / "einlass.cdx.json")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(written, indent=1) + "\n")
    print(f"{len(written['components']) + 1} components in {target}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
