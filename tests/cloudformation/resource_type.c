#include "cloudformation/resource_type.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* Services whose types are accepted without a row of their own. */
static const char known_services[] =
	" AccessAnalyzer ACMPCA Amplify ApiGateway ApiGatewayV2 AppConfig ApplicationAutoScaling "
	"ApplicationInsights AppMesh AppRunner AppStream AppSync Athena AutoScaling "
	"AutoScalingPlans "
	"Backup Batch Bedrock Budgets CDK CE CertificateManager Chatbot Cloud9 CloudFormation "
	"CloudFront "
	"CloudTrail CloudWatch CodeArtifact CodeBuild CodeCommit CodeDeploy CodePipeline CodeStar "
	"CodeStarConnections Cognito Config Connect DataPipeline DataSync DAX Detective "
	"DirectoryService "
	"DLM DMS DocDB DynamoDB EC2 ECR ECS EFS EKS ElastiCache ElasticBeanstalk "
	"ElasticLoadBalancing "
	"ElasticLoadBalancingV2 Elasticsearch EMR Events EventSchemas FIS FSx GameLift "
	"GlobalAccelerator "
	"Glue Grafana GuardDuty IAM ImageBuilder Inspector InspectorV2 IoT IVS Kendra Kinesis "
	"KinesisAnalyticsV2 KinesisFirehose KMS LakeFormation Lambda Lex Lightsail Location Logs "
	"Macie "
	"MediaConvert MediaLive MemoryDB MSK MWAA Neptune NetworkFirewall NetworkManager "
	"OpenSearchServerless "
	"OpenSearchService OpsWorks Organizations Pinpoint Pipes QuickSight RAM RDS Redshift "
	"RedshiftServerless ResourceGroups Route53 Route53Resolver RUM S3 SageMaker Scheduler SDB "
	"SecretsManager SecurityHub Serverless ServiceCatalog ServiceDiscovery SES Signer SNS SQS "
	"SSM SSO "
	"StepFunctions Synthetics Timestream Transfer VpcLattice WAF WAFRegional WAFv2 WorkSpaces "
	"XRay ";

static const struct resource_type generic = {
	.id = "{name}", .identifiers = "Id", .flags = TYPE_OPEN};
static const struct resource_type custom = {
	.id = "{name}", .always = " ServiceToken ", .identifiers = "Id", .flags = TYPE_OPEN};

static bool in_list(const char *list, const char *word, size_t length)
{
	AUTO(free_text) char *spaced = xasprintf(" %.*s ", (int)length, word);

	return list && !memchr(word, ' ', length) && strstr(list, spaced);
}

static bool is_word(const char *text)
{
	if (!isupper((unsigned char)*text))
		return false;
	while (isalnum((unsigned char)*text))
		text++;
	return !*text;
}

/* AWS::SERVICE::TYPE of a service that exists. */
static bool well_formed(const char *name)
{
	const char *service = name + strlen("AWS::");
	const char *end;

	if (!text_starts(name, "AWS::"))
		return false;
	end = strstr(service, "::");
	return end && in_list(known_services, service, (size_t)(end - service)) && is_word(end + 2);
}

static const struct resource_type *find_row(
	const struct resource_type *types, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

const struct resource_type *resource_type_find(const char *name)
{
	const struct resource_type *type = find_row(network_types, network_type_count, name);

	if (!type)
		type = find_row(compute_types, compute_type_count, name);
	if (!type)
		type = find_row(service_types, service_type_count, name);
	if (!type)
		type = find_row(data_types, data_type_count, name);
	if (type)
		return type;
	if (text_starts(name, "Custom::") && name[strlen("Custom::")])
		return &custom;
	return well_formed(name) ? &generic : NULL;
}

/* Finds "NAME=" or "NAME[]=" in a list of attributes: the format behind it. */
static const char *find_attribute(const struct resource_type *type, const char *name, bool *is_list)
{
	size_t length = strlen(name);

	for (const char *entry = type->attributes; entry && *entry;) {
		if (strncmp(entry, name, length) == 0) {
			*is_list = strncmp(entry + length, "[]=", 3) == 0;
			if (*is_list || entry[length] == '=')
				return entry + length;
		}
		entry = strchr(entry, ';');
		entry = entry ? entry + 1 : NULL;
	}
	return NULL;
}

bool resource_type_has_attribute(const struct resource_type *type, const char *attribute)
{
	bool is_list;

	return (type->flags & TYPE_OPEN) || find_attribute(type, attribute, &is_list);
}

bool resource_type_attribute_is_list(const struct resource_type *type, const char *attribute)
{
	bool is_list = false;

	return find_attribute(type, attribute, &is_list) && is_list;
}

/* A property that looks like the name of a type without a row: Name, or TYPEName. */
static bool names_it(const char *resource_type, const char *property)
{
	const char *last = strrchr(resource_type, ':');
	AUTO(free_text) char *own = xasprintf("%sName", last ? last + 1 : resource_type);

	return strcmp(property, "Name") == 0 || strcmp(property, own) == 0;
}

enum change_recreation resource_type_recreation(
	const struct resource_type *type, const char *resource_type, const char *property)
{
	if (in_list(type->always, property, strlen(property)))
		return RECREATION_ALWAYS;
	if (in_list(type->conditionally, property, strlen(property)))
		return RECREATION_CONDITIONALLY;
	if (type == &generic && names_it(resource_type, property))
		return RECREATION_ALWAYS;
	return RECREATION_NEVER;
}

const char *resource_type_default_deletion(
	const struct resource_type *type, const struct pairs *properties)
{
	/* A DB instance within a cluster leaves the snapshot to the cluster. */
	if ((type->flags & TYPE_SNAPSHOT) && !(strcmp(type->name, "AWS::RDS::DBInstance") == 0 &&
						     pairs_has(properties, "DBClusterIdentifier")))
		return "Snapshot";
	return "Delete";
}
