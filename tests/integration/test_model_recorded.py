"""The model plays the cases that were recorded from the real CloudFormation (../shared/recorded):
the same members in the same states, the same order of events, the same texts.

Templates are made anew from what the recordings show of them. What isn't played is named, with the
reason.
"""
import inspect
import json

import pytest
import recorded_changes
import recorded_stacks
from model_server import SHARED
from recorded_player import CASES, Player
from recordings import differences

assert recorded_changes and recorded_stacks  # they fill CASES

NOT_PLAYED = {
    "test_template_rendering_with_list": "not validated against AWS",
    "TestUpdates::test_deleting_resource": "asks Systems Manager",
    "test_using_pseudoparameters_in_places[condition]": "nothing was recorded",
    "test_drift_detection_on_lambda": "the model knows no drift",
    "test_no_parameters_error_update": "not validated against AWS",
    "test_update_with_previous_parameter_value": "asks SNS",
}


def recorded_cases():
    """(file, case without its path) -> what was recorded; nothing where ../shared isn't there."""
    cases = {}
    for path in sorted((SHARED / "recorded").glob("*.snapshot.json")):
        for name, case in json.loads(path.read_text()).items():
            short = name.partition("::")[2].replace("TestStacksApi::", "")
            cases[path.name.partition(".")[0], short] = case["recorded-content"]
    return cases


RECORDED = recorded_cases()


def player_of(file, name):
    return CASES.get(f"{file}::{name}") or CASES.get(name)


def test_every_recording_is_played_or_named(shared):
    assert RECORDED, f"no recordings in {shared}"
    names = {name for _, name in RECORDED}
    assert not [place for place in RECORDED
                if not player_of(*place) and place[1] not in NOT_PLAYED]
    assert not set(NOT_PLAYED) - names
    assert not {name.rpartition("::")[2] for name in CASES} - names


@pytest.mark.parametrize("file, name", sorted(
    place for place in RECORDED if player_of(*place)) or [
        pytest.param("", "", marks=pytest.mark.skip(reason=f"{SHARED} is not there"))])
def test_recorded(model, file, name):
    model.scenario(options={"operation_ids": False})
    play = player_of(file, name)
    named = "name" in inspect.signature(play).parameters
    parts = play(Player(model), name=name) if named else play(Player(model))
    recorded = RECORDED[file, name]
    if "all-events" in parts:
        recorded["all-events"] = [
            event for event in recorded["all-events"] if event[0] != "Dummy"]
    assert parts, "nothing was played"
    found = differences(recorded, parts)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("recorded, found, expected", [
    ({"a": 1}, {"a": 2}, ["part.a: recorded 1, found 2"]),
    ({"a": 1}, {}, ["part.a: recorded 1, found 'nothing'"]),
    ({}, {"b": 1}, ["part.b: recorded 'nothing', found 1"]),
    ([1], [1, 2], ["part: recorded [1], found [1, 2]"]),
    (["<x:1>", "<x:1>"], ["one", "one"], []),
    (["<x:1>", "<x:1>"], ["one", "two"], ["part[1]: recorded '<x:1>', found 'two'"]),
    ("text", "texts", ["part: recorded 'text', found 'texts'"]),
    ("CFN-A-xvqPt7CmcHKX", "CFN-A-123456789012", []),
    ("CFN-A-xvqPt7CmcHKX", "CFN-B-123456789012",
     ["part: recorded 'CFN-A-xvqPt7CmcHKX', found 'CFN-B-123456789012'"]),
    ("datetime", "2026", ["part: recorded 'datetime', found '2026'"]),
])
def test_differences_are_seen(recorded, found, expected):
    assert differences({"part": recorded}, {"part": found}) == expected
