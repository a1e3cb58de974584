#!/usr/bin/python3
"""The layer rule: a file includes its own folder and those before it.

    base -> stack -> engine -> aws -> report -> io -> stackd, stackctl

stackctl has of io only what is named below, and the model of CloudFormation has base only, so that
one mistake can't hide in the daemon and in its judge. Run as `check_layers.py SOURCE_ROOT`, or with
--self-test to see that it still fails on what it should.
"""
import pathlib
import re
import sys
import tempfile

PURE = ["base", "stack", "engine", "aws", "report"]
ALLOWED = {room: set(PURE[: place + 1]) for place, room in enumerate(PURE)}
ALLOWED["io"] = {*PURE, "io"}
ALLOWED["stackd"] = {*PURE, "io", "stackd"}
ALLOWED["stackctl"] = {*PURE, "stackctl"}
SINGLE_HEADERS = {"stackctl": {"io/disk.h", "io/files.h", "io/control_client.h", "io/output.h"}}
ALLOWED["cloudformation"] = {"base", "cloudformation"}
WORLD = re.compile(r"uv\.h|curl/|systemd/|microhttpd\.h|sys/socket\.h|sys/inotify\.h|fcntl\.h")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def fault(room, mark, header):
    """Says what is wrong with this include in this room, or None."""
    if mark == "<":
        if room in PURE and WORLD.match(header):
            return f"{room}/ is pure and must not include <{header}>"
        return None
    folder = header.rpartition("/")[0]
    if header in SINGLE_HEADERS.get(room, ()) or folder in ALLOWED[room]:
        return None
    if not folder:
        return f'"{header}" must be included with its folder, as "{room}/{header}"'
    allowed = ", ".join(sorted(ALLOWED[room] | SINGLE_HEADERS.get(room, set())))
    return f'{room}/ must not include "{header}" (only {allowed})'


def check(root):
    faults, files = [], 0
    for parent, rooms in (("daemon", None), ("tests", ["cloudformation"])):
        for path in sorted((root / parent).glob("*/**/*.[ch]")):
            room = path.relative_to(root / parent).parts[0]
            if rooms is not None and room not in rooms:
                continue
            where = path.relative_to(root)
            files += 1
            if room not in ALLOWED:
                faults.append(f"{where}: the layer rule knows no room {room}/")
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                found = INCLUDE.match(line)
                said = found and fault(room, *found.groups())
                if said:
                    faults.append(f"{where}:{number}: {said}")
    return faults, files


SELF_TEST = [
    ("daemon/base/error.c", '#include "io/journal.h"', True),
    ("daemon/base/error.c", '#include "base/error.h"', False),
    ("daemon/engine/engine.c", '#include "aws/query.h"', True),
    ("daemon/engine/engine.c", '#include "stack/plan.h"', False),
    ("daemon/stack/deep/plan.c", '# include "engine/call.h"', True),
    ("daemon/report/table.c", "#include <uv.h>", True),
    ("daemon/report/table.c", "#include <string.h>", False),
    ("daemon/io/http.c", "#include <uv.h>", False),
    ("daemon/io/http.c", '#include "stackd/wiring.h"', True),
    ("daemon/io/http.c", '#include "http.h"', True),
    ("daemon/stackctl/render.c", '#include "io/files.h"', False),
    ("daemon/stackctl/render.c", '#include "io/http.h"', True),
    ("daemon/stackd/main.c", '#include "stackctl/verb.h"', True),
    ("daemon/misc/thing.c", "", True),
    ("tests/cloudformation/form.c", '#include "aws/query.h"', True),
    ("tests/cloudformation/form.c", '#include "base/text.h"', False),
    ("tests/unit/test_query.c", '#include "aws/query.h"', False),
]


def self_test():
    failed = 0
    for name, line, expected in SELF_TEST:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True)
            path.write_text(line + "\n")
            faults, _ = check(pathlib.Path(folder))
        if bool(faults) != expected:
            failed += 1
            print(f"{name}: {line}: expected {'a' if expected else 'no'} fault, got {faults}")
    print(f"{len(SELF_TEST) - failed} of {len(SELF_TEST)} examples judged rightly")
    return failed > 0


def main():
    if sys.argv[1] == "--self-test":
        return self_test()
    faults, files = check(pathlib.Path(sys.argv[1]))
    print("\n".join(faults) or f"{files} files keep the layer rule")
    return bool(faults) or files == 0


if __name__ == "__main__":
    sys.exit(main())
