"""boto3 calls every action of the model and looks at each member of the reply."""
import datetime
import re

import pytest

exceptions = pytest.importorskip("botocore.exceptions")
parsers = pytest.importorskip("botocore.parsers")

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
STACK_ID = rf"arn:aws:cloudformation:eu-west-1:111111111111:stack/app/{UUID}"
SET_ID = rf"arn:aws:cloudformation:eu-west-1:111111111111:changeSet/cs/{UUID}"
DRIFT = {"StackDriftStatus": "NOT_CHECKED"}
RESOURCE_DRIFT = {"StackResourceDriftStatus": "NOT_CHECKED"}
TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Description: A topic & its <name>
Metadata: {Who: me}
Parameters:
  Name: {Type: String, Default: one, Description: its name, AllowedValues: [one, two]}
  Secret: {Type: String, NoEcho: true}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Metadata: {Note: x}
    Properties: {TopicName: !Ref Name, DisplayName: !Ref Secret}
Outputs:
  Arn:
    Description: what it is
    Value: !Ref Topic
    Export: {Name: topic}
"""
SECRET = [{"ParameterKey": "Secret", "ParameterValue": "hush"}]
TOPIC_ARN = "arn:aws:sns:eu-west-1:111111111111:one"


class Match:
    """Equal to every text that the pattern matches."""

    def __init__(self, pattern):
        self.pattern = pattern

    def __eq__(self, other):
        return isinstance(other, str) and re.fullmatch(self.pattern, other) is not None

    def __repr__(self):
        return f"Match({self.pattern!r})"


class Time:
    """Equal to every moment with a time zone."""

    def __eq__(self, other):
        return isinstance(other, datetime.datetime) and other.tzinfo is not None

    def __repr__(self):
        return "Time()"


def told(reply):
    """The reply without ResponseMetadata, which has to be there, with a request id. Parameters are
    sorted: AWS gives them in no order."""
    metadata = reply.pop("ResponseMetadata")
    assert metadata["HTTPStatusCode"] == 200
    assert metadata["RequestId"] == Match(UUID)
    assert metadata["HTTPHeaders"]["x-amzn-requestid"] == metadata["RequestId"]
    for part in reply.get("Stacks", [reply]):
        part.get("Parameters", []).sort(key=lambda parameter: parameter["ParameterKey"])
    return reply


def refused(call, **arguments):
    """Code and message of the error that a call gives."""
    with pytest.raises(exceptions.ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture(name="cfn")
def fixture_cfn(shared, model):
    """A client, with the stack `app` there."""
    client = model.client()
    reply = client.create_stack(StackName="app", TemplateBody=TEMPLATE, Parameters=SECRET,
                                Tags=[{"Key": "team", "Value": "blue & green"}],
                                NotificationARNs=["arn:aws:sns:eu-west-1:111111111111:n"],
                                ClientRequestToken="token-1", TimeoutInMinutes=5)
    assert told(reply) == {"StackId": Match(STACK_ID), "OperationId": Match(UUID)}
    return client


def propose(cfn, **more):
    return cfn.create_change_set(
        StackName="app", ChangeSetName="cs", UsePreviousTemplate=True,
        Parameters=[{"ParameterKey": "Secret", "UsePreviousValue": True},
                    {"ParameterKey": "Name", "ParameterValue": "two"}], **more)


def test_get_caller_identity(model):
    assert told(model.client("sts").get_caller_identity()) == {
        "Account": "111111111111", "UserId": Match("AIDA[A-Z0-9]+"),
        "Arn": "arn:aws:iam::111111111111:user/model"}


def test_describe_stacks(cfn):
    assert told(cfn.describe_stacks(StackName="app")) == {"Stacks": [{
        "StackId": Match(STACK_ID), "StackName": "app", "Description": "A topic & its <name>",
        "CreationTime": Time(), "StackStatus": "CREATE_COMPLETE", "DisableRollback": False,
        "TimeoutInMinutes": 5, "RollbackConfiguration": {},
        "Parameters": [{"ParameterKey": "Name", "ParameterValue": "one"},
                       {"ParameterKey": "Secret", "ParameterValue": "****"}],
        "NotificationARNs": ["arn:aws:sns:eu-west-1:111111111111:n"],
        "Tags": [{"Key": "team", "Value": "blue & green"}],
        "Outputs": [{"OutputKey": "Arn", "OutputValue": TOPIC_ARN, "ExportName": "topic",
                     "Description": "what it is"}],
        "EnableTerminationProtection": False, "DriftInformation": DRIFT,
        "LastOperations": [{"OperationType": "CREATE_STACK", "OperationId": Match(UUID)}]}]}


def test_describe_all_stacks_in_pages(model, cfn):
    model.scenario(options={"pages": {"stacks": 2}})
    for number in range(4):
        cfn.create_stack(StackName=f"s{number}", TemplateBody="Resources: {A: {Type: "
                         "AWS::SNS::Topic}}")
    cfn.delete_stack(StackName="s2")
    pages = list(cfn.get_paginator("describe_stacks").paginate())
    names = [[stack["StackName"] for stack in page["Stacks"]] for page in pages]
    assert names == [["s3", "s1"], ["s0", "app"]]
    listed = [summary["StackName"] for page in cfn.get_paginator("list_stacks").paginate()
              for summary in page["StackSummaries"]]
    assert listed == ["s3", "s2", "s1", "s0", "app"]


def test_list_stacks(cfn):
    cfn.delete_stack(StackName="app")
    reply = told(cfn.list_stacks(StackStatusFilter=["DELETE_COMPLETE"]))
    assert reply == {"StackSummaries": [{
        "StackId": Match(STACK_ID), "StackName": "app", "StackStatus": "DELETE_COMPLETE",
        "TemplateDescription": "A topic & its <name>", "CreationTime": Time(),
        "DeletionTime": Time(), "DriftInformation": DRIFT,
        "LastOperations": [{"OperationType": "CREATE_STACK", "OperationId": Match(UUID)},
                           {"OperationType": "DELETE_STACK", "OperationId": Match(UUID)}]}]}
    assert told(cfn.list_stacks(StackStatusFilter=["CREATE_COMPLETE"])) == {"StackSummaries": []}


def test_describe_stack_events(model, cfn):
    events = told(cfn.describe_stack_events(StackName="app"))["StackEvents"]
    common = {"StackId": Match(STACK_ID), "StackName": "app", "Timestamp": Time(),
              "ClientRequestToken": "token-1", "OperationId": Match(UUID)}
    stack = {**common, "EventId": Match(UUID), "LogicalResourceId": "app",
             "PhysicalResourceId": Match(STACK_ID), "ResourceType": "AWS::CloudFormation::Stack"}
    topic = {**common, "LogicalResourceId": "Topic", "ResourceType": "AWS::SNS::Topic",
             "PhysicalResourceId": TOPIC_ARN,
             "ResourceProperties": Match(r'\{.*"TopicName": ?"one".*\}')}
    began = Match(r"Topic-CREATE_IN_PROGRESS-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
    assert events == [
        {**stack, "ResourceStatus": "CREATE_COMPLETE"},
        {**topic, "ResourceStatus": "CREATE_COMPLETE",
         "EventId": Match(r"Topic-CREATE_COMPLETE-.*Z")},
        {**topic, "ResourceStatus": "CREATE_IN_PROGRESS", "EventId": began,
         "ResourceStatusReason": "Resource creation Initiated"},
        {**topic, "ResourceStatus": "CREATE_IN_PROGRESS", "EventId": began,
         "PhysicalResourceId": ""},
        {**stack, "ResourceStatus": "CREATE_IN_PROGRESS",
         "ResourceStatusReason": "User Initiated"}]
    assert len({event["EventId"] for event in events}) == 5
    model.scenario(options={"pages": {"events": 2}})
    paged = [event for page in cfn.get_paginator("describe_stack_events").paginate(
        StackName="app") for event in page["StackEvents"]]
    assert paged == events


def test_resources(cfn):
    common = {"LogicalResourceId": "Topic", "PhysicalResourceId": TOPIC_ARN,
              "ResourceType": "AWS::SNS::Topic", "ResourceStatus": "CREATE_COMPLETE",
              "DriftInformation": RESOURCE_DRIFT}
    stack = {"StackId": Match(STACK_ID), "StackName": "app"}
    assert told(cfn.describe_stack_resources(StackName="app")) == {
        "StackResources": [{**common, **stack, "Timestamp": Time()}]}
    assert told(cfn.describe_stack_resources(PhysicalResourceId=TOPIC_ARN)) == {
        "StackResources": [{**common, **stack, "Timestamp": Time()}]}
    assert told(cfn.describe_stack_resource(StackName="app", LogicalResourceId="Topic")) == {
        "StackResourceDetail": {**common, **stack, "LastUpdatedTimestamp": Time(),
                                "Metadata": Match(r'\{"Note": ?"x"\}')}}
    assert told(cfn.list_stack_resources(StackName="app")) == {
        "StackResourceSummaries": [{**common, "LastUpdatedTimestamp": Time()}]}
    assert refused(cfn.describe_stack_resource, StackName="app", LogicalResourceId="Other") == (
        "ValidationError", "Resource Other does not exist for stack app")


def test_resources_in_pages(model, cfn):
    model.scenario(options={"pages": {"resources": 2}})
    topics = "".join(f"  T{number}: {{Type: AWS::SNS::Topic}}\n" for number in range(5))
    cfn.create_stack(StackName="many", TemplateBody=f"Resources:\n{topics}")
    pages = list(cfn.get_paginator("list_stack_resources").paginate(StackName="many"))
    assert [len(page["StackResourceSummaries"]) for page in pages] == [2, 2, 1]


def test_get_template(cfn):
    for stage in ("Original", "Processed"):
        assert told(cfn.get_template(StackName="app", TemplateStage=stage)) == {
            "TemplateBody": TEMPLATE, "StagesAvailable": ["Original", "Processed"]}
    assert refused(cfn.get_template) == ("ValidationError", "StackName is a required parameter.")
    crlf = TEMPLATE.replace("\n", "\r\n")
    cfn.create_stack(StackName="crlf", TemplateBody=crlf.replace("Name: topic", "Name: t2"),
                     Parameters=SECRET)
    assert "\r\n" in cfn.get_template(StackName="crlf")["TemplateBody"]


def test_validate_template(cfn):
    assert told(cfn.validate_template(TemplateBody=TEMPLATE)) == {
        "Description": "A topic & its <name>",
        "Parameters": [{"ParameterKey": "Name", "DefaultValue": "one", "NoEcho": False,
                        "Description": "its name"},
                       {"ParameterKey": "Secret", "NoEcho": True}]}
    role = ("Resources: {R: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}, "
            "RoleName: r}}}\nTransform: AWS::LanguageExtensions\n")
    reply = told(cfn.validate_template(TemplateBody=role))
    assert reply["Capabilities"] == ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
    assert "AWS::IAM::Role" in reply["CapabilitiesReason"]
    assert reply["DeclaredTransforms"] == ["AWS::LanguageExtensions"]


def test_get_template_summary(cfn):
    expected = {
        "Description": "A topic & its <name>", "Version": "2010-09-09",
        "Metadata": Match(r'\{"Who": ?"me"\}'), "ResourceTypes": ["AWS::SNS::Topic"],
        "Parameters": [
            {"ParameterKey": "Name", "DefaultValue": "one", "NoEcho": False,
             "ParameterType": "String", "Description": "its name",
             "ParameterConstraints": {"AllowedValues": ["one", "two"]}},
            {"ParameterKey": "Secret", "NoEcho": True, "ParameterType": "String",
             "ParameterConstraints": {}}],
        "ResourceIdentifierSummaries": [
            {"ResourceType": "AWS::SNS::Topic", "LogicalResourceIds": ["Topic"],
             "ResourceIdentifiers": ["TopicArn"]}]}
    assert told(cfn.get_template_summary(StackName="app")) == expected
    assert told(cfn.get_template_summary(TemplateBody=TEMPLATE)) == expected


def test_update_stack(cfn):
    reply = cfn.update_stack(
        StackName="app", UsePreviousTemplate=True, ClientRequestToken="token-2",
        Parameters=[{"ParameterKey": "Secret", "ParameterValue": "hush"},
                    {"ParameterKey": "Name", "ParameterValue": "two"}])
    assert told(reply) == {"StackId": Match(STACK_ID), "OperationId": Match(UUID)}
    stack = cfn.describe_stacks(StackName="app")["Stacks"][0]
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert stack["LastUpdatedTime"] == Time()
    assert "ChangeSetId" not in stack
    assert stack["Outputs"][0]["OutputValue"].endswith(":two")
    assert [pair["Key"] for pair in stack["Tags"]] == ["team"]
    again = refused(cfn.update_stack, StackName="app", UsePreviousTemplate=True, Parameters=[
        {"ParameterKey": "Secret", "UsePreviousValue": True},
        {"ParameterKey": "Name", "UsePreviousValue": True}])
    assert again == ("ValidationError", "No updates are to be performed.")


def test_delete_stack(cfn):
    stack_id = cfn.describe_stacks(StackName="app")["Stacks"][0]["StackId"]
    assert told(cfn.delete_stack(StackName="app")) == {}
    assert told(cfn.delete_stack(StackName="app")) == {}
    assert refused(cfn.describe_stacks, StackName="app") == (
        "ValidationError", "Stack with id app does not exist")
    stack = cfn.describe_stacks(StackName=stack_id)["Stacks"][0]
    assert stack["StackStatus"] == "DELETE_COMPLETE"
    assert stack["DeletionTime"] == Time()
    assert "EnableTerminationProtection" not in stack
    assert cfn.describe_stacks()["Stacks"] == []


def test_change_set(cfn):
    assert told(propose(cfn, Description="why", IncludeNestedStacks=True,
                        OnStackFailure="ROLLBACK")) == {
        "Id": Match(SET_ID), "StackId": Match(STACK_ID)}
    head = {"ChangeSetName": "cs", "ChangeSetId": Match(SET_ID), "StackId": Match(STACK_ID),
            "StackName": "app", "Description": "why", "CreationTime": Time(),
            "ExecutionStatus": "AVAILABLE", "Status": "CREATE_COMPLETE",
            "IncludeNestedStacks": True}
    target = {"Attribute": "Properties", "Name": "TopicName", "RequiresRecreation": "Always"}
    expected = {
        **head, "OnStackFailure": "ROLLBACK", "RollbackConfiguration": {}, "Capabilities": [],
        "NotificationARNs": ["arn:aws:sns:eu-west-1:111111111111:n"],
        "Tags": [{"Key": "team", "Value": "blue & green"}],
        "Parameters": [{"ParameterKey": "Name", "ParameterValue": "two"},
                       {"ParameterKey": "Secret", "ParameterValue": "****"}],
        "Changes": [{"Type": "Resource", "ResourceChange": {
            "PolicyAction": "ReplaceAndDelete", "Action": "Modify",
            "LogicalResourceId": "Topic", "PhysicalResourceId": TOPIC_ARN,
            "ResourceType": "AWS::SNS::Topic", "Replacement": "True", "Scope": ["Properties"],
            "Details": [
                {"Target": target, "Evaluation": "Static", "CausingEntity": "Name",
                 "ChangeSource": "ParameterReference"},
                {"Target": target, "Evaluation": "Dynamic",
                 "ChangeSource": "DirectModification"}]}}]}
    assert told(cfn.describe_change_set(StackName="app", ChangeSetName="cs")) == expected
    assert told(cfn.list_change_sets(StackName="app")) == {"Summaries": [head]}
    values = cfn.describe_change_set(StackName="app", ChangeSetName="cs",
                                     IncludePropertyValues=True)["Changes"][0]["ResourceChange"]
    assert '"TopicName":"one"' in values["BeforeContext"].replace(" ", "")
    assert '"TopicName":"two"' in values["AfterContext"].replace(" ", "")
    assert values["Details"][0]["Target"] == {
        **target, "Path": "/Properties/TopicName", "BeforeValue": "one", "AfterValue": "two",
        "AttributeChangeType": "Modify"}


def test_execute_change_set(cfn):
    set_id = propose(cfn)["Id"]
    assert told(cfn.execute_change_set(ChangeSetName=set_id, ClientRequestToken="t-3")) == {}
    assert told(cfn.list_change_sets(StackName="app")) == {"Summaries": []}
    executed = cfn.describe_change_set(ChangeSetName=set_id)
    assert (executed["Status"], executed["ExecutionStatus"]) == (
        "CREATE_COMPLETE", "EXECUTE_COMPLETE")
    stack = cfn.describe_stacks(StackName="app")["Stacks"][0]
    assert (stack["StackStatus"], stack["ChangeSetId"]) == ("UPDATE_COMPLETE", set_id)
    assert refused(cfn.execute_change_set, ChangeSetName=set_id) == (
        "InvalidChangeSetStatus", f"ChangeSet [{set_id}] cannot be executed in its current "
        "execution status of [EXECUTE_COMPLETE]")


def test_delete_change_set(cfn):
    set_id = propose(cfn)["Id"]
    assert told(cfn.delete_change_set(StackName="app", ChangeSetName="cs")) == {}
    assert told(cfn.delete_change_set(ChangeSetName=set_id)) == {}
    with pytest.raises(exceptions.ClientError) as caught:
        cfn.describe_change_set(ChangeSetName=set_id)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert caught.value.response["Error"] == {
        "Type": "Sender", "Code": "ChangeSetNotFound",
        "Message": f"ChangeSet [{set_id}] does not exist"}


def test_changes_in_pages(model, cfn):
    model.scenario(options={"pages": {"changes": 2}})
    topics = "".join(f"  T{number}: {{Type: AWS::SNS::Topic}}\n" for number in range(5))
    cfn.create_change_set(StackName="new", ChangeSetName="cs", ChangeSetType="CREATE",
                          TemplateBody=f"Resources:\n{topics}")
    reply = cfn.describe_change_set(StackName="new", ChangeSetName="cs")
    found = [reply]
    while "NextToken" in reply:
        reply = cfn.describe_change_set(StackName="new", ChangeSetName="cs",
                                        NextToken=reply["NextToken"])
        found.append(reply)
    assert [len(page["Changes"]) for page in found] == [2, 2, 1]
    assert all(page["Status"] == "CREATE_COMPLETE" for page in found)


def test_exports(cfn):
    assert told(cfn.list_exports()) == {"Exports": [
        {"ExportingStackId": Match(STACK_ID), "Name": "topic", "Value": TOPIC_ARN}]}
    assert refused(cfn.list_imports, ExportName="topic") == (
        "ValidationError", "Export 'topic' is not imported by any stack.")
    cfn.create_stack(StackName="user", TemplateBody="Resources: {A: {Type: AWS::SNS::Topic, "
                     "Properties: {DisplayName: !ImportValue topic}}}")
    assert told(cfn.list_imports(ExportName="topic")) == {"Imports": ["user"]}


def test_protection_and_policy(cfn):
    assert told(cfn.update_termination_protection(
        StackName="app", EnableTerminationProtection=True)) == {"StackId": Match(STACK_ID)}
    assert refused(cfn.delete_stack, StackName="app")[1] == (
        "Stack [app] cannot be deleted while TerminationProtection is enabled")
    assert told(cfn.get_stack_policy(StackName="app")) == {}
    assert told(cfn.set_stack_policy(StackName="app", StackPolicyBody="{}")) == {}
    assert told(cfn.get_stack_policy(StackName="app")) == {"StackPolicyBody": "{}"}
    assert refused(cfn.set_stack_policy, StackName="app", StackPolicyBody="x") == (
        "ValidationError", "Error validating stack policy: Invalid stack policy")


def test_rollbacks(model, cfn):
    model.scenario(resources=[{"kind": "fail-create"}, {"kind": "fail-rollback"}])
    cfn.update_stack(StackName="app", UsePreviousTemplate=True, Parameters=[
        *SECRET, {"ParameterKey": "Name", "ParameterValue": "two"}])
    status = cfn.describe_stacks(StackName="app")["Stacks"][0]["StackStatus"]
    assert status == "UPDATE_ROLLBACK_FAILED"
    assert told(cfn.continue_update_rollback(StackName="app")) == {}
    status = cfn.describe_stacks(StackName="app")["Stacks"][0]["StackStatus"]
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert refused(cfn.cancel_update_stack, StackName="app")[0] == "ValidationError"
    model.scenario(resources=[{"kind": "fail-create"}])
    cfn.create_stack(StackName="bad", OnFailure="DO_NOTHING",
                     TemplateBody="Resources: {A: {Type: AWS::SNS::Topic}}")
    assert cfn.describe_stacks(StackName="bad")["Stacks"][0]["StackStatus"] == "CREATE_FAILED"
    assert set(told(cfn.rollback_stack(StackName="bad"))) == {"StackId", "OperationId"}
    assert refused(cfn.describe_stacks, StackName="bad")[0] == "ValidationError"


def test_cancel_update(start_model):
    model = start_model(clock_ms=1700000000000)
    model.scenario(options={"check_signature": False})
    cfn = model.client()
    cfn.create_stack(StackName="app", TemplateBody=TEMPLATE, Parameters=SECRET)
    model.step(60000)
    cfn.update_stack(StackName="app", UsePreviousTemplate=True, Parameters=[
        *SECRET, {"ParameterKey": "Name", "ParameterValue": "two"}])
    assert told(cfn.cancel_update_stack(StackName="app")) == {}
    model.step(60000)
    assert cfn.describe_stacks(StackName="app")["Stacks"][0]["StackStatus"] == (
        "UPDATE_ROLLBACK_COMPLETE")


def test_waiters_see_every_state(start_model):
    """The clock stands still between two looks: no state can be missed."""
    model = start_model(clock_ms=1700000000000)
    model.scenario(options={"check_signature": False})
    cfn = model.client()
    cfn.create_stack(StackName="app", TemplateBody=TEMPLATE, Parameters=SECRET)
    seen = []
    while not seen or seen[-1] != "CREATE_COMPLETE":
        seen.append(cfn.describe_stacks(StackName="app")["Stacks"][0]["StackStatus"])
        model.step(1000)
    cfn.update_stack(StackName="app", UsePreviousTemplate=True, Parameters=[
        *SECRET, {"ParameterKey": "Name", "ParameterValue": "two"}])
    while seen[-1] != "UPDATE_COMPLETE":
        seen.append(cfn.describe_stacks(StackName="app")["Stacks"][0]["StackStatus"])
        model.step(500)
    assert list(dict.fromkeys(seen)) == [
        "CREATE_IN_PROGRESS", "CREATE_COMPLETE", "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"]


def test_signatures(model):
    model.scenario(accounts=[{"access_key": "ASIA", "secret_key": "s", "session_token": "t/+=",
                              "account": "222222222222"}])
    sts = model.client("sts", "ASIA", "s", token="t/+=")
    assert sts.get_caller_identity()["Account"] == "222222222222"
    cases = [(("AKIAMODEL", "wrong"), "SignatureDoesNotMatch"),
             (("NOBODY", "wrong"), "InvalidClientTokenId"),
             (("ASIA", "s"), "InvalidClientTokenId")]
    for (key, secret), code in cases:
        assert refused(model.client("sts", key, secret).get_caller_identity)[0] == code
    model.scenario(skew_ms=600000)
    code, message = refused(model.client("sts").get_caller_identity)
    assert code == "SignatureDoesNotMatch"
    stamp = r"\d{8}T\d{6}Z"
    assert re.fullmatch(rf"Signature expired: {stamp} is now earlier than {stamp} "
                        rf"\({stamp} - 5 min\.\)", message)


def test_faults_on_the_wire(model):
    cfn = model.client()
    model.scenario(faults=[{"kind": "throttle"}])
    assert refused(cfn.describe_stacks) == ("Throttling", "Rate exceeded")
    model.scenario(faults=[{"kind": "html"}])
    with pytest.raises(exceptions.ClientError) as caught:
        cfn.describe_stacks()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    for kind in ("reset-before", "reset-after"):
        model.scenario(faults=[{"kind": kind}])
        with pytest.raises(exceptions.ConnectionClosedError):
            cfn.describe_stacks()
    model.scenario(faults=[{"kind": "cut"}])
    with pytest.raises(parsers.ResponseParserError):
        cfn.describe_stacks()
    assert [line["fate"] for line in model.transcript()] == [
        "answer", "answer", "reset-before", "reset-after", "cut"]


BUCKET = "https://s3.amazonaws.com/b/"
INNER = """\
Parameters: {Key: {Type: String}}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties: {KeySchema: [{AttributeName: !Ref Key, KeyType: HASH}], TableName: !Ref Key}
  Queue: {Type: AWS::SQS::Queue}
Outputs: {Name: {Value: !Ref Table}}
"""
OUTER = """\
Parameters: {Key: {Type: String, Default: one}}
Resources:
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://s3.amazonaws.com/b/inner
      Parameters: {Key: !Ref Key}
      Tags: [{Key: kind, Value: nested}]
Outputs: {Name: {Value: !GetAtt Nested.Outputs.Name}}
"""
CHILD_ID = rf"arn:aws:cloudformation:eu-west-1:111111111111:stack/outer-Nested-[0-9A-F]+/{UUID}"
NESTED_SET = rf"arn:aws:cloudformation:eu-west-1:111111111111:changeSet/n-Nested-[0-9A-F]+/{UUID}"


@pytest.fixture(name="nested")
def fixture_nested(model, cfn):
    """The same client, with a stack `outer` that has another one in it; and that one's id."""
    model.scenario(templates={BUCKET + "inner": INNER, BUCKET + "outer": OUTER})
    cfn.create_stack(StackName="outer", TemplateURL=BUCKET + "outer", ClientRequestToken="n-1",
                     EnableTerminationProtection=True, Tags=[{"Key": "team", "Value": "t"}])
    detail = cfn.describe_stack_resource(StackName="outer", LogicalResourceId="Nested")
    return cfn, detail["StackResourceDetail"]["PhysicalResourceId"]


def test_nested_stack(nested):
    cfn, child = nested
    outer = cfn.describe_stacks(StackName="outer")["Stacks"][0]
    assert (outer["StackStatus"], outer["Outputs"]) == (
        "CREATE_COMPLETE", [{"OutputKey": "Name", "OutputValue": "one"}])
    assert "ParentId" not in outer and "RootId" not in outer
    assert told(cfn.describe_stacks(StackName=child)) == {"Stacks": [{
        "StackId": Match(CHILD_ID), "StackName": Match("outer-Nested-[0-9A-F]+"),
        "CreationTime": Time(), "StackStatus": "CREATE_COMPLETE", "DisableRollback": False,
        "RollbackConfiguration": {}, "NotificationARNs": [], "DriftInformation": DRIFT,
        "Parameters": [{"ParameterKey": "Key", "ParameterValue": "one"}],
        "Tags": [{"Key": "team", "Value": "t"}, {"Key": "kind", "Value": "nested"}],
        "Outputs": [{"OutputKey": "Name", "OutputValue": "one"}],
        "EnableTerminationProtection": True, "ParentId": outer["StackId"],
        "RootId": outer["StackId"],
        "LastOperations": [{"OperationType": "CREATE_STACK", "OperationId": Match(UUID)}]}]}
    summary = cfn.list_stacks()["StackSummaries"][0]
    assert (summary["StackId"], summary["ParentId"], summary["RootId"]) == (
        child, outer["StackId"], outer["StackId"])
    assert refused(cfn.update_termination_protection, StackName=child,
                   EnableTerminationProtection=False)[0] == "ValidationError"
    cfn.update_termination_protection(StackName="outer", EnableTerminationProtection=False)
    cfn.delete_stack(StackName="outer")
    assert cfn.describe_stacks(StackName=child)["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE"


def propose_nested(cfn):
    return cfn.create_change_set(
        StackName="outer", ChangeSetName="n", UsePreviousTemplate=True, IncludeNestedStacks=True,
        Parameters=[{"ParameterKey": "Key", "ParameterValue": "two"}])["Id"]


def test_nested_change_set(model, nested):
    cfn, child = nested
    model.scenario(options={"pages": {"changes": 1}})
    root = propose_nested(cfn)
    change, = cfn.describe_change_set(ChangeSetName=root)["Changes"]
    inner = change["ResourceChange"]["ChangeSetId"]
    assert (inner, change["ResourceChange"]["PhysicalResourceId"]) == (Match(NESTED_SET), child)
    told_set = cfn.describe_change_set(ChangeSetName=inner)
    assert (told_set["ParentChangeSetId"], told_set["RootChangeSetId"]) == (root, root)
    assert (told_set["StackId"], told_set["IncludeNestedStacks"]) == (child, True)
    inside, = told_set["Changes"]
    assert inside["ResourceChange"]["LogicalResourceId"] == "Table"
    assert inside["ResourceChange"]["Replacement"] == "True"
    assert inside["ResourceChange"]["PolicyAction"] == "ReplaceAndDelete"
    listed, = cfn.list_change_sets(StackName=child)["Summaries"]
    assert (listed["ParentChangeSetId"], listed["RootChangeSetId"]) == (root, root)
    assert refused(cfn.execute_change_set, ChangeSetName=inner)[0] == "ValidationError"
    assert told(cfn.delete_change_set(ChangeSetName=root)) == {}
    assert refused(cfn.describe_change_set, ChangeSetName=inner)[0] == "ChangeSetNotFound"


def test_execute_nested_change_set(model, nested):
    cfn, child = nested
    root = propose_nested(cfn)
    inner = cfn.describe_change_set(ChangeSetName=root)["Changes"][0]["ResourceChange"][
        "ChangeSetId"]
    cfn.execute_change_set(ChangeSetName=root)
    stack = cfn.describe_stacks(StackName=child)["Stacks"][0]
    assert (stack["StackStatus"], stack["ChangeSetId"]) == ("UPDATE_COMPLETE", inner)
    assert cfn.describe_change_set(ChangeSetName=inner)["ExecutionStatus"] == "EXECUTE_COMPLETE"
    entry = model.ledger()[-1]
    assert entry["losses"] == [{
        "stack_id": child, "logical_id": "Table", "physical_id": "one", "action": "Modify",
        "type": "AWS::DynamoDB::Table", "replacement": "True",
        "policy_action": "ReplaceAndDelete"}]


def test_describe_events(model, cfn):
    operation = {"StackId": Match(STACK_ID), "OperationId": Match(UUID), "Timestamp": Time(),
                 "OperationType": "CREATE_STACK", "ClientRequestToken": "token-1",
                 "EventId": Match(UUID), "EventType": "STACK_EVENT", "StartTime": Time()}
    events = told(cfn.describe_events(StackName="app"))["OperationEvents"]
    assert events[0] == {**operation, "OperationStatus": "SUCCEEDED", "EndTime": Time()}
    assert events[-1] == {**operation, "OperationStatus": "IN_PROGRESS"}
    assert [event["EventType"] for event in events[1:-1]] == [
        "STACK_EVENT", *["PROGRESS_EVENT"] * 3, "STACK_EVENT"]
    assert events[2]["ResourceStatus"] == "CREATE_COMPLETE"
    model.scenario(validation=[{"stack": "app", "resource": "Topic", "reason": "taken"}])
    set_id = propose(cfn)["Id"]
    found, = told(cfn.describe_events(ChangeSetName=set_id,
                                      Filters={"FailedEvents": True}))["OperationEvents"]
    assert found == {
        "StackId": Match(STACK_ID), "OperationId": Match(UUID), "Timestamp": Time(),
        "OperationType": "CREATE_CHANGESET", "EventId": Match(UUID),
        "EventType": "VALIDATION_ERROR", "LogicalResourceId": "Topic", "PhysicalResourceId": "",
        "ResourceType": "AWS::SNS::Topic", "ValidationFailureMode": "FAIL",
        "ValidationName": "PROPERTY_VALIDATION", "ValidationStatus": "FAILED",
        "ValidationStatusReason": "taken", "ValidationPath": "/Resources/Topic"}
    failed = cfn.describe_change_set(ChangeSetName=set_id)
    assert failed["Status"] == "FAILED" and "DescribeEvents API" in failed["StatusReason"]
    model.scenario(options={"pages": {"events": 2}})
    pages = list(cfn.get_paginator("describe_events").paginate(
        OperationId=found["OperationId"]))
    assert [len(page["OperationEvents"]) for page in pages] == [2, 1]
    model.scenario(options={"describe_events": False})
    assert refused(cfn.describe_events, StackName="app")[0] == "InvalidAction"


def test_import(cfn):
    body = TEMPLATE.replace("Outputs:", """\
  Taken:
    Type: AWS::SQS::Queue
    DeletionPolicy: Retain
Outputs:""")
    set_id = cfn.create_change_set(
        StackName="app", ChangeSetName="cs", TemplateBody=body, ChangeSetType="IMPORT",
        Parameters=[{"ParameterKey": "Secret", "UsePreviousValue": True}],
        ResourcesToImport=[{"ResourceType": "AWS::SQS::Queue", "LogicalResourceId": "Taken",
                            "ResourceIdentifier": {"QueueUrl": "https://sqs/q"}}])["Id"]
    change, = cfn.describe_change_set(ChangeSetName=set_id)["Changes"]
    assert change["ResourceChange"] == {
        "Action": "Import", "LogicalResourceId": "Taken", "ResourceType": "AWS::SQS::Queue",
        "PhysicalResourceId": "https://sqs/q", "Scope": [], "Details": []}
    cfn.execute_change_set(ChangeSetName=set_id)
    assert cfn.describe_stacks(StackName="app")["Stacks"][0]["StackStatus"] == "IMPORT_COMPLETE"
    resource = cfn.describe_stack_resource(StackName="app", LogicalResourceId="Taken")
    assert resource["StackResourceDetail"]["ResourceStatus"] == "IMPORT_COMPLETE"
    assert resource["StackResourceDetail"]["PhysicalResourceId"] == "https://sqs/q"


def test_a_status_that_nobody_knows(model, cfn):
    model.scenario(status=[{"stack": "app", "status": "FREEZE_IN_PROGRESS"}])
    assert cfn.describe_stacks(StackName="app")["Stacks"][0]["StackStatus"] == (
        "FREEZE_IN_PROGRESS")


def test_values_of_systems_manager(model, cfn):
    model.scenario(ssm={"/n": "one"})
    body = """\
Parameters: {P: {Type: "AWS::SSM::Parameter::Value<String>", Default: /n}}
Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref P}}}
"""
    cfn.create_stack(StackName="ssm", TemplateBody=body)
    model.scenario(ssm={"/n": "two"})
    cfn.create_change_set(StackName="ssm", ChangeSetName="cs", UsePreviousTemplate=True,
                          Parameters=[{"ParameterKey": "P", "UsePreviousValue": True}])
    proposed = cfn.describe_change_set(StackName="ssm", ChangeSetName="cs")
    assert proposed["Parameters"] == [
        {"ParameterKey": "P", "ParameterValue": "/n", "ResolvedValue": "two"}]
    assert proposed["Changes"][0]["ResourceChange"]["Replacement"] == "True"
