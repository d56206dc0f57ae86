"""Mutation testing of ``core/`` by a random sample (变异测试): how many small faults would the tests notice?

    pip install -e ".[test,all,mutation]"
    python scripts/mutate_core.py --sample 1000 --seed 1           # an hour or so; can be stopped and taken up again
    python scripts/mutate_core.py --sample 1000 --seed 1 --show    # the survivors, each with what it changed
    python scripts/mutate_core.py --only NAME ...                  # these mutants again

mutmut makes the mutants; this script draws and runs them.  The sample is stratified: each file gives mutants in
proportion to what it has.  A process that has collected the tests is forked for each mutant, runs the tests that reach
the mutant's function, the quick and particular ones first, and stops at the first failure.  Functions at work while
test modules are collected are looked at again in a child that collects anew.  What a survivor's remaining tests would
say beyond ``--budget`` seconds is not asked: the score is a lower bound.

Everything generated lies in ``--work`` (outside the repository); the measurement of who reaches what is kept there and
made again when sources or tests change.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import gc
import hashlib
import importlib
import json
import math
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent / "mutation"
PACKAGE = "hotline12345"
# Tests that read the source, the documents or other processes: they cannot see a mutant, or take a minute to.
BLIND = (
    *("test_architecture", "test_public_api", "test_docs", "test_examples", "test_coverage_page", "test_plugins"),
    *("test_vectors", "test_stateful", "simulate/test_city", "cli/test_reference", "cli/test_terminal"),
    *("testing/test_ten_lines", "fast/test_missing", "core/verify/test_findings_page"),
)
OPEN = ("survived", "no tests")
SLOW = 4.0  # seconds of processor time after which a test is left out


# ── the mutated tree ────────────────────────────────────────────────────────────────────────────────────────────────


def digest(paths: list[Path]) -> str:
    """What these files are now, in twelve letters."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return total.hexdigest()[:12]


def make_tree(work: Path) -> dict[str, list[str]]:
    """Copy the package, its core mutated; return the mutants of each file."""
    from mutmut.mutation.file_mutation import mutate_file_contents

    source, tree = ROOT / "src" / PACKAGE, work / "src" / PACKAGE
    known = work / "mutants.json"
    old = json.loads(known.read_text()) if known.exists() else {}
    shutil.copytree(source, tree, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "core"))
    shutil.copy(HERE / "mutation_switch.py", work / "src")
    made: dict[str, Any] = {}
    for path in sorted((source / "core").rglob("*.py")):
        name = str(path.relative_to(source))
        stamp, target = hashlib.sha256(path.read_bytes()).hexdigest(), tree / name
        if old.get(name, {}).get("stamp") == stamp and target.exists():
            made[name] = old[name]
            continue
        print(f"mutating {name}", file=sys.stderr, flush=True)
        result = mutate_file_contents(str(path), path.read_text("utf-8"))
        code = result.code.replace(
            "from mutmut.mutation.trampoline import wrap_in_trampoline as _mutmut_mutated, ",
            "from mutation_switch import _mutmut_mutated, ",
        )
        code = code.replace("from functools import lru_cache", "from mutation_switch import lru_cache")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(code, "utf-8")
        module = ".".join(path.relative_to(source.parent).with_suffix("").parts).removesuffix(".__init__")
        made[name] = {"stamp": stamp, "mutants": [f"{module}.{each}" for each in result.mutant_names]}
    for gone in set(old) - set(made):
        (tree / gone).unlink(missing_ok=True)
    packs = tree / "packs" / "__init__.py"
    packs.write_text(
        packs.read_text("utf-8").replace("from functools import lru_cache", "from mutation_switch import lru_cache"),
        "utf-8",
    )
    known.write_text(json.dumps(made))
    return {name: each["mutants"] for name, each in made.items()}


def draw(mutants: dict[str, list[str]], size: int, seed: int) -> list[str]:
    """A sample, each file in proportion to its mutants (largest remainders), in an order of its own."""
    total = sum(map(len, mutants.values()))
    size = min(size, total)
    shares = {name: size * len(each) / total for name, each in mutants.items()}
    counts = {name: int(share) for name, share in shares.items()}
    for name in sorted(shares, key=lambda name: (counts[name] - shares[name], name))[: size - sum(counts.values())]:
        counts[name] += 1
    dice = random.Random(seed)
    drawn = [mutant for name in sorted(mutants) for mutant in dice.sample(mutants[name], counts[name])]
    dice.shuffle(drawn)
    return drawn


# ── who reaches what ────────────────────────────────────────────────────────────────────────────────────────────────


class TooSlowError(BaseException):
    """A test that takes too long to be asked about each mutant."""


def too_slow(*_: Any) -> None:
    """The alarm's answer."""
    raise TooSlowError


class Measure:
    """Notes which functions each test reaches, itself, by its fixtures or while its module is collected."""

    def __init__(self, switch: Any) -> None:
        self.switch = switch
        self.by_module: dict[str, set[str]] = {}
        self.by_fixture: dict[tuple[str, str], set[str]] = {}
        self.tests: dict[str, dict[str, Any]] = {}

    def collected(self, module: str) -> None:
        """A test module has been imported: what that called, it called for every test in it."""
        self.by_module.setdefault(module, set()).update(self.switch.hits)
        self.switch.hits = set()

    def run(self, items: list[Any]) -> None:
        """Run every test once."""
        signal.signal(signal.SIGPROF, too_slow)
        for place, item in enumerate(items):
            self.switch.hits = set()
            begun = time.process_time(), time.monotonic()
            signal.setitimer(signal.ITIMER_PROF, SLOW)
            try:
                failed = run_test(item, items[place + 1] if place + 1 < len(items) else None)
            except TooSlowError:
                failed = True
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
            reached = set(self.switch.hits)
            for name in item.fixturenames:
                reached |= self.by_fixture.get((name, item.nodeid.partition("::")[0]), set())
            took = max(time.process_time() - begun[0], 0.001)
            self.tests[item.nodeid] = {
                "took": took,
                "wall": time.monotonic() - begun[1],
                "failed": failed,
                "reached": sorted(reached),
            }
            if place % 200 == 0:
                print(f"measured {place} of {len(items)}", file=sys.stderr, flush=True)


def run_test(item: Any, following: Any) -> bool:
    """Run one collected test; has it failed?"""
    from _pytest.runner import runtestprotocol

    return any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


class Session:
    """The pytest plugin that measures and forks instead of running the tests."""

    def __init__(self, switch: Any, job: Any) -> None:
        self.switch, self.job = switch, job
        self.measure = Measure(switch)

    def pytest_collection(self) -> None:
        from hypothesis import HealthCheck, settings

        settings.register_profile(
            "mutation", derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
        )
        settings.load_profile("mutation")
        self.switch.hits = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: Any) -> Any:
        self.switch.hits = set()
        report = yield
        if hasattr(collector, "_obj") or collector.nodeid.endswith(".py"):
            self.measure.collected(collector.nodeid.partition("::")[0])
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Any:
        if fixturedef.scope == "function" or self.switch.hits is None:
            return (yield)
        outer, self.switch.hits = self.switch.hits, set()
        try:
            return (yield)
        finally:
            self.measure.by_fixture[fixturedef.argname, request.node.nodeid.partition("::")[0]] = set(self.switch.hits)
            self.switch.hits |= outer

    def pytest_runtestloop(self, session: Any) -> bool:
        if session.testsfailed:
            raise session.Failed("tests could not be collected")
        self.switch.hits = set()
        packs = importlib.import_module(f"{PACKAGE}.packs")
        for name in packs.pack_names(plugins=False):
            packs.load_pack(name)  # remembered, for every child
        self.switch.hits = None
        self.job(self, session.items)
        return True


def reach_of(session: Session, items: list[Any], work: Path) -> dict[str, Any]:
    """Who reaches what: what is known from last time, and the tests of new and changed files measured in a child."""
    tests = [path for path in (ROOT / "tests").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    shared = [path for path in tests if not path.name.startswith("test_")]
    stamp = digest([*shared, *(ROOT / "src").rglob("*.py"), *(ROOT / "src").rglob("*.toml")])
    # A module's golden text lies beside it and is a part of it.
    stamps = {
        str(each.relative_to(ROOT)): digest([p for p in (each, each.with_suffix(".txt")) if p.is_file()])
        for each in tests
    }
    path = work / "reach.json"
    known: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    if known.get("stamp") != stamp:
        known = {"tests": {}, "stamps": {}}
    kept = {name for name, each in known["stamps"].items() if stamps.get(name) == each}
    old = {name: test for name, test in known["tests"].items() if name.partition("::")[0] in kept}
    missing = [item for item in items if item.nodeid not in old]
    if missing:
        print(f"{len(missing)} of {len(items)} tests to be measured", file=sys.stderr, flush=True)
        if (child := os.fork()) == 0:
            session.measure.run(missing)
            files = {name.partition("::")[0] for name in session.measure.tests} | kept
            reach = {"stamp": stamp, "stamps": {name: stamps[name] for name in files}}
            path.write_text(json.dumps({**reach, "tests": old | session.measure.tests}))
            os._exit(0)
        if os.waitpid(child, 0)[1] != 0:
            raise SystemExit("the measurement did not end")
    modules = {name: sorted(reached) for name, reached in session.measure.by_module.items()}
    return {**json.loads(path.read_text()), "modules": modules}


# ── running mutants ─────────────────────────────────────────────────────────────────────────────────────────────────


class Runner:
    """Forks for each mutant and keeps what came of it."""

    anew = True  # ask test modules again that had the function at work while they were collected
    control = False  # leave the code as it is

    def __init__(self, switch: Any, reach: dict[str, Any], items: list[Any], budget: float) -> None:
        self.switch, self.budget, self.modules = switch, budget, reach["modules"]
        self.items = {item.nodeid: item for item in items}
        self.tests = {name: test for name, test in reach["tests"].items() if not test["failed"] and name in self.items}
        self.reached: dict[str, list[str]] = defaultdict(list)
        for name, test in self.tests.items():
            for function in test["reached"]:
                self.reached[function].append(name)
        self.broad = {name: len(test["reached"]) for name, test in self.tests.items()}

    def plan(self, function: str) -> tuple[list[str], int]:
        """The tests to run, quick and particular ones first, and how many are left out for time."""
        about = set(function.split(".")[2:-1])

        def turn(name: str) -> tuple[float, str]:
            near = any(part in name.partition("::")[0] for part in about)
            return self.tests[name]["took"] * self.broad[name] * (0.1 if near else 1.0), name

        order = sorted(self.reached.get(function, ()), key=turn)
        spent, chosen = 0.0, []
        for name in order:
            if chosen and spent + self.tests[name]["took"] > self.budget:
                continue
            chosen.append(name)
            spent += self.tests[name]["took"]
        return chosen, len(order) - len(chosen)

    def run(self, mutant: str) -> dict[str, Any]:
        """What the tests say of one mutant."""
        function = self.switch.function_of(mutant)
        names, left = self.plan(function)
        begun = time.monotonic()
        expected = sum(self.tests[name]["took"] for name in names)
        outcome, by = ("no tests", "")
        if names:
            outcome, by = self.child(mutant, expected, lambda tell: self.run_items(names, tell))
        if outcome in OPEN and self.anew:
            files, more, spent = self.plan_files(function)
            if files:
                outcome, by = self.child(mutant, spent, lambda tell: collect_anew(files, tell))
            elif not names and (files := self.near(function)):
                outcome, by = self.child(mutant, 60, lambda tell: start_anew(files, tell))
            left += more
        return {
            "mutant": mutant,
            "outcome": outcome,
            "by": by,
            "tests": len(names),
            "left": left,
            "seconds": round(time.monotonic() - begun, 2),
        }

    def plan_files(self, function: str) -> tuple[list[str], int, float]:
        """The test files to collect anew because the function works while they are, those left out, and the seconds."""
        files = [name for name, reached in self.modules.items() if function in reached]
        cost = {name: sum(t["took"] for n, t in self.tests.items() if n.startswith(name + "::")) for name in files}
        spent, chosen = 0.0, []
        for name in sorted(files, key=lambda name: cost[name]):
            if not chosen or spent + cost[name] + 1 <= self.budget:
                chosen.append(name)
                spent += cost[name] + 1
        return chosen, len(files) - len(chosen), spent

    def near(self, function: str) -> list[str]:
        """The test files that bear the name of a function's module, for what works only while the package is loaded."""
        module = function.split(".")[-2]
        return sorted({name for name in (item.partition("::")[0] for item in self.items) if f"test_{module}." in name})

    def child(self, mutant: str, expected: float, work: Any) -> tuple[str, str]:
        """Fork, run, and read what the child says; one that runs far too long has been caught as well."""
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(ours)
            code = 1
            devnull = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(devnull, stream)
            try:
                gc.disable()
                limit = int(10 + 5 * expected)
                resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
                resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
                signal.alarm(20 * limit)
                self.switch.activate(f"{PACKAGE}.none__mutmut_0" if self.control else mutant)
                code = work(lambda text: os.write(theirs, text.encode()[:1000]))
            except BaseException as problem:
                code = 1
                os.write(theirs, repr(problem).encode()[:1000])
            finally:
                os._exit(code)
        os.close(theirs)
        with os.fdopen(ours, "rb") as pipe:
            by = pipe.read().decode("utf-8", "replace")
        status = os.waitpid(child, 0)[1]
        if os.WIFSIGNALED(status):
            late = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL)
            return ("timeout" if late else "killed"), by or f"signal {os.WTERMSIG(status)}"
        return ("survived" if os.WEXITSTATUS(status) == 0 else "killed"), by

    def run_items(self, names: list[str], tell: Any) -> int:
        """In the child: run the tests until one fails."""
        items = [self.items[name] for name in names]
        for place, item in enumerate(items):
            if run_test(item, items[place + 1] if place + 1 < len(items) else None):
                tell(item.nodeid)
                return 1
        return 0


def collect_anew(files: list[str], tell: Any) -> int:
    """In the child: import these test modules again, with the mutant at work, and run them."""
    for name in [name for name in sys.modules if name == "tests" or name.startswith("tests.")]:
        del sys.modules[name]
    code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *files]))
    tell(f"collected anew: {' '.join(files)[:200]}")
    return 0 if code in (0, 5) else 1


def start_anew(files: list[str], tell: Any) -> int:
    """In the child: a fresh process, which loads the package with the mutant at work."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *files]
    code = subprocess.run(command, capture_output=True, check=False).returncode
    tell(f"started anew: {' '.join(files)[:200]}")
    return 0 if code in (0, 5) else 1


# ── what the type checker says ──────────────────────────────────────────────────────────────────────────────────────


def check_types(work: Path, mutants: list[str]) -> dict[str, str]:
    """Ask mypy, which every change has to pass, about these mutants; return what it says of those it refuses."""
    tree = work / "typed" / "src"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(ROOT / "src", tree, ignore=shutil.ignore_patterns("__pycache__"))
    spans: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    by_file: dict[Path, set[str]] = defaultdict(set)
    for mutant in mutants:
        by_file[path_of(work, mutant)].add(mutant)
    for path, kept in by_file.items():
        code, found = beside_the_plain(path, kept)
        name = str(Path("src") / path.relative_to(work / "src"))
        (work / "typed" / name).write_text(code, "utf-8")
        spans[name] = found
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), "--no-error-summary"]
    command += ["--cache-dir", str(work / "mypy"), "--no-pretty", "-p", PACKAGE]
    environment = os.environ | {"MYPYPATH": "src"}
    told = subprocess.run(command, cwd=work / "typed", env=environment, capture_output=True, text=True, check=False)
    refused: dict[str, str] = {}
    for line in told.stdout.splitlines():
        name, _, rest = line.partition(":")
        number, _, problem = rest.partition(":")
        for first, last, mutant in spans.get(name, ()):
            said = problem.lstrip().startswith("error") and "[no-redef]" not in problem
            if said and first <= int(number) <= last:
                refused.setdefault(mutant, problem.strip())
    return refused


def beside_the_plain(path: Path, kept: set[str]) -> tuple[str, list[tuple[int, int, str]]]:
    """The plain source of a mutated file with these mutants' functions beside the originals, and where each stands."""
    source = path.read_text("utf-8")
    lines: list[str | None] = list(source.splitlines())
    names = {mutant.rpartition(".")[2]: mutant for mutant in kept}
    places: list[tuple[int, int, str]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "__mutmut_" in node.name:
            first, last = min([node.lineno, *(each.lineno for each in node.decorator_list)]), node.end_lineno or 0
            if node.name in names:
                places.append((first, last, names[node.name]))
            else:
                lines[first - 1 : last] = [None] * (last - first + 1)
    for place, line in enumerate(lines):
        generated = line is not None and (line.endswith("mutmut generated") or "_mutmut_mutated" in line)
        lines[place] = None if generated else line
    at = [0]
    for line in lines:
        at.append(at[-1] + (line is not None))
    code = "\n".join(line for line in lines if line is not None) + "\n"
    return code, [(at[first - 1] + 1, at[last], mutant) for first, last, mutant in places]


# ── telling ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def wilson(found: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share after Wilson (1927)."""
    if not of:
        return 0.0, 1.0
    z, share = 1.959964, found / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return middle - half, middle + half


def change_of(work: Path, mutant: str) -> str:
    """Where a mutant is and what it changed."""
    path, name = path_of(work, mutant), mutant.rpartition(".")[2]
    source = path.read_text("utf-8")
    found = {
        node.name: node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    original = function_of(mutant).rpartition(".")[2] + "__mutmut_orig"
    lines = source.splitlines()
    before, after = ([*lines[found[each].lineno - 1 : found[each].end_lineno]] for each in (original, name))
    plain = ROOT / "src" / path.relative_to(work / "src")
    simple = original.removesuffix("__mutmut_orig").rpartition("ǁ")[2].removeprefix("x_" if "ǁ" not in original else "")
    owner = original.split("ǁ")[1] if "ǁ" in original else ""
    start = line_of(plain.read_text("utf-8"), owner, simple)
    shown, at = [], start
    for line in list(difflib.unified_diff(before[1:], after[1:], lineterm="", n=0))[2:]:
        if line.startswith("@@"):
            at = start + int(line.split()[1].lstrip("-").partition(",")[0])
        else:
            shown.append(line)
    return f"{plain.relative_to(ROOT)}:{at} {owner}.{simple}\n" + "\n".join(
        f"    {line}" for line in shown or ["- default or decorator", "+ " + after[0]]
    )


def path_of(work: Path, mutant: str) -> Path:
    """The mutated file a mutant is in."""
    path = work / "src" / Path(*mutant.split(".")[:-1])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def function_of(mutant: str) -> str:
    """The function a mutant belongs to."""
    return mutant.partition("__mutmut_")[0]


def line_of(source: str, owner: str, name: str) -> int:
    """The line on which a function of the plain source begins."""
    tree: Any = ast.parse(source)
    bodies = (
        [node.body for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == owner]
        if owner
        else [tree.body]
    )
    for body in bodies:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
                return node.lineno
    return 0


def report(results: list[dict[str, Any]], total: int) -> None:
    """Print the score."""
    counts = Counter(result["outcome"] for result in results)
    print(f"{len(results)} of {total} mutants: " + ", ".join(f"{count} {name}" for name, count in counts.most_common()))
    caught = counts["killed"] + counts["timeout"]
    for by, found in (("the tests", caught), ("the tests and mypy", caught + counts["caught by mypy"])):
        low, high = wilson(found, len(results))
        print(f"score by {by}: {found / max(len(results), 1):.1%}, 95 % interval {low:.1%}-{high:.1%} (Wilson)")


def run_all(runner: Runner, wanted: list[str], path: Path, seconds: float) -> None:
    """Run the mutants that have not been run, and write each result down at once."""
    begun = time.monotonic()
    gc.collect()
    gc.freeze()  # what the children share stays shared
    with path.open("a", encoding="utf-8") as notes:
        for place, mutant in enumerate(wanted, 1):
            if time.monotonic() - begun > seconds:
                return
            result = runner.run(mutant)
            print(json.dumps(result, ensure_ascii=False), file=notes, flush=True)
            print(
                f"{place}/{len(wanted)} {result['outcome']} {result['seconds']}s {mutant}", file=sys.stderr, flush=True
            )


def read(path: Path) -> dict[str, dict[str, Any]]:
    """The results so far, the last of each mutant."""
    if not path.exists():
        return {}
    return {row["mutant"]: row for row in map(json.loads, path.read_text("utf-8").splitlines())}


def main() -> int:
    """Draw, run, tell."""
    parser = argparse.ArgumentParser(description="Mutation testing of core/ by a random sample (变异测试)")
    parser.add_argument("--sample", type=int, default=1000, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--files", nargs="+", metavar="PREFIX", help="draw from these files alone: decide/ sla/ spans.py"
    )
    parser.add_argument("--budget", type=float, default=15, help="seconds of tests a mutant may cost")
    parser.add_argument("--seconds", type=float, default=math.inf, help="stop after so long; run again to go on")
    parser.add_argument("--first", action="store_true", help="a first look: collect nothing anew")
    parser.add_argument("--again", action="store_true", help="run the survivors of this sample again")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="run these mutants, whatever was known of them")
    parser.add_argument("--types", action="store_true", help="ask mypy about the survivors")
    parser.add_argument(
        "--control", action="store_true", help="run the same tests on the unchanged code: all must pass"
    )
    parser.add_argument("--show", action="store_true", help="show the survivors instead of running")
    parser.add_argument("--tests", nargs="+", default=["tests"], help="only these test files")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "hotline12345-mutation")
    given = parser.parse_args()
    os.chdir(ROOT)
    work = given.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    made = work / "mutants.json"
    if (given.show or given.types) and made.exists():
        mutants = {name: each["mutants"] for name, each in json.loads(made.read_text()).items()}
    else:
        mutants = make_tree(work)
    if given.files:
        begins = tuple(f"core/{prefix}" for prefix in given.files)
        mutants = {name: each for name, each in mutants.items() if name.startswith(begins)}
    drawn = given.only or draw(mutants, given.sample, given.seed)
    notes = work / f"{'control' if given.control else 'results'}-{given.seed}.jsonl"
    if not given.show and not given.types:
        known = read(notes)
        wanted = drawn if given.only else [mutant for mutant in drawn if mutant not in known]
        if given.again:
            wanted = [mutant for mutant in drawn if mutant in known and known[mutant]["outcome"] in OPEN]
        if wanted and (code := with_pytest(given, work, wanted, notes)):
            return code
    if given.types:
        known = read(notes)
        survivors = [mutant for mutant in drawn if mutant in known and known[mutant]["outcome"] in OPEN]
        refused = check_types(work, survivors)
        with notes.open("a", encoding="utf-8") as more:
            for mutant, said in refused.items():
                row = known[mutant] | {"outcome": "caught by mypy", "by": said}
                print(json.dumps(row, ensure_ascii=False), file=more)
    results = [row for mutant in drawn if (row := read(notes).get(mutant))]
    for row in results:
        if given.show and row["outcome"] in OPEN:
            print(f"{row['mutant']} [{row['outcome']}, {row['tests']} tests, {row['left']} left out]")
            print(f"  {change_of(work, row['mutant'])}\n")
    report(results, sum(map(len, mutants.values())))
    return 0


def with_pytest(given: Any, work: Path, wanted: list[str], notes: Path) -> int:
    """Collect the tests against the mutated tree and run the mutants from there."""
    sys.path.insert(0, str(work / "src"))
    os.environ["PYTHONPATH"] = str(work / "src")
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.dont_write_bytecode = True
    import mutation_switch

    def job(session: Session, items: list[Any]) -> None:
        reach = reach_of(session, items, work)
        runner = Runner(mutation_switch, reach, items, given.budget)
        runner.control, runner.anew = given.control, not given.first
        run_all(runner, wanted, notes, given.seconds)

    ignored = [f"--ignore=tests/{name}.py" for name in BLIND]
    arguments = ["-q", "-p", "no:cacheprovider", *ignored, *given.tests]
    return int(pytest.main(arguments, plugins=[Session(mutation_switch, job)]))


if __name__ == "__main__":
    sys.exit(main())
