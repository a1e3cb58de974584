#!/usr/bin/python3
"""The manual has all that there is: each key, setting, option, journal field and message id, and
names none that there is not.

    check_manual.py ROOT
"""
import pathlib
import re
import sys

BOLD = re.compile(r"\*([^*\n]+)\*(?!\()")  # not the name of another page
MESSAGE_ID = r"\b[0-9a-f]{32}\b"


def found(path, pattern):
    return set(re.findall(pattern, path.read_text(), re.M))


def words(page, pattern):
    """What a page prints bold, of one form."""
    return {match for word in BOLD.findall(page.read_text()) for match in re.findall(pattern, word)}


def comparisons(root):
    """What it is, where it is read, and the two sets that must be the same."""
    man, daemon = root / "config" / "man", root / "daemon"
    daemon_page, settings_page = man / "stackd.8.scd", man / "stackd.conf.5.scd"
    manifest_page = man / "stackd.manifest.5.scd"
    keys = found(daemon / "stack" / "manifest.c", r'^\t\{"([a-z-]+)", read_')
    yield "key of manifests", manifest_page, keys, words(manifest_page, r"^[a-z-]+$") - {
        "stack", "service", "output"}
    yield ("setting", settings_page, found(root / "config" / "stackd.conf", r"^#([A-Z]\w+=.*)$"),
           words(settings_page, r"^[A-Z]\w+=.*$"))
    yield ("message id", daemon_page, found(daemon / "io" / "journal.c", MESSAGE_ID),
           found(daemon_page, MESSAGE_ID))
    yield ("journal field", daemon_page, found(daemon / "io" / "journal.c", r"\bSTACKD_[A-Z_]+"),
           words(daemon_page, r"^(STACKD_[A-Z_]+)=$"))
    yield ("option", daemon_page,
           found(daemon / "stackd" / "arguments.c", r'^\t"  (?:stackd )?(--[a-z]+)'),
           words(daemon_page, r"^--[a-z]+$"))
    tool_page, tool = man / "stackctl.1.scd", daemon / "stackctl" / "arguments.c"
    yield ("option", tool_page, found(tool, r'^\t"  (--[a-z]+)'),
           words(tool_page, r"^--[a-z]+$"))
    yield ("command", tool_page, found(tool, r'^\t"  stackctl ([a-z]+)'),
           words(tool_page, r"^[a-z]+$") - {"stackctl", "stackd"})


def main():
    wrong = 0
    for what, page, there, told in comparisons(pathlib.Path(sys.argv[1])):
        if not there:
            print(f"no {what} found: has its table another form?")
            wrong += 1
        for word in sorted(there - told):
            print(f"{page.name}: {what} {word} is missing")
        for word in sorted(told - there):
            print(f"{page.name}: there is no {what} {word}")
        wrong += len(there ^ told)
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
