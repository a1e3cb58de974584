"""Compares replies with what was recorded from the real service.

A recording has placeholders: "<name:1>" stands for the same text wherever it occurs within one
case, and `datetime` and the like for any moment. Members have to be the same on both sides, and so
have lists, but for the order of those that AWS gives in no particular one.
"""
import datetime
import json
import re

PLACEHOLDER = re.compile(r"<[a-z0-9-]+(?::\d+)?>")
RANDOM_TAIL = re.compile(r"-(?:[A-Za-z0-9]{12}|[a-z0-9]{13})$")
UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"
ANY_TEXT = {"resource-status-reason"}
MOMENTS = {"datetime", "timestamp"}
UNORDERED = {"Parameters": "ParameterKey", "Outputs": "OutputKey",
             "StackResources": "LogicalResourceId"}
PARSED = {"ResourceProperties", "Metadata", "BeforeContext", "AfterContext"}


class Comparison:
    """Collects the differences of one case; placeholders are bound once for all its parts."""

    def __init__(self):
        self.bound = {}
        self.faults = []

    def fault(self, path, recorded, found):
        self.faults.append(f"{path}: recorded {recorded!r}, found {found!r}")

    def pattern(self, recorded):
        """A regular expression for a text with placeholders, and the names it binds."""
        names, parts, end = [], [], 0
        recorded = re.sub(r"-date$", "-<date>", recorded)
        tail = None if " " in recorded else RANDOM_TAIL.search(recorded)
        if tail:
            recorded, end_pattern = recorded[:tail.start()], r"-[A-Za-z0-9]{12,13}"
        else:
            end_pattern = ""
        for found in PLACEHOLDER.finditer(recorded):
            parts.append(re.escape(recorded[end:found.start()]))
            name, end = found.group(), found.end()
            if name in self.bound:
                parts.append(re.escape(self.bound[name]))
            elif ":" in name:
                names.append(name)
                parts.append("(.+?)")
            else:
                parts.append(".+?")
        parts.append(re.escape(recorded[end:]) + end_pattern)
        return "".join(parts), names

    def text(self, path, recorded, found):
        if recorded in ANY_TEXT and isinstance(found, str):
            return
        if recorded == UNKNOWN and ".BeforeContext." in path:
            return  # AWS forgets what a reference was; the model tells
        if recorded in MOMENTS:
            if not isinstance(found, datetime.datetime):
                self.fault(path, recorded, found)
            return
        pattern, names = self.pattern(recorded)
        matched = isinstance(found, str) and re.fullmatch(pattern, found, re.S)
        if not matched:
            self.fault(path, recorded, found)
            return
        self.bound.update(zip(names, matched.groups()))

    def mapping(self, path, recorded, found):
        if not isinstance(found, dict):
            self.fault(path, recorded, found)
            return
        for name in sorted(recorded.keys() | found.keys()):
            if name not in found:
                self.fault(f"{path}.{name}", recorded[name], "nothing")
            elif name not in recorded:
                self.fault(f"{path}.{name}", "nothing", found[name])
            else:
                self.value(f"{path}.{name}", recorded[name], found[name])

    def sequence(self, path, recorded, found):
        if not isinstance(found, list) or len(recorded) != len(found):
            self.fault(path, recorded, found)
            return
        for number, (one, other) in enumerate(zip(recorded, found)):
            self.value(f"{path}[{number}]", one, other)

    def value(self, path, recorded, found):
        if isinstance(recorded, dict):
            self.mapping(path, recorded, found)
        elif isinstance(recorded, list):
            self.sequence(path, recorded, found)
        elif isinstance(recorded, str):
            self.text(path, recorded, found)
        elif recorded != found:
            self.fault(path, recorded, found)


def tidy(value, name=None):
    """A reply as the recordings have it: without headers, JSON in texts parsed, lists that AWS
    gives in any order sorted."""
    if isinstance(value, dict):
        if name == "ResponseMetadata":
            return {"HTTPStatusCode": value["HTTPStatusCode"]}
        return {key: tidy(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        items = [tidy(item) for item in value]
        if name in UNORDERED:
            items.sort(key=lambda item: item[UNORDERED[name]])
        elif name == "Changes":
            items.sort(key=lambda item: item["ResourceChange"]["LogicalResourceId"])
        return items
    if name in PARSED and isinstance(value, str):
        return json.loads(value)
    return value


def differences(recorded, parts):
    """What is different between the recorded parts of a case and the parts that were played."""
    comparison = Comparison()
    for name, found in parts.items():
        assert name in recorded, f"nothing was recorded under {name}"
        comparison.value(name, tidy(recorded[name]), tidy(found))
    return comparison.faults


def collapsed(events):
    """Events oldest first, as `per-resource-events` has them: the last of several that say the
    same, without the cleanup."""
    kept = []
    for event in reversed(events):
        if event["ResourceStatus"] == "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS":
            continue
        same = [old for old in kept if old["LogicalResourceId"] == event["LogicalResourceId"]]
        if same and same[-1]["ResourceStatus"] == event["ResourceStatus"]:
            kept.remove(same[-1])
        kept.append(event)
    names = ("LogicalResourceId", "PhysicalResourceId", "ResourceStatus", "ResourceType",
             "Timestamp")
    return [{name: event[name] for name in names} for event in kept]
