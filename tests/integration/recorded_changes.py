"""Cases about change sets, lists and updates, played on the model."""
import pytest
from recorded_player import (ALL_CAPABILITIES, SIMPLE, arguments, exceptions, parameter, plays,
                             template, topic)
from recordings import collapsed


@plays("test_create_change_set_update_without_parameters")
def update_without_parameters(player):
    cfn = player.cfn
    cfn.create_stack(StackName="stack", TemplateBody=topic("one"))
    created = player.propose(topic("two"))
    described = player.review(created["Id"])
    # This member is younger than the recording.
    assert described["Changes"][0]["ResourceChange"].pop("PolicyAction") == "ReplaceAndDelete"
    return {"create_change_set": created, "describe_change_set": described,
            "list_change_set": cfn.list_change_sets(StackName="stack")}


@plays("test_empty_changeset")
def empty_change_set(player):
    cfn = player.cfn
    body = template({"CDKMetadata": {"Type": "AWS::CDK::Metadata", "Properties": {}}})
    first = player.propose(body, name="first", ChangeSetType="CREATE",
                           Capabilities=ALL_CAPABILITIES)
    described = player.review(first["Id"])
    cfn.execute_change_set(ChangeSetName=first["Id"])
    second = player.propose(body, name="second", Capabilities=ALL_CAPABILITIES)
    return {"first_changeset": first, "describe_first_cs": described,
            "nochange_changeset": second, "describe_nochange": player.review(second["Id"]),
            "error_execute_failed": player.said(
                cfn.execute_change_set, ChangeSetName=second["Id"])}


@plays("test_deleted_changeset")
def deleted_change_set(player):
    created = player.propose(SIMPLE, ChangeSetType="CREATE")
    player.cfn.delete_change_set(ChangeSetName=created["Id"])
    return {"create": created, "postdelete_changeset_notfound": player.said(
        player.cfn.describe_change_set, ChangeSetName=created["Id"])}


@plays("test_describe_change_set_nonexisting")
def change_set_of_no_stack(player):
    return {"exception": player.said(
        player.cfn.describe_change_set, StackName="somestack", ChangeSetName="cs")}


@plays("test_delete_change_set_exception")
def delete_change_set_of_no_stack(player):
    delete = player.cfn.delete_change_set
    return {"e1": player.refused(delete, StackName="nostack", ChangeSetName="cs"),
            "e2": player.refused(delete, ChangeSetName="cs")}


@plays("test_changesets::test_name_conflicts")
def change_set_names(player):
    cfn = player.cfn
    first = player.deploy(SIMPLE, name="initial", Capabilities=[])
    taken = player.refused(cfn.create_change_set, StackName="stack", ChangeSetName="initial",
                           ChangeSetType="CREATE", TemplateBody=SIMPLE)
    old_id = player.stack()["StackId"]
    cfn.delete_stack(StackName="stack")
    second = player.propose(SIMPLE, name="initial", ChangeSetType="CREATE")
    return {"create_changeset_existingstack_exc": taken,
            "new_stack_desc": cfn.describe_stacks(StackName="stack"),
            "stack_id_desc": cfn.describe_stacks(StackName=old_id),
            "new_stack_id_desc": cfn.describe_stacks(StackName=second["StackId"]),
            "initial_changeset_id_desc": player.review(first),
            "second_initial_changeset_id_desc": player.review(second["Id"])}


@plays("test_create_while_in_review")
def create_while_in_review(player):
    proposed = player.propose(SIMPLE, ChangeSetType="CREATE")
    created = player.cfn.create_stack(StackName="stack", TemplateBody=SIMPLE)
    return {"create_stack_while_in_review": created,
            "describe_stack": player.cfn.describe_stacks(StackName="stack"),
            "describe_change_set": player.review(proposed["Id"])}


@plays("test_create_changeset_with_stack_id")
def change_set_by_stack_id(player):
    cfn = player.cfn
    stack_id = player.propose(SIMPLE, ChangeSetType="CREATE")["StackId"]
    described = cfn.describe_stacks(StackName=stack_id)
    cfn.delete_stack(StackName=stack_id)
    return {"describe_stack": described, "recreate_deleted_with_id_exception": player.refused(
        cfn.create_change_set, StackName=stack_id, ChangeSetName="revived-stack-changeset",
        ChangeSetType="CREATE", TemplateBody=SIMPLE)}


@plays("test_multiple_create_changeset")
def two_reviews(player):
    first = player.propose(SIMPLE, name="initial", ChangeSetType="CREATE")
    second = player.propose(SIMPLE, name="additional", ChangeSetType="CREATE")
    return {"initial_changeset": player.review(first["Id"]), "additional_changeset": second}


@plays("test_create_and_then_update_refreshes_template_metadata")
def metadata_is_no_change(player):
    player.deploy(SIMPLE)
    player.propose(template({"SimpleParam": parameter("v")}, Metadata={"New": "1"}), name="cs")
    waiter = player.cfn.get_waiter("change_set_create_complete")
    with pytest.raises(exceptions.WaiterError) as caught:
        waiter.wait(StackName="stack", ChangeSetName="cs")
    return {"waiter-error": str(caught.value)}


@plays("test_create_change_set_no_changes")
def no_changes(player):
    player.deploy(SIMPLE)
    return {"change-set-description": player.review(player.propose(SIMPLE)["Id"])}


@plays("test_describe_changeset_after_delete")
def change_set_after_delete(player):
    cfn = player.cfn
    body = topic({"Ref": "TopicName"}, Parameters={"TopicName": {"Type": "String"}})
    player.deploy(body, Parameters=arguments(TopicName="one"), Capabilities=[])
    for name in ("first", "second"):
        player.propose(body, name=name, Parameters=arguments(TopicName="two"))
    cfn.delete_change_set(StackName="stack", ChangeSetName="first")
    return {
        "describe-deleted-cs": player.refused(
            cfn.describe_change_set, StackName="stack", ChangeSetName="first"),
        "describe-2": cfn.describe_change_set(StackName="stack", ChangeSetName="second")}


@plays("test_using_pseudoparameters_in_places[resource]")
def pseudo_resource(player):
    return {"error": player.refused(
        player.cfn.create_change_set, StackName="stack", ChangeSetName="cs",
        ChangeSetType="CREATE", TemplateBody=template({"AWS::NoValue": parameter()}))}


@plays("test_using_pseudoparameters_in_places[parameter]")
def pseudo_parameter(player):
    return {"error": player.refused(
        player.cfn.create_change_set, StackName="stack", ChangeSetName="cs",
        ChangeSetType="CREATE",
        TemplateBody=template({"A": parameter()}, Parameters={"AWS::NoValue": {
            "Type": "String"}}))}


@plays("test_create_changeset_for_deleted_stack")
def change_sets_of_a_deleted_stack(player):
    cfn = player.cfn
    stack_id = cfn.create_stack(StackName="stack", TemplateBody=SIMPLE)["StackId"]
    cfn.delete_stack(StackName=stack_id)
    return {f"ErrorFor{kind.capitalize()}": player.refused(
        cfn.create_change_set, StackName=stack_id, ChangeSetName="test", ChangeSetType=kind,
        TemplateBody=SIMPLE) for kind in ("CREATE", "UPDATE")}


@plays("test_changeset_for_deleted_stack")
def change_set_while_deleted(player):
    cfn = player.cfn
    stack_id = cfn.create_stack(StackName="stack", TemplateBody=SIMPLE)["StackId"]
    player.model.scenario(options={"schedule": {"delete_ms": 300}})
    cfn.delete_stack(StackName=stack_id)

    def attempt():
        return player.refused(cfn.create_change_set, StackName=stack_id, ChangeSetName="test",
                              TemplateBody=SIMPLE)
    running = attempt()
    cfn.get_waiter("stack_delete_complete").wait(
        StackName=stack_id, WaiterConfig={"Delay": 0.05})
    return {"ErrorForInProgress": running, "ErrorForComplete": attempt()}


@plays("test_listing_stacks")
def list_stacks(player):
    for name in ("a", "b", "c"):
        player.deploy(SIMPLE, stack=name)
    listed = player.cfn.list_stacks()["StackSummaries"]
    return {"stacks": sorted(listed, key=lambda stack: stack["StackName"])}


@plays("test_requires_replacement")
def replacement(player):
    def queue(name):
        return template({"MyQueue": {
            "Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}})
    player.deploy(queue("first"))
    player.deploy(queue("queue-47128d25"), name="again", update=True)
    return {"queue-events": [event for event in collapsed(player.events())
                             if event["LogicalResourceId"] == "MyQueue"]}


@plays("test_update_with_resource_types")
def resource_types(player):
    cfn = player.cfn
    cfn.create_stack(StackName="stack", TemplateBody=topic("one"))
    return {name: player.refused(cfn.update_stack, StackName="stack", TemplateBody=topic("two"),
                                 ResourceTypes=[allowed])
            for name, allowed in (("invalid_type_error", "AWS::EC2:*"),
                                  ("resource_not_allowed", "AWS::EC2::*"))}


@plays("test_basic_update")
def basic_update(player):
    player.cfn.create_stack(StackName="stack", TemplateBody=topic("one"))
    return {"update_response": player.cfn.update_stack(
        StackName="stack", TemplateBody=topic("two"))}


@plays("test_no_template_error")
def no_template(player):
    player.cfn.create_stack(StackName="stack", TemplateBody=topic("one"))
    return {"error": player.refused(player.cfn.update_stack, StackName="stack")}


@plays("test_update_with_role_without_permissions")
def bad_role(player):
    role = "arn:aws:iam::111111111111:role/role-fb405076"
    player.model.scenario(bad_roles=[role])
    player.cfn.create_stack(StackName="stack", TemplateBody=topic("one"))
    return {"error": player.refused(
        player.cfn.update_stack, StackName="stack", TemplateBody=topic("two"), RoleARN=role)}


@plays("test_update_with_invalid_rollback_configuration_errors")
def bad_triggers(player):
    player.cfn.create_stack(StackName="stack", TemplateBody=topic("one"))

    def attempt(arn, kind):
        return player.refused(
            player.cfn.update_stack, StackName="stack", TemplateBody=topic("two"),
            RollbackConfiguration={"RollbackTriggers": [{"Arn": arn, "Type": kind}]})
    good = "arn:aws:cloudwatch:eu-west-1:111111111111:alarm:a"
    return {"type_error": attempt(good, "Another"), "arn_error": attempt(
        "arn:aws:cloudwatch:eu-west-1:111111111111:a", "AWS::CloudWatch::Alarm")}


@plays("test_diff_after_update")
def diff_after_update(player):
    cfn = player.cfn
    body = ("\nResources:\n    SimpleParam1:\n        Type: AWS::SSM::Parameter\n        "
            "Properties:\n            Value: {}\n            Type: String\n")
    after = body.format("after-stack-update")
    cfn.create_stack(StackName="stack", TemplateBody=body.format("before"))
    cfn.update_stack(StackName="stack", TemplateBody=after)
    return {"get-template-response": cfn.get_template(StackName="stack"),
            "update-error": player.refused(
                cfn.update_stack, StackName="stack", TemplateBody=after)}


@plays("test_update_deleted_stack")
def update_of_a_deleted_stack(player):
    cfn = player.cfn
    stack_id = cfn.create_stack(StackName="stack", TemplateBody=SIMPLE)["StackId"]
    cfn.delete_stack(StackName=stack_id)
    return {"Error": player.refused(
        cfn.update_stack, StackName=stack_id, TemplateBody=topic("two"))}
