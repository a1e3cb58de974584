#!/usr/bin/python3
"""The size of our files and functions: a room that outgrows the house gets a wall.

Prints files over 400 lines and functions over 60; fails over 600 and over 100. A unit test may have
1000 lines, for its rows are data. Functions are measured by universal-ctags. Run as
`check_sizes.py files|functions SOURCE_ROOT`, or with --self-test.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

AIMS = {"files": 400, "functions": 60}
LIMITS = {"files": 600, "functions": 100}
UNIT_TEST_LIMIT = 1000
SKIPPED = 77


def sources(root):
    return sorted(path for room in ("daemon", "tests") for path in (root / room).rglob("*.[ch]"))


def files(root):
    for path in sources(root):
        yield len(path.read_bytes().splitlines()), path.relative_to(root)


def functions(root):
    paths = "\n".join(str(path) for path in sources(root))
    command = ["ctags", "-L", "-", "-f", "-", "--output-format=json", "--languages=C",
               "--langmap=C:.c.h", "--kinds-C=f", "--fields=+ne"]
    printed = subprocess.run(command, input=paths, check=True, capture_output=True, text=True)
    for line in printed.stdout.splitlines():
        tag = json.loads(line)
        where = f"{pathlib.Path(tag['path']).relative_to(root)}:{tag['line']} {tag['name']}()"
        yield tag.get("end", tag["line"]) - tag["line"] + 1, where


def limit(what, name):
    if what == "files" and str(name).startswith("tests/unit/"):
        return UNIT_TEST_LIMIT
    return LIMITS[what]


def check(what, root):
    """Prints the offenders; gives how many are over the aim, over the limit, and seen at all."""
    sizes = list((files if what == "files" else functions)(root))
    over = sorted(((size, str(name)) for size, name in sizes if size > AIMS[what]), reverse=True)
    faults = 0
    for size, name in over:
        faults += size > limit(what, name)
        rule = f"at most {limit(what, name)}" if size > limit(what, name) else f"aim {AIMS[what]}"
        print(f"{name}: {size} lines, {rule}")
    middle = sorted(size for size, _ in sizes)[len(sizes) // 2] if sizes else 0
    print(f"{len(sizes)} {what}, median {middle} lines, {len(over)} over {AIMS[what]}")
    return len(over), faults, len(sizes)


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "daemon").mkdir()
        for lines in (60, 61, 101):
            body = "\ta = a + 1;\n" * (lines - 4)
            text = f"int f{lines}(int a)\n{{\n{body}\treturn a;\n}}\n"
            (root / f"daemon/f{lines}.c").write_text(text)
        (root / "daemon/long.h").write_text("int a;\n" * 601)
        good = check("files", root) == (1, 1, 4)
        if shutil.which("ctags"):
            good = check("functions", root) == (2, 1, 3) and good
    return not good


def main():
    if sys.argv[1] == "--self-test":
        return self_test()
    what, root = sys.argv[1], pathlib.Path(sys.argv[2])
    if what == "functions" and not shutil.which("ctags"):
        print("skipped: universal-ctags is not installed")
        return SKIPPED
    _, faults, seen = check(what, root)
    return faults > 0 or seen == 0


if __name__ == "__main__":
    sys.exit(main())
