#!/usr/bin/env python3
"""Makes advisories.json from a checkout (or bare repository) of the RustSec advisory database: snapshot.py FOLDER

Kept are the facts that decide: id, crate, date, and which versions are concerned. Their texts stay where they are."""

import json
import pathlib
import re
import subprocess
import sys
import tomllib

HEAD = re.compile(r"^```toml\n(.*?)^```", re.DOTALL | re.MULTILINE)


def git(folder, *arguments):
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True).stdout


def main(folder):
    advisories = []
    for path in git(folder, "ls-tree", "-r", "--name-only", "HEAD", "crates").splitlines():
        if not path.endswith(".md"):
            continue
        facts = tomllib.loads(HEAD.search(git(folder, "show", f"HEAD:{path}")).group(1))
        advisory, versions = facts["advisory"], facts.get("versions", {})
        if "withdrawn" in advisory:
            continue
        advisories.append({
            "id": advisory["id"],
            "package": advisory["package"],
            "date": str(advisory["date"]),
            "kind": advisory.get("informational", "vulnerability"),
            "patched": versions.get("patched", []),
            "unaffected": versions.get("unaffected", []),
        })
    advisories.sort(key=lambda advisory: advisory["id"])
    day = git(folder, "log", "-1", "--format=%cs").strip()
    lines = ",\n".join(json.dumps(advisory) for advisory in advisories)
    target = pathlib.Path(__file__).with_name("advisories.json")
    target.write_text(f'{{"as_of": "{day}", "advisories": [\n{lines}\n]}}\n')
    print(f"{len(advisories)} advisories as of {day}")


if __name__ == "__main__":
    main(sys.argv[1])
