#!/usr/bin/python3
"""All tests, step by step; a failing step doesn't stop the next. tests/run calls this.

A step is a list of commands, run one after the other until one fails. What a command tested is read
from the reports it leaves (JUnit XML) or from its output (TAP); a command that reports no case of
its own is one case itself. Each step prints its seconds; failed and skipped cases are named.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build-run"
GCC, ASAN, RELEASE = BUILD / "gcc", BUILD / "asan", BUILD / "release"
SIMULATE = "tests/simulation/simulate"
CEILING_S = 900
CLANG = {"CC": "clang"}
SANITIZERS = {"ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1",
              "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1"}
TAP = re.compile(r"^(not )?ok\b *\d* *-? *([^#\n]*)(?:# *(.*))?$", re.M)
TAIL_LINES = 60


def setup(folder, *options):
    """Configures a build folder, or keeps the one there; ninja sees to changes."""
    if (folder / "build.ninja").exists():
        return []
    return [["meson", "setup", str(folder), *options]]


def meson_test(folder, *suites):
    return ["meson", "test", "-C", str(folder), "--no-rebuild", "--print-errorlogs", "--quiet",
            *(f"--suite={suite}" for suite in suites)]


def pytest(folder, *options):
    return ["/usr/bin/python3", "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *options,
            folder]


def build(folder, *targets):
    return ["ninja", "--quiet", "-C", str(folder), *targets]


def simulate(folder, seeds, *options):
    return [str(folder / SIMULATE), "--seeds", seeds, *options]


# As it is installed: the booted system takes it from there.
SETUP_GCC = setup(GCC, "--prefix=/usr", "-Dsystemdsystemunitdir=/usr/lib/systemd/system")
STEPS = {
    "gcc": (90, [*SETUP_GCC, build(GCC), meson_test(GCC, "unit", "house")]),
    "asan": (180, [*setup(ASAN, "-Db_sanitize=address,undefined", "-Db_lundef=false"), build(ASAN),
                   meson_test(ASAN, "unit", "simulation")]),
    "simulation": (260, [*setup(RELEASE, "-Dbuildtype=release"), build(RELEASE, SIMULATE),
                         simulate(RELEASE, "1-1000"), simulate(RELEASE, "1-50", "--twice"),
                         simulate(RELEASE, "1-40", "--keys-expire", "60")]),
    "mutants": (60, [*setup(RELEASE, "-Dbuildtype=release"),
                     ["tests/simulation/mutants/run", str(RELEASE)]]),
    "lines": (150, [["tests/simulation/lines", str(BUILD / "lines")]]),
    "pytest": (200, [*SETUP_GCC, build(GCC),
                     pytest("tests/integration", "-n", "3", "--dist", "loadfile")]),
    "system": (60, [*SETUP_GCC, build(GCC), pytest("tests/system")]),
    "lint": (180, [*SETUP_GCC, ["tests/lint", str(GCC)]]),
}
SURROUNDINGS = {"asan": {**CLANG, **SANITIZERS}, "pytest": {"STACKD_BUILD": str(GCC)},
                "system": {"STACKD_BUILD": str(GCC)}}


def junit_cases(path):
    """Gives (name, result, text) of each test case of a JUnit report."""
    for suite in ElementTree.parse(path).getroot().iter("testsuite"):
        for case in suite.findall("testcase"):
            name = f"{case.get('classname') or suite.get('name')}: {case.get('name')}"
            for result in ("failure", "error", "skipped"):
                found = case.find(result)
                if found is not None:
                    text = found.get("message") or found.text or ""
                    yield name, "skipped" if result == "skipped" else "failed", text
                    break
            else:
                yield name, "passed", ""


def printed_cases(printed):
    for wrong, name, directive in TAP.findall(printed):
        if directive.upper().startswith("SKIP"):
            yield name.strip(), "skipped", directive[4:].strip()
        else:
            yield name.strip(), "failed" if wrong else "passed", ""


def report_of(command):
    """Where a command's JUnit report will be, and the command that writes it there."""
    if command[:2] == ["meson", "test"]:
        return pathlib.Path(command[3]) / "meson-logs" / "testlog.junit.xml", command
    if "pytest" in command:
        path = BUILD / "pytest.junit.xml"
        return path, [*command, f"--junitxml={path}"]
    return None, command


def run(command, log, surroundings):
    """Runs one command; gives its cases."""
    report, command = report_of(command)
    if report:
        report.unlink(missing_ok=True)
    try:
        ended = subprocess.run(command, cwd=ROOT, env={**os.environ, **surroundings},
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace",
                               timeout=CEILING_S)
        printed, status = ended.stdout, ended.returncode
    except subprocess.TimeoutExpired as late:
        printed = (late.stdout or b"").decode(errors="replace")
        status = f"still running after {CEILING_S} s"
    except OSError as error:
        printed, status = str(error), 127
    log.write(f"$ {' '.join(command)}\n{printed}\n")
    cases = list(junit_cases(report) if report and report.exists() else printed_cases(printed))
    words = " ".join(str(word).replace(f"{ROOT}/", "") for word in command[:6])
    if status != 0 and not any(result == "failed" for _, result, _ in cases):
        cases.append((f"{words} (exit status {status})", "failed", ""))
    elif not cases and (report or command[0].startswith("tests/")):
        cases.append((f"{words} ran no test", "failed", ""))
    return cases, printed, status == 0


def run_step(name):
    budget_s, commands = STEPS[name]
    start = time.monotonic()
    path = BUILD / f"{name}.log"
    all_cases = []
    with path.open("w") as log:
        for command in commands:
            cases, printed, good = run(command, log, SURROUNDINGS.get(name, {}))
            all_cases += cases
            if not good:
                print("\n".join(f"    {line}" for line in printed.splitlines()[-TAIL_LINES:]))
                break
    seconds = time.monotonic() - start
    counts = count(all_cases)
    over = f", over its budget of {budget_s} s" if seconds > budget_s else ""
    print(f"{name}: {said(counts)}, {seconds:.0f} s{over} ({path.relative_to(ROOT)})", flush=True)
    return [(f"{name}: {case}", result, text) for case, result, text in all_cases]


def count(cases):
    return {wanted: sum(result == wanted for _, result, _ in cases)
            for wanted in ("passed", "failed", "skipped")}


def said(counts):
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    return f"{counts['passed']} passed, {counts['failed']} failed{skipped}"


def name_cases(cases, wanted):
    for name, result, text in cases:
        if result == wanted:
            print(f"{wanted}: {name}{': ' + text.splitlines()[0] if text.strip() else ''}")


def main():
    names = sys.argv[1:] or list(STEPS)
    if names == ["--list"]:
        print("\n".join(STEPS))
        return 0
    unknown = [name for name in names if name not in STEPS]
    if unknown:
        print(f"no step {unknown[0]!r}; there are {', '.join(STEPS)}", file=sys.stderr)
        return 64
    BUILD.mkdir(exist_ok=True)
    for tool in ("meson", "ninja"):
        if not shutil.which(tool):
            print(f"{tool} is missing; see tests/install", file=sys.stderr)
    cases = [case for name in names for case in run_step(name)]
    counts = count(cases)
    name_cases(cases, "skipped")
    print(f"{counts['skipped']} skipped")
    name_cases(cases, "failed")
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return counts["failed"] > 0


if __name__ == "__main__":
    sys.exit(main())
