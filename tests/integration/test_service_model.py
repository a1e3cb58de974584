"""The check of requests against the service's model sees what it is there to see."""
import pytest
from service_model import faults

GOOD = {"Version": "2010-05-15", "Action": "CreateStack", "StackName": "app"}
EVENTS = {"Version": "2010-05-15", "Action": "DescribeEvents", "Filters.FailedEvents": "true"}
pytestmark = pytest.mark.usefixtures("shared")


@pytest.mark.parametrize("fields, found", [
    (GOOD, []),
    ({**GOOD, "Tags": "", "DisableRollback": "true", "TimeoutInMinutes": "5"}, []),
    ({**GOOD, "Tags.member.1.Key": "k", "Tags.member.1.Value": "v"}, []),
    ({**GOOD, "TemplateBody": "{... (60000 bytes)"}, []),
    ({"Version": "2011-06-15", "Action": "GetCallerIdentity"}, []),
    ({**GOOD, "RoleARN": "arn:aws:iam::123456789012:role/r", "OnFailure": "DO_NOTHING"}, []),
    ({**EVENTS, "ChangeSetName": "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/c/1",
      "NextToken": "t"}, []),
    ({**EVENTS, "StackName": "app"}, []),
    ({**EVENTS, "Filters.FailedEvents": "1"}, ["Filters.FailedEvents: '1' is no boolean"]),
    ({**EVENTS, "Filters.Failed": "true"}, ["Filters.Failed: unknown"]),
    ({**GOOD, "Action": "GetStackPolicy"}, []),
    ({**GOOD, "Action": "SetStackPolicy", "StackPolicyBody": "{}"}, []),
    ({**GOOD, "Action": "SetStackPolicy", "StackPolicyBody": "", "ClientRequestToken": "t"},
     ["StackPolicyBody: shorter than 1", "ClientRequestToken: unknown"]),
    ({**GOOD, "Action": "UpdateTerminationProtection", "EnableTerminationProtection": "false"}, []),
    ({**GOOD, "Action": "UpdateTerminationProtection"}, ["EnableTerminationProtection: missing"]),
    ({**GOOD, "Action": "DeleteStack", "ClientRequestToken": "t"}, []),
    ({**GOOD, "Action": "ContinueUpdateRollback", "ClientRequestToken": "t"}, []),
    ({**GOOD, "Version": "2010"}, ["Version: '2010' is none of ['2010-05-15', '2011-06-15']"]),
    ({**GOOD, "Action": "MakeStack"}, ["Action: 'MakeStack' is unknown to cloudformation"]),
    ({**GOOD, "Stack": "app"}, ["Stack: unknown"]),
    ({**GOOD, "Tags.1.Key": "k"}, ["Tags.1.Key: unknown"]),
    ({**GOOD, "Tags.member.1.Name": "k", "Tags.member.1.Key": "k", "Tags.member.1.Value": "v"},
     ["Tags.member.1.Name: unknown"]),
    ({**GOOD, "Tags.member.1.Key": "k"}, ["Tags.member.1.Value: missing"]),
    ({**GOOD, "Tags.member.2.Key": "k", "Tags.member.2.Value": "v"},
     ["Tags: members are numbered ['2']"]),
    ({**GOOD, "Tags.member.1.Key": "k", "Tags.member.1.Value": ""},
     ["Tags.member.1.Value: shorter than 1"]),
    ({**GOOD, "DisableRollback": "yes"}, ["DisableRollback: 'yes' is no boolean"]),
    ({**GOOD, "TimeoutInMinutes": "x"}, ["TimeoutInMinutes: 'x' is no number"]),
    ({**GOOD, "OnFailure": "WEEP"},
     ["OnFailure: 'WEEP' is none of ['DO_NOTHING', 'ROLLBACK', 'DELETE']"]),
    ({**GOOD, "ClientRequestToken": "a b"},
     ["ClientRequestToken: 'a b' doesn't match [a-zA-Z0-9][-a-zA-Z0-9]*"]),
    ({**GOOD, "ClientRequestToken": "a" * 129}, ["ClientRequestToken: longer than 128"]),
    ({"Version": "2010-05-15", "Action": "CreateStack"}, ["StackName: missing"]),
    ({**GOOD, "Capabilities.member.1": "CAPABILITY_ALL"},
     ["Capabilities.member.1: 'CAPABILITY_ALL' is none of ['CAPABILITY_IAM', "
      "'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND']"]),
])
def test_faults(fields, found):
    assert faults({"fields": fields}) == found
