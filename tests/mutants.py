"""Break the rules, sending, escalation and responses a little, and see which breaks no test notices.

`python -m tests.mutants --number 100 --seed 18` draws places by the seed and one mutant of Cosmic Ray at each. The
tests of the module run against each, in a copy of the tree: the working tree is never changed. It writes a table.
"""

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("sending", "escalation", "responses")
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.toml")
_LEFT_OUT = (
    "core/RemoveDecorator",
    "core/ReplaceBinaryOperator_BitOr",
    "core/Variable",
    "core/ExceptionReplacer",
)
"""Without its decorator a class cannot be built, and `|` stands in annotations: whatever imports the module fails."""
_ORDINARY = "not slow and not prefect and not browser and not faults and not cluster"
_NOTHING_RAN = 5


@dataclass(frozen=True)
class Mutant:
    """One break: the module, a line (from 1) before and after it, and the whole module after it."""

    path: str
    line: int
    before: str
    after: str
    code: str


def modules(root: Path) -> list[Path]:
    """The modules that are broken: all rules, and of tasks and queries the rooms of `ROOMS`."""
    folders = [root / "models/rules"]
    folders += [root / base / room for base in ("tasks", "models/queries") for room in ROOMS]
    found = [path for folder in folders for path in folder.rglob("*.py") if path.name != "__init__.py"]
    return sorted(path.relative_to(root) for path in found)


def drawn(root: Path, number: int, seed: int) -> Iterator[Mutant]:
    """So many mutants, each at a place of its own; the same ones for the same number, seed and tree."""
    from cosmic_ray import plugins  # noqa: PLC0415 (the extra `mutants` brings it)
    from cosmic_ray.ast import ast_nodes, get_ast  # noqa: PLC0415
    from cosmic_ray.mutating import mutate_code  # noqa: PLC0415

    names = [name for name in sorted(plugins.operator_names()) if not name.startswith(_LEFT_OUT)]
    operators = {name: plugins.get_operator(name)() for name in names}
    places: dict[tuple[Path, tuple[int, int]], list[tuple[str, int]]] = defaultdict(list)
    for path in modules(root):
        nodes = list(ast_nodes(get_ast((root / path).read_text(encoding="utf-8"))))
        for name, operator in operators.items():
            starts = [start for node in nodes for start, _ in operator.mutation_positions(node)]
            for occurrence, start in enumerate(starts):
                places[path, start].append((name, occurrence))
    chance = random.Random(seed)
    for path, start in chance.sample(sorted(places), min(number, len(places))):
        name, occurrence = chance.choice(places[path, start])
        source = (root / path).read_text(encoding="utf-8")
        code = mutate_code(source, operators[name], occurrence)
        if code is None:
            raise ValueError(f"{path}:{start[0]}: {name} changes nothing")
        pairs = zip(source.splitlines(), code.splitlines(), strict=False)
        line, (before, after) = next(
            ((n, pair) for n, pair in enumerate(pairs, start=1) if pair[0] != pair[1]), (start[0], ("", ""))
        )
        yield Mutant(path.as_posix(), line, before.strip(), after.strip(), code)


def stages_of(root: Path, path: str) -> list[list[str]]:
    """The tests that belong to a module, nearest first: of its room, then those that name it, then its room's users."""
    parts = Path(path).with_suffix("").parts
    room, name = (parts[-2], ".".join(parts))
    near = [
        f"tests/{kind}/{room}" for kind in ("unit", "integration") if (root / "tests" / kind / room).is_dir()
    ]
    citing: list[list[str]] = [[], []]
    for test in sorted((root / "tests").rglob("test_*.py")):
        file = test.relative_to(root).as_posix()
        if file == _MAIN_JOB or any(file.startswith(folder + "/") for folder in near):
            continue
        text, package, own = test.read_text(encoding="utf-8"), ".".join(parts[:-1]), parts[-1]
        is_named_alike = test.stem == f"test_{own}" or test.stem.startswith(f"test_{room}")
        if is_named_alike or name in text or f"from {package} import {own}" in text:
            citing[0].append(file)
        elif file.startswith("tests/acceptance/") and any(f"{base}.{room}" in text for base in _BASES):
            citing[1].append(file)
    first = [] if parts[:2] == ("models", "rules") else [_MAIN_JOB]
    return [stage for stage in (near[:1], first, citing[0], near[1:], citing[1]) if stage] or [[_MAIN_JOB]]


_BASES = ("tasks", "models.rules", "models.queries")
_MAIN_JOB = "tests/acceptance/test_main_job.py"
"""Goes through most of what does something; judges alone what has no tests of its own."""


def copy_of(root: Path, target: Path) -> None:
    """Copy what belongs to the project, as it stands, into an empty folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target / name)


def judge(tree: Path, mutant: Mutant, seconds: float) -> str:
    """Returns `killed`, `survived`, or `ran out` where the tests did not end in time; mends the copy after it.

    Raises:
        RuntimeError: a test failed that fails on the sound tree too, so nothing can be judged by it.
    """
    path = tree / mutant.path
    sound = path.read_text(encoding="utf-8")
    path.write_text(mutant.code, encoding="utf-8")
    ends = time.monotonic() + seconds
    try:
        for stage in stages_of(tree, mutant.path):
            code, failed = _run(tree, stage, ends - time.monotonic())
            if code is None:
                return "ran out"
            if code not in {0, _NOTHING_RAN}:
                break
        else:
            return "survived"
    finally:
        path.write_text(sound, encoding="utf-8")
    _check_sound(tree, failed)
    return "killed"


def _check_sound(tree: Path, failed: str) -> None:
    if failed and failed not in _SOUND:
        code, _ = _run(tree, [failed], _SECONDS_OF_ONE)
        if code not in {None, 0, _NOTHING_RAN}:
            raise RuntimeError(f"{failed} fails on the sound tree too")
        _SOUND.add(failed)


_SOUND: set[str] = set()
_SECONDS_OF_ONE = 120.0


def _run(tree: Path, tests: Sequence[str], seconds: float) -> tuple[int | None, str]:
    """Run these tests until the first failure; returns pytest's exit code, or None when the time was over, and which.

    What cannot even be imported is named by its file.
    """
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-k", "not postgresql"]
    run = subprocess.Popen(
        [*command, "-m", _ORDINARY, *tests],
        cwd=tree,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    try:
        said, _ = run.communicate(timeout=max(seconds, 1))
    except subprocess.TimeoutExpired:
        return None, ""
    finally:
        if run.poll() is None:  # the time is over, or somebody stops us
            os.killpg(run.pid, signal.SIGKILL)
            run.communicate()
    failed = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", said, re.MULTILINE)
    return run.returncode, failed[1] if failed else ""


def reason(mutant: Mutant) -> str | None:
    """Why a mutant does what the code did, where somebody has written that down."""
    known = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("mutant", [])
    wanted = (mutant.path, mutant.before, mutant.after)
    return next(
        (one["reason"] for one in known if (one["file"], one["line"], one["becomes"]) == wanted), None
    )


def table(judged: Sequence[tuple[Mutant, str]], number: int, seed: int, seconds: float) -> str:
    """The result as a page."""
    kinds = Counter(verdict for _, verdict in judged)
    counts = ", ".join(f"{kinds[kind]} {kind}" for kind in ("killed", "survived", "equivalent", "ran out"))
    lines = [
        "# Mutants",
        "",
        f"Written by `make mutants MUTANTS={number} SEED={seed}`: small breaks in the rules, sending, escalation and",
        "responses, drawn by the seed. Each was judged on SQLite by the tests of its room and those that name it,",
        f"within {seconds:g} s. `ran out`: no test had failed when that time was over; whether one would is not known.",
        "",
        f"{len(judged)} of {number} drawn were tried: {counts}.",
        "",
        "| where | line | becomes | verdict |",
        "|---|---|---|---|",
    ]
    for mutant, verdict in judged:
        if verdict != "killed":
            said = f"equivalent: {reason(mutant)}" if verdict == "equivalent" else verdict
            cells = [text.replace("|", "\\|") for text in (mutant.before, mutant.after)]
            lines.append(f"| {mutant.path}:{mutant.line} | `{cells[0]}` | `{cells[1]}` | {said} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Draw, judge each, and write the table; what was judged before an interruption is written too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=100)
    parser.add_argument("--seed", type=int, default=18)
    parser.add_argument("--seconds", type=float, default=120, help="time limit for each mutant")
    parser.add_argument("--table", type=Path, default=ROOT / "docs/reference/mutants.md")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the copy goes, and the table is written
    judged: list[tuple[Mutant, str]] = []
    with tempfile.TemporaryDirectory(prefix="seguito-mutants-") as folder:
        tree = Path(folder)
        copy_of(ROOT, tree)
        try:
            for mutant in drawn(tree, asked.number, asked.seed):
                verdict = "equivalent" if reason(mutant) else judge(tree, mutant, asked.seconds)
                judged.append((mutant, verdict))
                print(f"{len(judged)} {verdict}: {mutant.path}:{mutant.line}: {mutant.after}", flush=True)
        finally:
            page = table(judged, asked.number, asked.seed, asked.seconds)
            asked.table.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
