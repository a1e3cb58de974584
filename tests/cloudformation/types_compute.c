/* Containers, functions, scaling, IAM and CloudFormation's own types. Sources as in
 * types_network.c. */
#include "cloudformation/resource_type.h"

#include "base/memory.h"

#define IAM_ARN "arn:{partition}:iam::{account}:"

const struct resource_type compute_types[] = {
	{.name = "AWS::ApplicationAutoScaling::ScalableTarget",
		.id = "{p:ResourceId}|{p:ScalableDimension}|{p:ServiceNamespace}",
		.attributes = "Id={id}",
		.always = " ResourceId ScalableDimension ServiceNamespace ",
		.identifiers = "ResourceId ScalableDimension ServiceNamespace"},
	{.name = "AWS::ApplicationAutoScaling::ScalingPolicy",
		.id = "arn:{partition}:autoscaling:{region}:{account}:scalingPolicy:{uuid}:"
		      "resource/"
		      "{p:ServiceNamespace|ecs}/{p:ResourceId|{p:ScalingTargetId}}:policyName/"
		      "{p:PolicyName}",
		.attributes = "Arn={id}",
		.always = " PolicyName ResourceId ScalableDimension ScalingTargetId "
			  "ServiceNamespace ",
		.identifiers = "Arn ScalableDimension"},
	{.name = "AWS::AutoScaling::AutoScalingGroup",
		.id = "{name}",
		.name_property = "AutoScalingGroupName",
		.attributes = "AutoScalingGroupARN=arn:{partition}:autoscaling:{region}:{account}:"
			      "autoScalingGroup:{uuid}:autoScalingGroupName/{id}",
		.always = " AutoScalingGroupName InstanceId ",
		.conditionally = " LaunchTemplate VPCZoneIdentifier ",
		.identifiers = "AutoScalingGroupName"},
	{.name = "AWS::AutoScaling::LaunchConfiguration",
		.id = "{name}",
		.name_property = "LaunchConfigurationName",
		.always =
			" AssociatePublicIpAddress BlockDeviceMappings ClassicLinkVPCId "
			"ClassicLinkVPCSecurityGroups EbsOptimized IamInstanceProfile ImageId "
			"InstanceId "
			"InstanceMonitoring InstanceType KernelId KeyName LaunchConfigurationName "
			"MetadataOptions PlacementTenancy RamDiskId SecurityGroups SpotPrice "
			"UserData ",
		.identifiers = "LaunchConfigurationName"},
	{.name = "AWS::AutoScaling::LifecycleHook",
		.id = "{name}",
		.name_property = "LifecycleHookName",
		.always = " AutoScalingGroupName LifecycleHookName ",
		.identifiers = "AutoScalingGroupName LifecycleHookName"},
	{.name = "AWS::AutoScaling::ScalingPolicy",
		.id = "arn:{partition}:autoscaling:{region}:{account}:scalingPolicy:{uuid}:"
		      "autoScalingGroupName/{p:AutoScalingGroupName}:policyName/{name}",
		.attributes = "Arn={id};PolicyName={last}",
		.always = " AutoScalingGroupName ",
		.identifiers = "Arn"},
	{.name = "AWS::CDK::Metadata", .id = "{uuid}", .flags = TYPE_OPEN},
	{.name = "AWS::CloudFormation::CustomResource",
		.id = "{name}",
		.always = " ServiceToken ",
		.identifiers = "Id",
		.flags = TYPE_OPEN},
	{.name = "AWS::CloudFormation::Stack",
		.id = "arn:{partition}:cloudformation:{region}:{account}:stack/{name}/{uuid}",
		.identifiers = "StackId",
		.flags = TYPE_OPEN},
	{.name = "AWS::CloudFormation::WaitCondition",
		.id = "{stack-id}/{uuid}/{p:Handle}",
		.attributes = "Data={}",
		.identifiers = "Id"},
	{.name = "AWS::CloudFormation::WaitConditionHandle",
		.id = "https://cloudformation-waitcondition-{region}.s3.{suffix}/{stack-id}/"
		      "{logical}/"
		      "{uuid}",
		.attributes = "Id={id}",
		.identifiers = "Id"},
	{.name = "AWS::ECR::Repository",
		.id = "{name}",
		.name_property = "RepositoryName",
		.attributes = "Arn=arn:{partition}:ecr:{region}:{account}:repository/{id};"
			      "RepositoryUri={account}.dkr.ecr.{region}.{suffix}/{id}",
		.always = " EncryptionConfiguration RepositoryName ",
		.identifiers = "RepositoryName",
		.flags = TYPE_LOWER},
	{.name = "AWS::ECS::CapacityProvider",
		.id = "{name}",
		.name_property = "Name",
		.attributes = "Arn=arn:{partition}:ecs:{region}:{account}:capacity-provider/{id}",
		.always = " Name ",
		.conditionally = " AutoScalingGroupProvider ManagedInstancesProvider ",
		.identifiers = "Name"},
	{.name = "AWS::ECS::Cluster",
		.id = "{name}",
		.name_property = "ClusterName",
		.attributes = "Arn=arn:{partition}:ecs:{region}:{account}:cluster/{id}",
		.always = " ClusterName ",
		.identifiers = "ClusterName"},
	{.name = "AWS::ECS::ClusterCapacityProviderAssociations",
		.id = "{l:Cluster}",
		.always = " Cluster ",
		.identifiers = "Cluster"},
	{.name = "AWS::ECS::Service",
		.id = "arn:{partition}:ecs:{region}:{account}:service/{l:Cluster|default}/{name}",
		.name_property = "ServiceName",
		.attributes = "Name={last};ServiceArn={id}",
		.always = " Cluster LaunchType Role SchedulingStrategy ServiceName ",
		.conditionally = " DeploymentController ",
		.identifiers = "ServiceArn Cluster"},
	{.name = "AWS::ECS::TaskDefinition",
		.id = "arn:{partition}:ecs:{region}:{account}:task-definition/{p:Family|"
		      "{stack}{logical}{mixed12}}:{revision}",
		.attributes = "TaskDefinitionArn={id}",
		.always = " ContainerDefinitions Cpu EnableFaultInjection EphemeralStorage "
			  "ExecutionRoleArn Family InferenceAccelerators IpcMode Memory "
			  "NetworkMode PidMode "
			  "PlacementConstraints ProxyConfiguration RequiresCompatibilities "
			  "RuntimePlatform "
			  "TaskRoleArn Volumes ",
		.identifiers = "TaskDefinitionArn"},
	{.name = "AWS::IAM::AccessKey",
		.id = "AKIA{upper16}",
		.attributes = "Id={id};SecretAccessKey={mixed40}",
		.always = " Serial UserName ",
		.identifiers = "Id"},
	{.name = "AWS::IAM::Group",
		.id = "{name}",
		.name_property = "GroupName",
		.attributes = "Arn=" IAM_ARN "group{p:Path|/}{id}",
		.always = " GroupName ",
		.identifiers = "GroupName"},
	{.name = "AWS::IAM::InstanceProfile",
		.id = "{name}",
		.name_property = "InstanceProfileName",
		.attributes = "Arn=" IAM_ARN "instance-profile{p:Path|/}{id}",
		.always = " InstanceProfileName Path ",
		.identifiers = "InstanceProfileName"},
	{.name = "AWS::IAM::ManagedPolicy",
		.id = IAM_ARN "policy{p:Path|/}{name}",
		.name_property = "ManagedPolicyName",
		.attributes = "PolicyArn={id};PolicyId=ANPA{upper17};DefaultVersionId=v1;"
			      "IsAttachable=true;"
			      "AttachmentCount=0;PermissionsBoundaryUsageCount=0;"
			      "CreateDate=2024-01-01T00:00:00Z;UpdateDate=2024-01-01T00:00:00Z",
		.always = " Description ManagedPolicyName Path ",
		.identifiers = "PolicyArn"},
	{.name = "AWS::IAM::Policy",
		.id = "{stack}-{logical}-{mixed12}",
		.attributes = "Id={id}",
		.identifiers = "Id"},
	{.name = "AWS::IAM::Role",
		.id = "{name}",
		.name_property = "RoleName",
		.name_limit = 64,
		.attributes = "Arn=" IAM_ARN "role{p:Path|/}{id};RoleId=AROA{upper17}",
		.always = " Path RoleName ",
		.identifiers = "RoleName"},
	{.name = "AWS::IAM::User",
		.id = "{name}",
		.name_property = "UserName",
		.name_limit = 64,
		.attributes = "Arn=" IAM_ARN "user{p:Path|/}{id}",
		.always = " UserName ",
		.identifiers = "UserName"},
	{.name = "AWS::Lambda::Alias",
		.id = "arn:{partition}:lambda:{region}:{account}:function:{l:FunctionName}:{p:"
		      "Name}",
		.attributes = "AliasArn={id}",
		.always = " FunctionName Name ",
		.identifiers = "AliasArn"},
	{.name = "AWS::Lambda::EventSourceMapping",
		.id = "{uuid}",
		.attributes =
			"Id={id};EventSourceMappingArn=arn:{partition}:lambda:{region}:{account}:"
			"event-source-mapping:{id}",
		.always = " EventSourceArn SelfManagedEventSource StartingPosition "
			  "StartingPositionTimestamp ",
		.identifiers = "Id"},
	{.name = "AWS::Lambda::Function",
		.id = "{name}",
		.name_property = "FunctionName",
		.name_limit = 64,
		.attributes =
			"Arn=arn:{partition}:lambda:{region}:{account}:function:{id};"
			"SnapStartResponse.ApplyOn=None;SnapStartResponse.OptimizationStatus=Off",
		.always = " FunctionName PackageType ",
		.identifiers = "FunctionName"},
	{.name = "AWS::Lambda::LayerVersion",
		.id = "arn:{partition}:lambda:{region}:{account}:layer:{p:LayerName|{stack}}:{"
		      "revision}",
		.attributes = "LayerVersionArn={id}",
		.always =
			" CompatibleArchitectures CompatibleRuntimes Content Description LayerName "
			"LicenseInfo ",
		.identifiers = "LayerVersionArn"},
	{.name = "AWS::Lambda::Permission",
		.id = "{stack}-{logical}-{mixed12}",
		.attributes = "Id={id}",
		.always = " Action EventSourceToken FunctionName FunctionUrlAuthType Principal "
			  "PrincipalOrgID SourceAccount SourceArn ",
		.identifiers = "FunctionName Id"},
	{.name = "AWS::Lambda::Version",
		.id = "arn:{partition}:lambda:{region}:{account}:function:{l:FunctionName}:{"
		      "revision}",
		.attributes = "FunctionArn={id};Version={last}",
		.always = " CodeSha256 Description FunctionName RuntimePolicy ",
		.identifiers = "FunctionArn"},
};
const size_t compute_type_count = COUNT(compute_types);
