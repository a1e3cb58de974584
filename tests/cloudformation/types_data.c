/* More of what holds data. Sources as in types_network.c. */
#include "cloudformation/resource_type.h"

#include "base/memory.h"

#define RDS_ARN "arn:{partition}:rds:{region}:{account}:"

const struct resource_type data_types[] = {
	{.name = "AWS::Backup::BackupVault",
		.id = "{name}",
		.name_property = "BackupVaultName",
		.attributes = "BackupVaultArn=arn:{partition}:backup:{region}:{account}:"
			      "backup-vault:{id};BackupVaultName={id}",
		.always = " BackupVaultName EncryptionKeyArn ",
		.identifiers = "BackupVaultName"},
	{.name = "AWS::Cognito::UserPool",
		.id = "{region}_{mixed9}",
		.attributes = "Arn=arn:{partition}:cognito-idp:{region}:{account}:userpool/{id};"
			      "ProviderName=cognito-idp.{region}.{suffix}/{id};"
			      "ProviderURL=https://cognito-idp.{region}.{suffix}/{id};"
			      "UserPoolId={id}",
		.always = " AliasAttributes UsernameAttributes UsernameConfiguration ",
		.identifiers = "UserPoolId"},
	{.name = "AWS::Cognito::UserPoolClient",
		.id = "{hex26}",
		.attributes = "ClientId={id};Name={p:ClientName|{id}}",
		.always = " GenerateSecret UserPoolId ",
		.identifiers = "UserPoolId ClientId"},
	{.name = "AWS::DocDB::DBCluster",
		.id = "{name}",
		.name_property = "DBClusterIdentifier",
		.name_limit = 63,
		.attributes = "ClusterResourceId=cluster-{upper26};"
			      "Endpoint={id}.cluster-{hex12}.{region}.docdb.{suffix};"
			      "Port={p:Port|27017};"
			      "ReadEndpoint={id}.cluster-ro-{hex12}.{region}.docdb.{suffix}",
		.always = " AvailabilityZones DBClusterIdentifier DBSubnetGroupName KmsKeyId "
			  "MasterUsername SnapshotIdentifier StorageEncrypted ",
		.identifiers = "DBClusterIdentifier",
		.flags = TYPE_LOWER | TYPE_SNAPSHOT},
	{.name = "AWS::DynamoDB::GlobalTable",
		.id = "{name}",
		.name_property = "TableName",
		.attributes = "Arn=arn:{partition}:dynamodb:{region}:{account}:table/{id};"
			      "TableId={uuid}",
		.always = " KeySchema LocalSecondaryIndexes TableName ",
		.identifiers = "TableName"},
	{.name = "AWS::ElastiCache::ReplicationGroup",
		.id = "{name}",
		.name_property = "ReplicationGroupId",
		.name_limit = 40,
		.attributes = "PrimaryEndPoint.Address={id}.{hex6}.ng.0001.{region}.cache.{suffix};"
			      "PrimaryEndPoint.Port={p:Port|6379}",
		.always = " AtRestEncryptionEnabled CacheSubnetGroupName KmsKeyId Port "
			  "ReplicationGroupId SnapshotArns SnapshotName ",
		.identifiers = "ReplicationGroupId",
		.flags = TYPE_LOWER | TYPE_OPEN},
	{.name = "AWS::FSx::FileSystem",
		.id = "fs-{hex17}",
		.attributes = "DNSName={id}.fsx.{region}.{suffix};LustreMountName={hex8};"
			      "ResourceARN=arn:{partition}:fsx:{region}:{account}:file-system/{id}",
		.always = " BackupId FileSystemType KmsKeyId SecurityGroupIds SubnetIds ",
		.conditionally = " StorageCapacity StorageType ",
		.identifiers = "Id"},
	{.name = "AWS::Neptune::DBCluster",
		.id = "{name}",
		.name_property = "DBClusterIdentifier",
		.name_limit = 63,
		.attributes = "ClusterResourceId=cluster-{upper26};"
			      "Endpoint={id}.cluster-{hex12}.{region}.neptune.{suffix};"
			      "Port={p:DBPort|8182};"
			      "ReadEndpoint={id}.cluster-ro-{hex12}.{region}.neptune.{suffix}",
		.always = " AvailabilityZones DBClusterIdentifier DBSubnetGroupName KmsKeyId "
			  "SnapshotIdentifier SourceDBClusterIdentifier StorageEncrypted ",
		.identifiers = "DBClusterIdentifier",
		.flags = TYPE_LOWER | TYPE_SNAPSHOT},
	{.name = "AWS::OpenSearchService::Domain",
		.id = "{name}",
		.name_property = "DomainName",
		.name_limit = 28,
		.attributes = "Arn=arn:{partition}:es:{region}:{account}:domain/{id};"
			      "DomainEndpoint=search-{id}-{hex26}.{region}.es.{suffix};"
			      "Id={account}/{id}",
		.always = " DomainName ",
		.conditionally = " EncryptionAtRestOptions ",
		.identifiers = "DomainName",
		.flags = TYPE_LOWER | TYPE_OPEN},
	{.name = "AWS::Redshift::Cluster",
		.id = "{name}",
		.name_property = "ClusterIdentifier",
		.name_limit = 63,
		.attributes = "Endpoint.Address={id}.{hex12}.{region}.redshift.{suffix};"
			      "Endpoint.Port={p:Port|5439}",
		.always = " ClusterIdentifier ClusterSubnetGroupName DBName MasterUsername "
			  "SnapshotClusterIdentifier SnapshotIdentifier ",
		.identifiers = "ClusterIdentifier",
		.flags = TYPE_LOWER | TYPE_SNAPSHOT | TYPE_OPEN},
};
const size_t data_type_count = COUNT(data_types);
