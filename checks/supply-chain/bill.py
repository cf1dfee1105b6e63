"""The bill of materials: CycloneDX 1.5 JSON (ECMA-424), from what cargo resolved."""

import uuid


def purl(package):
    """package-url/purl-spec, type cargo."""
    return f"pkg:cargo/{package['name']}@{package['version']}"


def bill(metadata, checksums, made_at):
    """One component a package that the program (with its tests and tools) is built from, and who needs whom."""
    by_id = {package["id"]: package for package in metadata["packages"]}
    members = set(metadata["workspace_members"])
    root = next(by_id[one] for one in members if by_id[one]["name"] == "einlass")

    def component(package):
        one = {
            "type": "application" if package["name"] == "einlass" else "library",
            "bom-ref": purl(package),
            "name": package["name"],
            "version": package["version"],
            "purl": purl(package),
            "licenses": [{"expression": package["license"].replace("/", " OR ")}],
        }
        checksum = checksums.get((package["name"], package["version"]))
        if checksum:
            one["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        return one

    needs = [
        {
            "ref": purl(by_id[node["id"]]),
            "dependsOn": sorted({purl(by_id[one]) for one in node["dependencies"] if one in by_id}),
        }
        for node in metadata["resolve"]["nodes"]
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, purl(root) + str(sorted(checksums)))}",
        "version": 1,
        "metadata": {"timestamp": made_at, "component": component(root)},
        "components": [component(by_id[one]) for one in sorted(by_id) if by_id[one] is not root],
        "dependencies": needs,
    }
