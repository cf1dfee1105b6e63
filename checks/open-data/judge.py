"""The catalogue and its tables, expanded, judged by shapes, and read. See README.md."""

import csv
import io
import json
import pathlib
import sys
import urllib.request

import pyshacl
from pyld import jsonld
from rdflib import DCAT, DCTERMS, SH, Graph, Namespace, URIRef
from rdflib.compare import isomorphic

BASE, WORK = sys.argv[1], pathlib.Path(sys.argv[2])
HERE = pathlib.Path(__file__).parent
DCATDE = Namespace("http://dcat-ap.de/def/dcatde/")
DE = WORK / "dcat-ap-de/validator/resources"
EU = WORK / "dcat-ap/releases"

# What each profile is made of, as the validator of GovData puts them together.
PROFILES = {
    "DCAT-AP.de 2.0 with its conventions": [
        EU / "2.1.1/dcat-ap_2.1.1_shacl_shapes.ttl",
        *(DE / "v2.0/shapes" / name for name in (
            "dcat-ap-spec-german-messages.ttl", "dcat-ap-spec-german-additions.ttl",
            "dcat-ap-de-deprecated.ttl", "dcat-ap-konventionen.ttl")),
    ],
    "DCAT-AP.de 3.0": [
        EU / "3.0.0/shacl/dcat-ap-SHACL.ttl",
        *(DE / "v3.0/shapes" / name for name in (
            "dcat-ap-SHACL-DE.ttl", "dcat-ap-spec-german-additions.ttl",
            "dcat-ap-de-deprecated.ttl", "dcat-ap-de-controlledvocabularies.ttl")),
    ],
    "GovData's dashboard": [DE / "dashboard-live/shapes/db-shapes.ttl"],
}
LISTS = [
    DE / "mirror/foaf_0_1.rdf", DE / "mirror/vcard.ttl", DE / "mirror/org.ttl",
    DE / "dashboard-live/shapes/dcat-ap-de-contributors.rdf", DE / "dashboard-live/shapes/dcat-ap-de-licenses-open.rdf",
    HERE / "vocabularies.ttl",
]
faults = []


def say(words: str) -> None:
    print(words, flush=True)


def demand(holds: bool, words: str) -> None:
    say(f"   {'ok   ' if holds else 'WRONG'} {words}")
    if not holds:
        faults.append(words)


def get(url: str, **headers: str) -> tuple[bytes, str]:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as response:
        return response.read(), response.headers["Content-Type"]


def graph_of(files: list[pathlib.Path]) -> Graph:
    graph = Graph()
    for file in files:
        graph.parse(file, format="xml" if file.suffix == ".rdf" else "turtle")
    return graph


def findings(data: Graph, shapes: Graph, lists: Graph) -> dict[str, list[str]]:
    """What the shapes say, by severity. The dashboard has severities of its own: some only count, the others are violations."""
    whole = Graph()
    for part in (data, lists):
        for triple in part:
            whole.add(triple)
    _, report, _ = pyshacl.validate(whole, shacl_graph=shapes, inference="none", allow_warnings=True)
    own = set(data.subjects()) | set(data.objects())
    told: dict[str, set[str]] = {}
    for result in report.subjects(SH.resultSeverity):
        focus = report.value(result, SH.focusNode)
        # Not what the shapes say of the lists themselves.
        if focus not in own or ((focus, None, None) in lists and (focus, None, None) not in data):
            continue
        severity = str(report.value(result, SH.resultSeverity)).rsplit("#", 1)[-1]
        if severity.startswith("count_"):
            continue
        severity = severity if severity in ("Violation", "Warning", "Info") else "Violation"
        message = next(iter(report.objects(result, SH.resultMessage)), "")
        told.setdefault(severity, set()).add(f"{focus}: {message}")
    return {severity: sorted(all_) for severity, all_ in told.items()}


def without(data: Graph, predicate: URIRef) -> Graph:
    changed = Graph()
    for triple in data:
        if triple[1] != predicate:
            changed.add(triple)
    return changed


def main() -> None:
    address = f"{BASE}/api/v1/open-data/staedteregion-aachen"
    say("\n== expand")
    graphs = {}
    for name, url in (("catalogue", address), ("year", f"{address}/2020")):
        body, media_type = get(url)
        demand(media_type == "application/ld+json", f"{name}: {media_type}")
        graph = Graph().parse(data=body, format="json-ld")
        expanded = jsonld.to_rdf(json.loads(body), {"format": "application/n-quads"})
        other = Graph().parse(data=expanded, format="nt")
        demand(isomorphic(graph, other), f"{name}: {len(graph)} triples by rdflib, {len(other)} by pyld, the same")
        graphs[name] = graph
    sets = sorted(graphs["catalogue"].subjects(predicate=None, object=DCAT.Dataset))
    demand(len(sets) > 1, f"the catalogue has {len(sets)} years")
    inside = {triple for triple in graphs["year"] if isinstance(triple[0], URIRef)}
    demand(all(isinstance(triple[2], URIRef) is False or triple in graphs["catalogue"] for triple in inside),
           "what is said of the year stands in the catalogue too")

    lists = graph_of(LISTS)
    for profile, files in PROFILES.items():
        say(f"\n== {profile}")
        shapes = graph_of(files)
        for name, data in graphs.items():
            told = findings(data, shapes, lists)
            counts = ", ".join(f"{len(all_)} {severity}" for severity, all_ in sorted(told.items())) or "nothing"
            demand("Violation" not in told, f"{name}: {counts}")
            for severity, all_ in sorted(told.items()):
                for words in sorted({words.split(": ", 1)[1] for words in all_}):
                    say(f"         {severity}: {words}")
        if not profile.endswith("3.0"):
            # By 3.0 it is only a warning.
            unlisted = without(graphs["year"], DCATDE.contributorID)
            unlisted.add((sets[0], DCATDE.contributorID, URIRef("http://dcat-ap.de/def/contributors/niemand")))
            demand("Violation" in findings(unlisted, shapes, lists), "finds a contributor that is on no list")
        for predicate in (DCATDE.contributorID, DCTERMS.license, DCTERMS.publisher):
            # By 3.0 a contributor may be left out.
            if profile.endswith("3.0") and predicate == DCATDE.contributorID:
                continue
            told = findings(without(graphs["year"], predicate), shapes, lists)
            demand("Violation" in told, f"finds that {predicate.rsplit('/', 1)[-1]} is missing")

    say("\n== tables")
    for dataset in sets:
        rows = {}
        for table in graphs["catalogue"].objects(dataset, DCAT.distribution):
            url = str(graphs["catalogue"].value(table, DCAT.downloadURL))
            body, media_type = get(url)
            path = url.split("?")[0]
            if media_type.startswith("text/csv"):
                found = len(list(csv.DictReader(io.StringIO(body.decode(), newline=""))))
            else:
                content = json.loads(body)
                found = len(content["seminars" if path.endswith("seminars") else "figures"])
            rows.setdefault(path.rsplit("/", 1)[-1], set()).add(found)
        same = len(rows) == 2 and all(len(found) == 1 for found in rows.values())
        demand(same, f"{str(dataset).rsplit('/', 1)[-1]}: {', '.join(f'{k} {v}' for k, v in sorted(rows.items()))}")
    if faults:
        raise SystemExit(f"\n{len(faults)} WRONG")


if __name__ == "__main__":
    main()
