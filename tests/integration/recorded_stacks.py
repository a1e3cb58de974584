"""Cases about stacks, their events and parameters, played on the model."""
from recorded_player import (ALL_CAPABILITIES, SIMPLE, arguments, parameter, plays, template,
                             topic)
from recordings import collapsed

DESCRIBED = template({"TestResource": parameter("v")}, Description="test <env>.test.net")


def api(name=None, **resources):
    """The template with a parameter that most recorded tests about stacks use."""
    return template({
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": {"Ref": "ApiName"}}},
        **resources}, Parameters={"ApiName": {"Type": "String"}})


@plays("test_stack_description_special_chars")
def special_characters(player):
    player.deploy(DESCRIBED)
    return {"describe_stack": player.stack()}


@plays("test_stack_update_resources")
def update_resources(player):
    player.deploy(api(), Parameters=arguments(ApiName="test_12395eb4"))
    created = player.stack()
    player.deploy(api(Bucket={"Type": "AWS::S3::Bucket"}), name="second", update=True,
                  Parameters=arguments(ApiName="test_5a3df175"), Capabilities=[])
    return {"stack_created": created, "stack_updated": player.stack(),
            "stack_resources": player.cfn.describe_stack_resources(StackName="stack")}


@plays("test_list_events_after_deployment")
def events_of_a_deployment(player):
    player.deploy(topic("one"), Capabilities=[])
    reply = player.cfn.describe_stack_events(StackName="stack")
    reply["StackEvents"].reverse()
    return {"events": reply}


@plays("test_stack_lifecycle")
def lifecycle(player):
    cfn = player.cfn
    player.deploy(api(), Parameters=arguments(ApiName="one"))
    created = player.stack()
    player.deploy(api(), name="second", update=True, Parameters=arguments(ApiName="two"))
    updated = player.stack()
    cfn.delete_stack(StackName="stack")
    return {"creation": created, "update": updated,
            "describe_deleted_by_name_exc": player.refused(
                cfn.describe_stacks, StackName="stack"),
            "deleted": player.stack(created["StackId"])}


@plays("test_linting_error_during_creation")
def no_object(player):
    return {"error": player.refused(player.cfn.create_stack, StackName="stack",
                                    TemplateBody='{"Resources": "", "Outputs": {}}')}


@plays("test_updating_an_updated_stack_sets_status")
def update_twice(player):
    def topics(count):
        names = [f"Topic{number}Name" for number in range(1, count + 1)]
        return template(
            {f"T{name}": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": name}}}
             for name in names}, Parameters={name: {"Type": "String"} for name in names})
    for count in (1, 2, 3):
        values = {f"Topic{number}Name": f"topic-{number}" for number in range(1, count + 1)}
        player.deploy(topics(count), name=f"cs-{count}", update=count > 1,
                      Parameters=arguments(**values))
    return {"describe-result": player.cfn.describe_stacks(StackName="stack")}


@plays("test_update_termination_protection")
def termination_protection(player):
    player.deploy(api(), Parameters=arguments(ApiName="one"))
    parts = {}
    for number, enabled in ((1, True), (2, False)):
        player.cfn.update_termination_protection(
            StackName="stack", EnableTerminationProtection=enabled)
        parts[f"describe-stack-{number}"] = player.cfn.describe_stacks(StackName="stack")
    return parts


@plays("test_events_resource_types")
def resource_types_of_events(player):
    player.deploy(template({
        "Topic": {"Type": "AWS::SNS::Topic"}, "Queue": {"Type": "AWS::SQS::Queue"},
        "Policy": {"Type": "AWS::SQS::QueuePolicy", "Properties": {
            "Queues": [{"Ref": "Queue"}], "PolicyDocument": {}}},
        "Subscription": {"Type": "AWS::SNS::Subscription", "Properties": {
            "TopicArn": {"Ref": "Topic"}, "Protocol": "sqs",
            "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]}}}}))
    return {"resource_types": sorted({event["ResourceType"] for event in player.events()})}


@plays("test_stack_name_creation")
def bad_name(player):
    return {"stack_response": player.refused(
        player.cfn.create_stack, StackName="*@da591fa3_$", TemplateBody=SIMPLE)}


@plays("test_blocked_stack_deletion")
def blocked_deletion(player):
    cfn = player.cfn
    player.model.scenario(resources=[
        {"kind": "fail-create"}, {"kind": "fail-delete", "count": 2}])
    body = template({"BrokenPolicy": {"Type": "AWS::IAM::Policy", "Properties": {
        "PolicyName": {"Ref": "Name"}, "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Action": "*", "Resource": "*", "Effect": "Allow"}]}}}},
        Parameters={"Name": {"Type": "String"}})
    stack_id = cfn.create_stack(
        StackName="stack", TemplateBody=body, Parameters=arguments(Name="policy"),
        Capabilities=["CAPABILITY_NAMED_IAM"])["StackId"]
    created = cfn.describe_stacks(StackName=stack_id)
    cfn.delete_stack(StackName=stack_id)
    failed = cfn.describe_stacks(StackName=stack_id)
    cfn.delete_stack(StackName=stack_id, RetainResources=["BrokenPolicy"])
    return {"stack_post_create": created, "stack_post_fail_delete": failed,
            "stack_post_success_delete": cfn.describe_stacks(StackName=stack_id),
            "stack_events": cfn.describe_stack_events(StackName=stack_id)}


@plays("test_stacks::test_name_conflicts")
def stack_names(player):
    cfn = player.cfn

    def create():
        return cfn.create_stack(StackName="stack", TemplateBody=SIMPLE)["StackId"]
    first = create()
    taken = player.refused(cfn.create_stack, StackName="stack", TemplateBody=SIMPLE)
    status = player.stack()["StackStatus"]
    cfn.delete_stack(StackName="stack")
    parts = {"create_stack_already_exists_exc": taken, "created_stack_desc": status,
             "deleted_stack_not_found_exc": player.refused(
                 cfn.describe_stacks, StackName="stack"),
             "deleted_stack_events_not_found_by_name": player.refused(
                 cfn.describe_stack_events, StackName="stack"),
             "deleted_stack_desc": cfn.describe_stacks(StackName=first)}
    second = create()
    parts["new_stack_desc"] = cfn.describe_stacks(StackName="stack")
    parts["stack_id_desc"] = cfn.describe_stacks(StackName=first)
    parts["new_stack_id_desc"] = cfn.describe_stacks(StackName=second)
    cfn.delete_stack(StackName="stack")
    parts["deleted_second_stack_desc"] = cfn.describe_stacks(StackName=second)
    return parts


@plays("test_describe_stack_events_errors")
def events_of_no_stack(player):
    return {"describe_stack_events_stack_not_found": player.refused(
        player.cfn.describe_stack_events, StackName="does-not-exist")}


@plays("test_update_stack_with_same_template_withoutchange")
def same_template(player):
    player.deploy(SIMPLE)
    return {"no_change_exception": player.refused(
        player.cfn.update_stack, StackName="stack", TemplateBody=SIMPLE)}


def chain(order="ABC", **more):
    """Three parameters, each with the name of the one before; in any order of the template."""
    resources = {"A": parameter("root"), "B": parameter({"Ref": "A"}),
                 "C": parameter({"Ref": "B"})}
    return template({**more, **{name: resources[name] for name in order}})


@plays(*(f"test_stack_deploy_order[{order}]" for order in (
    "A-B-C", "A-C-B", "B-A-C", "B-C-A", "C-A-B", "C-B-A")))
def deploy_order(player, name):
    stack_id = player.cfn.create_stack(
        StackName="stack", TemplateBody=chain(name[-6:-1].replace("-", "")))["StackId"]
    player.cfn.delete_stack(StackName="stack")
    events = reversed(player.events(stack_id))
    return {"events": [event for event in events if event["LogicalResourceId"] != "stack" and
                       event["ResourceStatus"].endswith("_COMPLETE")]}


def secret_template(no_echo=True):
    hidden = {"Type": "String", "NoEcho": True}
    return template(
        {"LocalBucket": {
            "Type": "AWS::S3::Bucket", "Metadata": {"SensitiveData": {"Ref": "SecretParameter"}},
            "Properties": {"BucketName": "cfn-noecho-bucket", "Tags": [
                {"Key": "SensitiveData", "Value": {"Ref": "SecretParameter"}}]}}},
        Parameters={"SecretParameter": hidden if no_echo else {"Type": "String"},
                    "SecretParameterWithDefault": {**hidden, "Default": "x"},
                    "NormalParameter": {"Type": "String", "Default": "Some default value here"}},
        Outputs={"SecretValue": {"Description": "Secret value from parameter",
                                 "Value": {"Ref": "SecretParameter"}}})


@plays("test_no_echo_parameter")
def no_echo(player):
    cfn, parts = player.cfn, {}

    def propose(name, body, value):
        set_id = player.propose(body, name=name, Parameters=arguments(
            SecretParameter=value))["Id"]
        return player.review(set_id), cfn.describe_stacks(StackName="stack")
    player.deploy(secret_template(), Parameters=arguments(SecretParameter="SecretValue"))
    parts["describe_stacks"] = cfn.describe_stacks(StackName="stack")
    parts["describe_stack_resource_details_LocalBucket"] = cfn.describe_stack_resource(
        StackName="stack", LogicalResourceId="LocalBucket")
    first, stacks = propose("first", secret_template(), "NewSecretValue1")
    parts["describe_change_set_on_create_complete"] = first
    parts["describe_stack_on_create_complete"] = stacks
    cfn.update_stack(StackName="stack", TemplateBody=secret_template(),
                     Capabilities=ALL_CAPABILITIES,
                     Parameters=arguments(SecretParameter="NewSecretValue1"))
    parts["describe_updated_stacks"] = cfn.describe_stacks(StackName="stack")
    for name, suffixes, body in (
            ("second", ("change_set", "stacks_change_set"), secret_template()),
            ("third", ("change_set_no_echo_true", "stacks_no_echo_true"), secret_template(False)),
            ("fourth", ("change_set_no_echo_false", "stacks_no_echo_false"), secret_template())):
        described, stacks = propose(name, body, "NewSecretValue2")
        parts[f"describe_updated_{suffixes[0]}"] = described
        parts[f"describe_updated_{suffixes[1]}"] = stacks
    return parts


YAML_BODY = """\
Resources:
  topic69831491:
    Type: AWS::SNS::Topic
Outputs:
  TopicName:
    Value:
      Fn::GetAtt:
        - topic69831491
        - TopicName
"""
JSON_BODY = template({"topic69831491": {"Type": "AWS::SNS::Topic"}}, Outputs={
    "TopicName": {"Value": {"Fn::GetAtt": ["topic69831491", "TopicName"]}}})


@plays(*(f"test_get_template_using_{way}[{kind}]" for way in ("changesets", "create_stack")
         for kind in ("yaml", "json")))
def get_template(player, name):
    body = YAML_BODY if "yaml" in name else JSON_BODY
    if "changesets" in name:
        player.deploy(body)
    else:
        player.cfn.create_stack(StackName="stack", TemplateBody=body)
    return {f"template_{stage.lower()}": player.cfn.get_template(
        StackName="stack", TemplateStage=stage) for stage in ("Original", "Processed")}


@plays("test_stack_resource_not_found")
def resource_not_found(player):
    player.deploy(SIMPLE)
    return {"Error": player.refused(player.cfn.describe_stack_resource, StackName="stack",
                                    LogicalResourceId="NonExistentResource")}


@plays("test_no_parameters_given")
def no_parameters(player):
    body = template({"A": parameter({"Ref": "Input"})}, Parameters={"Input": {"Type": "String"}})
    return {"deploy-error": player.said(
        player.cfn.create_change_set, StackName="stack", ChangeSetName="cs",
        ChangeSetType="CREATE", TemplateBody=body)}


@plays("test_non_existing_stack_message")
def no_stack(player):
    return {"Error": player.refused(player.cfn.describe_stacks, StackName="stack")}


@plays(*(f"test_stack_deletion_order[{names}]" for names in ("C", "B-C", "A-B-C")))
def deletion_order(player, name):
    cfn, parts = player.cfn, {}
    removed = name.partition("[")[2].rstrip("]").split("-")
    kept = "".join(sorted(set("ABC") - set(removed)))
    for number, body in ((1, chain(Dummy=parameter("dummy"))),
                         (2, chain(kept, Dummy=parameter("dummy")))):
        created = player.propose(body, name="cs",
                                 ChangeSetType="CREATE" if number == 1 else "UPDATE")
        parts[f"create-change-set-{number}"] = created
        parts[f"describe-change-set-{number}-prop-values"] = cfn.describe_change_set(
            ChangeSetName=created["Id"], IncludePropertyValues=True)
        parts[f"describe-change-set-{number}"] = player.review(created["Id"])
        parts[f"execute-change-set-{number}"] = cfn.execute_change_set(
            ChangeSetName=created["Id"])
        parts[f"post-create-{number}-describe"] = player.stack()
    cfn.delete_stack(StackName="stack")
    parts["delete-describe"] = player.stack(created["StackId"])
    events = collapsed(player.events(created["StackId"]))
    parts["per-resource-events"] = {
        "Stack" if name == "stack" else name: [
            event for event in events if event["LogicalResourceId"] == name]
        for name in ("A", "B", "C", "Dummy", "stack")}
    # Dummy and the chain run side by side, in AWS as here: which event is first is chance.
    parts["all-events"] = [[event["LogicalResourceId"], event["ResourceStatus"]]
                           for event in events if event["LogicalResourceId"] != "Dummy"]
    return parts


@plays(*(f"test_stack_description_lifecycle[{tags}-tags]" for tags in ("no", "with")))
def description_lifecycle(player, name):
    tags = {"Tags": [{"Key": "foo", "Value": "bar"}]} if "with" in name else {}
    set_id = player.propose(DESCRIBED, ChangeSetType="CREATE", **tags)["Id"]
    parts = {"change-set-pre-execute": player.review(set_id), "stack-pre-execute": player.stack()}
    player.cfn.execute_change_set(ChangeSetName=set_id)
    return {**parts, "stack-post-execute": player.stack()}


@plays("test_create_stack_url_as_template")
def url_as_template(player):
    return {"stack_create_ec2": player.said(
        player.cfn.create_stack, StackName="stack",
        TemplateBody="https://bucket.s3.amazonaws.com/template.yaml")}


@plays("test_subnet_id_parameter_type")
def list_parameter(player):
    body = template({"A": parameter("v")}, Parameters={"Ids": {
        "Type": "List<AWS::EC2::Subnet::Id>"}}, Outputs={
            "ParamValue": {"Value": {"Fn::Join": ["|", {"Ref": "Ids"}]}}})
    player.deploy(body, Parameters=arguments(Ids="subnet-id-1,subnet-id-2"))
    return {"outputs": {output["OutputKey"]: output["OutputValue"]
                        for output in player.stack()["Outputs"]}}
