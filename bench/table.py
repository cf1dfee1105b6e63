"""The results as Markdown."""


def rows(head: list[str], body: list[list[object]]) -> str:
    line = lambda cells: "| " + " | ".join("" if cell is None else str(cell) for cell in cells) + " |"
    # Words to the left, figures to the right.
    rule = "|" + "|".join("---" if nth == 0 else "---:" for nth in range(len(head))) + "|"
    return "\n".join([line(head), rule, *map(line, body)]) + "\n"


def reached(ratio: float, to_reach: float | None) -> str:
    return "" if to_reach is None else f"{to_reach:g}: {'reached' if ratio >= to_reach else 'missed'}"


def many(number: float) -> str:
    return f"{number:,.0f}"


def goals(results: dict) -> list[tuple[str, float, float]]:
    found = []
    for check in ("desk", "door"):
        for place, both in results.get(check, {}).items():
            if both.get("to_reach"):
                found.append((f"{check}, {place}", both["ratio"], both["to_reach"]))
    for row in results.get("reading", []):
        if row["to_reach"]:
            found.append((f"{row['name']}, {row['how']}", row["ratio"], row["to_reach"]))
    return found


def missed(results: dict) -> list[str]:
    return [f"{name}: {ratio} of {to_reach}" for name, ratio, to_reach in goals(results) if ratio < to_reach]


def markdown(results: dict) -> str:
    parts = ["# What Einlass does in a second, and how it grows\n"]
    if told := results.get("machine"):
        parts.append("".join(f"- {name.replace('_', ' ')}: {value}\n" for name, value in told.items()))
        parts.append(f"- options: {', '.join(f'{name} {value}' for name, value in results['options'].items())}; took {results.get('minutes', '?')} minutes\n")
    beside = []
    for check, what in (("desk", "registrations"), ("door", "scans")):
        for place, both in results.get(check, {}).items():
            service, pgbench = both["service"], both.get("pgbench")
            beside.append([
                f"{what}, {place}", many(service["per_second"]), service["connections"], service["p50_ms"], service["p99_ms"],
                pgbench and many(pgbench["per_second"]), pgbench and f"{pgbench['way']}, {pgbench['connections']}", pgbench and pgbench["p50_ms"], pgbench and pgbench["p99_ms"],
                both.get("ratio"), reached(both.get("ratio", 0), both.get("to_reach")),
            ])
    if beside:
        parts.append("## Writing, beside pgbench's best with the same rows\n")
        parts.append(rows(["", "a second", "connections", "p50 ms", "p99 ms", "pgbench", "way, clients", "p50 ms", "p99 ms", "ratio", "to reach"], beside))
    if "reading" in results:
        parts.append("## Reading, beside a bare actix handler that sends the same bytes\n")
        parts.append(rows(
            ["", "bytes", "a second", "p50 ms", "p99 ms", "bare", "p50 ms", "p99 ms", "ratio (median)", "least", "to reach", "transactions a request"],
            [[f"{one['name']}, {one['how']}", many(one["bytes"]), many(one["per_second"]), one["p50_ms"], one["p99_ms"], many(one["bare_per_second"]), one["bare_p50_ms"],
              one["bare_p99_ms"], one["ratio"], one["least_ratio"], reached(one["ratio"], one["to_reach"]), one["transactions_per_request"]] for one in results["reading"]],
        ))
    if "start" in results:
        parts.append("## From the process to /health/ready, in seconds\n")
        parts.append(rows(["database", "median", "worst", "starts"], [[one["database"], one["seconds"], one["worst"], one["starts"]] for one in results["start"]]))
    if "memory" in results:
        parts.append("## Memory of the service, in MiB\n")
        parts.append(rows(["", "resident", "most meanwhile"], [[one["when"], one["now"], one["most"]] for one in results["memory"]]))
    if "growth" in results:
        filled = "; ".join(f"{one['database']}: {one['what']}, filled in {one['seconds']} s" for one in results["filled"])
        parts.append(f"## The same where more lies in the tables\n\n{filled}\n")
        parts.append(rows(
            ["one after the other", "times", "small p50 ms", "p99 ms", "large p50 ms", "p99 ms", "factor"],
            [[one["name"], one["times"], one["small_p50_ms"], one["small_p99_ms"], one["large_p50_ms"] or "refused", one["large_p99_ms"] or "refused", one["factor"]] for one in results["growth"]]
            + [[f"control: {results['control']['name']}", "", round(results["control"]["small_ms"], 2), "", round(results["control"]["large_ms"], 2), "", results["control"]["factor"]]],
        ))
        parts.append(rows(
            ["at once", "small a second", "p99 ms", "large a second", "p99 ms", "factor"],
            [[one["name"], many(one["small_per_second"]), one["small_p99_ms"], many(one["large_per_second"]), one["large_p99_ms"], one["factor"]] for one in results["rush"]],
        ))
        for name, shown in results.get("plans", {}).items():
            parts.append(f"### What grew more than threefold: {name}\n")
            parts.extend(f"```\n{plan}\n```\n" for plan in shown)
            if not shown:
                parts.append("No statement takes a fifth of it.\n")
    return "\n".join(parts)
