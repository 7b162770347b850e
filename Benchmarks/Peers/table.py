"""The results as a Markdown table, with each goal beside what was reached."""


def amount(size):
    """Bytes for people, in powers of ten."""
    if size is None:
        return ""
    for unit in ("B", "kB", "MB"):
        if abs(size) < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"


def judge(goal, best, result, ceiling):
    """One line: the goal, what was reached, and whether that is enough."""
    ours = best.get("farmio")
    kind, *rest = goal
    if ours is None:
        return None
    if kind == "rate":
        floor, direction = rest
        rate = result["bytes"] / ours["wall"]
        share = {"read": 0.9, "write": 0.8}[direction]
        if result["place"] == "disk" or floor is None:
            disk = share * ceiling[direction]
            floor = min(floor, disk) if floor else disk
        text = (f"{amount(rate)}/s of ≥ {amount(floor)}/s "
                f"(disk {direction} {amount(ceiling[direction])}/s)")
        return text, rate >= floor
    names, factor = rest
    others = [best[name] for name in names if name in best]
    if not others:
        return None
    field = {"faster": "wall", "frugal": "cpu", "smaller": "stored"}[kind]
    ratio = min(other[field] for other in others) / max(ours[field], 1e-9)
    word = {"faster": "as fast as", "frugal": "less CPU than", "smaller": "smaller than"}[kind]
    who = names[0] if len(names) == 1 else f"the best of {', '.join(names)}"
    return f"{ratio:.2f} times {word} {who}, goal ≥ {factor}", ratio >= factor


def best_of(result):
    """program -> its fastest run."""
    return {tool: min(runs, key=lambda run: run["wall"])
            for tool, runs in result["runs"].items() if runs}


def lines_of(result, ceiling):
    best = best_of(result)
    ours = best.get("farmio")
    where = {"memory": "tmpfs", "disk": "disk", "slow": "1 ms mount"}[result["place"]]
    title = (f"**{result['title']}**, {where}: {result['files']:,} files, "
             f"{amount(result['bytes'])}")
    yield f"| {title} | | | | | | | |"
    for tool, run in best.items():
        ratio = f"{run['wall'] / ours['wall']:.2f}" if ours else ""
        trips = run.get("round_trips")
        yield (f"| {tool} | {run['wall']:.2f} | {run['cpu']:.2f} | {amount(run['peak'])} "
               f"| {amount(run['stored'])} | {amount(result['bytes'] / run['wall'])}/s "
               f"| {ratio} | {'' if trips is None else f'{trips:,}'} |")
    for tool, error in result["failed"].items():
        yield f"| {tool} | failed: {error.splitlines()[0][:120]} | | | | | | |"
    for goal in result["goals"]:
        judged = judge(goal, best, result, ceiling)
        if judged:
            text, reached = judged
            yield f"| {'✓' if reached else '✗'} {text} | | | | | | | |"


def table(report):
    head = ("| program | wall s | CPU s | peak | stored | rate | wall / farmio | round trips |",
            "|---|--:|--:|--:|--:|--:|--:|--:|")
    body = [line for result in report["rows"] for line in lines_of(result, report["ceiling"])]
    machine = report["machine"]
    foot = (f"{report['date']}, {machine['cpus']} x {machine['cpu']}, {machine['memory']} memory, "
            f"kernel {machine['kernel']}; disk write {amount(report['ceiling']['write'])}/s, "
            f"read {amount(report['ceiling']['read'])}/s (dd, direct); the fastest of "
            f"{report['repetitions']} runs in alternating order, caches warm; on disk the sync of "
            "the file system counts for everyone; " + "; ".join(report["versions"].values()))
    return "\n".join((*head, *body, "", foot))
