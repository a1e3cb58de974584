/* Storage, messages, data bases, monitoring. Sources as in types_network.c. */
#include "cloudformation/resource_type.h"

#include "base/memory.h"

#define RDS_ARN "arn:{partition}:rds:{region}:{account}:"

const struct resource_type service_types[] = {
	{.name = "AWS::CertificateManager::Certificate",
		.id = "arn:{partition}:acm:{region}:{account}:certificate/{uuid}",
		.attributes = "Id={id}",
		.always =
			" CertificateAuthorityArn DomainName DomainValidationOptions KeyAlgorithm "
			"SubjectAlternativeNames ValidationMethod ",
		.identifiers = "Id"},
	{.name = "AWS::CloudFront::Distribution",
		.id = "E{upper13}",
		.attributes = "DomainName=d{hex13}.cloudfront.net;Id={id}",
		.identifiers = "Id"},
	{.name = "AWS::CloudWatch::Alarm",
		.id = "{name}",
		.name_property = "AlarmName",
		.attributes = "Arn=arn:{partition}:cloudwatch:{region}:{account}:alarm:{id}",
		.always = " AlarmName ",
		.identifiers = "AlarmName"},
	{.name = "AWS::CloudWatch::Dashboard",
		.id = "{name}",
		.name_property = "DashboardName",
		.always = " DashboardName ",
		.identifiers = "DashboardName"},
	{.name = "AWS::DynamoDB::Table",
		.id = "{name}",
		.name_property = "TableName",
		.attributes =
			"Arn=arn:{partition}:dynamodb:{region}:{account}:table/{id};"
			"StreamArn=arn:{partition}:dynamodb:{region}:{account}:table/{id}/stream/"
			"2024-01-01T00:00:00.000",
		.always = " ImportSourceSpecification KeySchema LocalSecondaryIndexes TableName ",
		.conditionally = " AttributeDefinitions ",
		.identifiers = "TableName"},
	{.name = "AWS::EFS::FileSystem",
		.id = "fs-{hex17}",
		.attributes =
			"Arn=arn:{partition}:elasticfilesystem:{region}:{account}:file-system/{id};"
			"FileSystemId={id}",
		.always = " AvailabilityZoneName Encrypted KmsKeyId PerformanceMode ",
		.identifiers = "FileSystemId"},
	{.name = "AWS::EFS::MountTarget",
		.id = "fsmt-{hex17}",
		.attributes = "Id={id};IpAddress={p:IpAddress|10.0.{digits2}.{digits2}}",
		.always = " FileSystemId IpAddress IpAddressType SubnetId ",
		.identifiers = "Id"},
	{.name = "AWS::Events::Rule",
		.id = "{name}",
		.name_property = "Name",
		.name_limit = 64,
		.attributes = "Arn=arn:{partition}:events:{region}:{account}:rule/{id}",
		.always = " EventBusName Name ",
		.identifiers = "Arn"},
	{.name = "AWS::KMS::Alias",
		.id = "{p:AliasName}",
		.always = " AliasName ",
		.identifiers = "AliasName"},
	{.name = "AWS::KMS::Key",
		.id = "{uuid}",
		.attributes = "Arn=arn:{partition}:kms:{region}:{account}:key/{id};KeyId={id}",
		.identifiers = "KeyId"},
	{.name = "AWS::Kinesis::Stream",
		.id = "{name}",
		.name_property = "Name",
		.attributes = "Arn=arn:{partition}:kinesis:{region}:{account}:stream/{id}",
		.always = " Name ",
		.identifiers = "Name"},
	{.name = "AWS::Logs::LogGroup",
		.id = "{name}",
		.name_property = "LogGroupName",
		.attributes = "Arn=arn:{partition}:logs:{region}:{account}:log-group:{id}:*",
		.always = " LogGroupName ",
		.identifiers = "LogGroupName"},
	{.name = "AWS::Logs::LogStream",
		.id = "{name}",
		.name_property = "LogStreamName",
		.always = " LogGroupName LogStreamName ",
		.identifiers = "LogGroupName LogStreamName"},
	{.name = "AWS::RDS::DBCluster",
		.id = "{name}",
		.name_property = "DBClusterIdentifier",
		.name_limit = 63,
		.attributes = "DBClusterArn=" RDS_ARN
			      "cluster:{id};DBClusterResourceId=cluster-{upper26};"
			      "Endpoint.Address={id}.cluster-{hex12}.{region}.rds.{suffix};"
			      "Endpoint.Port={p:Port|3306};"
			      "ReadEndpoint.Address={id}.cluster-ro-{hex12}.{region}.rds.{suffix};"
			      "MasterUserSecret.SecretArn=",
		.always = " AvailabilityZones ClusterScalabilityType DBClusterIdentifier "
			  "DBSubnetGroupName "
			  "DatabaseName EngineMode KmsKeyId PubliclyAccessible RestoreType "
			  "SnapshotIdentifier SourceDBClusterIdentifier SourceRegion "
			  "StorageEncrypted "
			  "UseLatestRestorableTime ",
		.identifiers = "DBClusterIdentifier",
		.flags = TYPE_LOWER | TYPE_SNAPSHOT},
	{.name = "AWS::RDS::DBInstance",
		.id = "{name}",
		.name_property = "DBInstanceIdentifier",
		.name_limit = 63,
		.attributes = "DBInstanceArn=" RDS_ARN "db:{id};DbiResourceId=db-{upper26};"
			      "Endpoint.Address={id}.{hex12}.{region}.rds.{suffix};"
			      "Endpoint.HostedZoneId=Z{upper13};Endpoint.Port={p:Port|3306};"
			      "CertificateDetails.CAIdentifier=rds-ca-rsa2048-g1;"
			      "MasterUserSecret.SecretArn=",
		.always = " CharacterSetName CustomIAMInstanceProfile DBClusterIdentifier "
			  "DBInstanceIdentifier DBName DBSubnetGroupName KmsKeyId MasterUsername "
			  "NcharCharacterSetName SourceRegion StorageEncrypted Timezone ",
		.conditionally = " AutoMinorVersionUpgrade AvailabilityZone BackupTarget "
				 "DBSnapshotIdentifier "
				 "Engine EngineVersion MultiAZ StorageType ",
		.identifiers = "DBInstanceIdentifier",
		.flags = TYPE_LOWER | TYPE_SNAPSHOT},
	{.name = "AWS::RDS::DBSubnetGroup",
		.id = "{name}",
		.name_property = "DBSubnetGroupName",
		.always = " DBSubnetGroupName ",
		.identifiers = "DBSubnetGroupName",
		.flags = TYPE_LOWER},
	{.name = "AWS::S3::Bucket",
		.id = "{name}",
		.name_property = "BucketName",
		.name_limit = 63,
		.attributes = "Arn=arn:{partition}:s3:::{id};DomainName={id}.s3.{suffix};"
			      "DualStackDomainName={id}.s3.dualstack.{region}.{suffix};"
			      "RegionalDomainName={id}.s3.{region}.{suffix};"
			      "WebsiteURL=http://{id}.s3-website-{region}.{suffix}",
		.always = " BucketName ",
		.identifiers = "BucketName",
		.flags = TYPE_LOWER},
	{.name = "AWS::S3::BucketPolicy",
		.id = "{p:Bucket}",
		.always = " Bucket ",
		.identifiers = "Bucket"},
	{.name = "AWS::SecretsManager::Secret",
		.id = "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-{mixed6}",
		.name_property = "Name",
		.attributes = "Id={id}",
		.always = " Name ",
		.identifiers = "Id"},
	{.name = "AWS::SNS::Subscription",
		.id = "{p:TopicArn}:{uuid}",
		.attributes = "Arn={id}",
		.always = " Endpoint Protocol TopicArn ",
		.identifiers = "Arn"},
	{.name = "AWS::SNS::Topic",
		.id = "arn:{partition}:sns:{region}:{account}:{name}",
		.name_property = "TopicName",
		.attributes = "TopicArn={id};TopicName={last}",
		.always = " FifoTopic TopicName ",
		.identifiers = "TopicArn"},
	{.name = "AWS::SNS::TopicPolicy",
		.id = "{stack}-{logical}-{mixed12}",
		.attributes = "Id={id}",
		.identifiers = "Id"},
	{.name = "AWS::SQS::Queue",
		.id = "https://sqs.{region}.{suffix}/{account}/{name}",
		.name_property = "QueueName",
		.attributes = "Arn=arn:{partition}:sqs:{region}:{account}:{last};QueueName={last};"
			      "QueueUrl={id}",
		.always = " FifoQueue QueueName ",
		.identifiers = "QueueUrl"},
	{.name = "AWS::SQS::QueuePolicy",
		.id = "{stack}-{logical}-{mixed12}",
		.attributes = "Id={id}",
		.identifiers = "Id"},
	{.name = "AWS::SSM::Parameter",
		.id = "{p:Name|CFN-{logical}-{mixed12}}",
		.name_property = "Name",
		.attributes = "Type={p:Type};Value={p:Value}",
		.always = " Name ",
		.identifiers = "Name"},
	{.name = "AWS::StepFunctions::StateMachine",
		.id = "arn:{partition}:states:{region}:{account}:stateMachine:{name}",
		.name_property = "StateMachineName",
		.attributes = "Arn={id};Name={last};StateMachineRevisionId={uuid}",
		.always = " StateMachineName StateMachineType ",
		.identifiers = "Arn"},
};
const size_t service_type_count = COUNT(service_types);
