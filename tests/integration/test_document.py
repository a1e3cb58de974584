"""base/document.h against two other readers: PyYAML's own (not libyaml's) and Python's json."""
import json
import random
import re
import subprocess

import document_writers
import pytest
import yaml
from model_server import BUILD

DUMP = BUILD / "tests" / "integration" / "document-dump"
YAML_COUNT, JSON_COUNT, DAMAGED_COUNT = 1200, 800, 1000
# What we refuse on purpose, whatever other readers say.
OWN_RULES = ["found an anchor", "found an alias", "found a merge", "again, already at",
             "found a second document", "found a %TAG", "as a map's key", "found an empty document",
             "found a text with a NUL", "\\u0000", "half of a surrogate pair",
             "found an unknown directive"]
# Where libyaml, which reads ours, and PyYAML's own reader differ; see the rows below.
READERS_DIFFER = re.compile(r"\t|[|>][-+\d]*#|[\s\S]\ufeff|!\S*[\[\]{},]|[\[{,]\s*\?|\w\?|:[\]}]")


def dump(form, texts):
    """What document-dump makes of each text."""
    if not DUMP.exists():
        pytest.fail(f"{DUMP} is not built (STACKD_BUILD={BUILD})")
    bodies = [text.encode() for text in texts]
    given = b"".join(b"%s %d\n%s" % (form.encode(), len(body), body) for body in bodies)
    printed = subprocess.run([DUMP], input=given, check=True, capture_output=True, timeout=60)
    lines = printed.stdout.decode().split("\n")
    assert lines.pop() == "" and len(lines) == len(texts)
    return [json.loads(line) for line in lines]


def tag_of(node):
    """None where the text has no tag: the reader without types calls these str, seq and map."""
    tag = node.tag or ""
    if tag in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"):
        return None
    return tag.replace("tag:yaml.org,2002:", "!!") or None


def tree_of(node):
    """The form of document-dump, from PyYAML's nodes."""
    if isinstance(node, yaml.ScalarNode):
        value = node.value
    elif isinstance(node, yaml.SequenceNode):
        value = {"list": [tree_of(item) for item in node.value]}
    else:
        value = {"map": [[tree_of(name), tree_of(item)] for name, item in node.value]}
    plain = isinstance(node, yaml.ScalarNode) and node.style is None
    return [node.start_mark.line + 1, node.start_mark.column + 1, tag_of(node), plain, value]


def comparable(tree, flow_nothing):
    """!!str and "!" look like no tag in PyYAML's tree. Where a value of a flow map is missing, the
    readers call different places its own: flow_nothing false leaves these out."""
    line, column, tag, plain, value = tree
    if isinstance(value, dict):
        value = {kind: [[comparable(part, flow_nothing) for part in item] if kind == "map" else
                        comparable(item, flow_nothing) for item in items]
                 for kind, items in value.items()}
    if plain and not value and not flow_nothing:
        line = column = 0
    return [line, column, None if tag in ("!!str", "!", "!!seq", "!!map") else tag, plain, value]


def read_yaml(text):
    """PyYAML's tree, None where it refuses the text."""
    try:
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError):
        return None
    return tree_of(node) if node else None


def check_yaml(text, ours, flow_nothing=True):
    """What is wrong, or None."""
    theirs = read_yaml(text)
    if isinstance(ours, dict):
        if theirs and not any(rule in ours["error"] for rule in OWN_RULES):
            return f"refused: {ours['error']}"
        return None
    if theirs is None:
        return "accepted"
    if comparable(ours, flow_nothing) == comparable(theirs, flow_nothing):
        return None
    return f"{ours}\n{theirs}"


def test_generated_yaml():
    chance = random.Random(1)
    texts = [document_writers.Yaml(chance).document() for _ in range(YAML_COUNT)]
    results = dump("yaml", texts)
    wrong = [(text, fault) for text, ours in zip(texts, results)
             if (fault := check_yaml(text, ours))]
    assert wrong == []
    assert sum(isinstance(ours, list) for ours in results) == YAML_COUNT


def test_damaged_yaml():
    chance = random.Random(2)
    texts = [document_writers.damaged(document_writers.Yaml(chance).document(), chance)
             for _ in range(DAMAGED_COUNT)]
    results = dump("yaml", texts)
    wrong = [(text, fault) for text, ours in zip(texts, results)
             if (fault := check_yaml(text, ours, flow_nothing=False))]
    assert [pair for pair in wrong if not READERS_DIFFER.search(pair[0])] == []
    assert len(wrong) < DAMAGED_COUNT // 50
    assert sum(isinstance(ours, dict) for ours in results) > DAMAGED_COUNT // 4


# Where libyaml and PyYAML's own reader differ: ours is libyaml's answer.
@pytest.mark.parametrize("text, theirs, ours", [
    ("a:\tb", None, {"a": "b"}),
    ("a: \tb", None, {"a": "b"}),
    ("- a\n-\tb", None, None),
    ("a: b\t", None, {"a": "b"}),
    ("a: 'b'\t", None, {"a": "b"}),
    ("a: 'b'\t# c", None, {"a": "b"}),
    ("a: ># c\n  b", None, {"a": "b"}),
    ("[a?b]", None, ["a?b"]),
    ("{a:}", {"a": ""}, None),
    ("!a[b c", "c", None),
    ("a: [b,\tc]", None, {"a": ["b", "c"]}),
    ('a: "\\ud83d\\ude00"', {"a": "\ud83d\ude00"}, None),
    ("%YAML 1.3\n---\na: b", {"a": "b"}, None),
])
def test_where_the_readers_differ(text, theirs, ours):
    try:
        assert yaml.load(text, Loader=yaml.BaseLoader) == theirs
    except yaml.YAMLError:
        assert theirs is None
    tree = dump("yaml", [text])[0]
    if ours is None:
        assert list(tree) == ["error"]
    else:
        assert values_of(tree) == ours


def test_where_nothing_stands_in_a_flow_map():
    tree = dump("yaml", ["{a:  , b: c}"])[0]
    assert tree[4]["map"][0][1][:2] == [1, 6]
    assert read_yaml("{a:  , b: c}")[4]["map"][0][1][:2] == [1, 4]


def values_of(tree):
    value = tree[4]
    if isinstance(value, str):
        return value
    if "list" in value:
        return [values_of(item) for item in value["list"]]
    return {values_of(name): values_of(item) for name, item in value["map"]}


def pairs_of(text):
    """Python's reading: numbers and words as they stand, members as pairs."""
    value = json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=lambda pairs:
                       ("map", pairs))
    return plain_of(value)


def plain_of(value):
    if isinstance(value, tuple):
        return {"map": [[name, plain_of(item)] for name, item in value[1]]}
    if isinstance(value, list):
        return {"list": [plain_of(item) for item in value]}
    return value if isinstance(value, str) else json.dumps(value)


def plain_of_tree(tree):
    value = tree[4]
    if isinstance(value, str):
        return value
    if "list" in value:
        return {"list": [plain_of_tree(item) for item in value["list"]]}
    return {"map": [[name[4], plain_of_tree(item)] for name, item in value["map"]]}


def places_of(tree):
    yield tree[:2]
    if isinstance(tree[4], dict):
        for item in tree[4].get("list", []):
            yield from places_of(item)
        for name, item in tree[4].get("map", []):
            yield name[:2]
            yield from places_of(item)


def test_generated_json():
    chance = random.Random(3)
    writers = [document_writers.Json(chance) for _ in range(JSON_COUNT)]
    texts = [writer.document() for writer in writers]
    for writer, ours in zip(writers, dump("json", texts)):
        assert isinstance(ours, list), (writer.text, ours)
        assert plain_of_tree(ours) == pairs_of(writer.text), writer.text
        assert list(places_of(ours)) == writer.places, writer.text


def test_damaged_json():
    chance = random.Random(4)
    texts = [document_writers.damaged(document_writers.Json(chance).document(), chance)
             for _ in range(DAMAGED_COUNT)]
    refused = 0
    for text, ours in zip(texts, dump("json", texts)):
        try:
            theirs = pairs_of(text)
        except ValueError:
            theirs = None
        if isinstance(ours, dict):
            refused += 1
            assert theirs is None or any(rule in ours["error"] for rule in OWN_RULES), (text, ours)
        else:
            assert plain_of_tree(ours) == theirs, text
    assert refused > DAMAGED_COUNT // 4
