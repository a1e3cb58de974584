/* Types whose resources can't be made anew from a template: what they hold came from elsewhere, or
 * others know it by heart. The sentences read "Table holds items that a replacement loses". */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "stack/guard.h"

struct row {
	const char *type, *holds;
};

#define DATA "holds data"
#define FILES "holds files"
#define ITEMS "holds items"
#define OBJECTS "holds objects"
#define STREAM "holds records"

/* Left out on purpose, `guard: all` is there for them: caches in front of a store (DAX), what only
 * passes data on (Firehose, whose records are minutes old), computing nodes whose storage is the
 * cluster's (Neptune, DocumentDB), access points, parameter and subnet groups, instances of EC2 (a
 * new image is a new instance; volumes that shall outlive one stand for themselves), and SSM
 * parameters, whose values are in the template. */
static const struct row rows[] = {
	/* Databases. An RDS instance may be one of Aurora's, but its type does not tell. Redis in
	 * ElastiCache is often used as a store, and CloudFormation offers snapshots of it. */
	{"AWS::RDS::DBInstance", DATA},
	{"AWS::RDS::DBCluster", DATA},
	{"AWS::RDS::DBShardGroup", DATA},
	{"AWS::RDS::GlobalCluster", DATA},
	{"AWS::DSQL::Cluster", DATA},
	{"AWS::DocDB::DBCluster", DATA},
	{"AWS::DocDB::GlobalCluster", DATA},
	{"AWS::DocDBElastic::Cluster", DATA},
	{"AWS::ElastiCache::CacheCluster", DATA},
	{"AWS::ElastiCache::GlobalReplicationGroup", DATA},
	{"AWS::ElastiCache::ReplicationGroup", DATA},
	{"AWS::ElastiCache::ServerlessCache", DATA},
	{"AWS::HealthImaging::Datastore", DATA},
	{"AWS::HealthLake::FHIRDatastore", DATA},
	{"AWS::Lightsail::Database", DATA},
	{"AWS::MemoryDB::Cluster", DATA},
	{"AWS::MemoryDB::MultiRegionCluster", DATA},
	{"AWS::Neptune::DBCluster", DATA},
	{"AWS::NeptuneGraph::Graph", DATA},
	{"AWS::Omics::ReferenceStore", DATA},
	{"AWS::Omics::SequenceStore", DATA},
	{"AWS::QLDB::Ledger", DATA},
	{"AWS::Redshift::Cluster", DATA},
	{"AWS::RedshiftServerless::Namespace", DATA},
	{"AWS::SDB::Domain", DATA},
	{"AWS::Timestream::Database", DATA},
	{"AWS::Timestream::InfluxDBInstance", DATA},
	/* Search */
	{"AWS::Elasticsearch::Domain", "holds an index"},
	{"AWS::Kendra::Index", "holds an index"},
	{"AWS::OpenSearchServerless::Collection", "holds an index"},
	{"AWS::OpenSearchService::Domain", "holds an index"},
	/* Tables */
	{"AWS::Cassandra::Keyspace", ITEMS},
	{"AWS::Cassandra::Table", ITEMS},
	{"AWS::DynamoDB::GlobalTable", ITEMS},
	{"AWS::DynamoDB::Table", ITEMS},
	{"AWS::SageMaker::FeatureGroup", ITEMS},
	{"AWS::Serverless::SimpleTable", ITEMS},
	{"AWS::Timestream::Table", ITEMS},
	{"AWS::Glue::Database", "holds definitions of tables"}, /* crawlers make them */
	/* Buckets */
	{"AWS::Lightsail::Bucket", OBJECTS},
	{"AWS::MediaStore::Container", OBJECTS},
	{"AWS::S3::Bucket", OBJECTS},
	{"AWS::S3Express::DirectoryBucket", OBJECTS},
	{"AWS::S3Outposts::Bucket", OBJECTS},
	{"AWS::S3Tables::Table", OBJECTS},
	{"AWS::S3Tables::TableBucket", OBJECTS},
	{"AWS::S3Vectors::Index", OBJECTS},
	{"AWS::S3Vectors::VectorBucket", OBJECTS},
	/* Volumes, file systems, and what backs them up */
	{"AWS::EC2::Volume", FILES},
	{"AWS::EFS::FileSystem", FILES},
	{"AWS::FSx::FileSystem", FILES},
	{"AWS::FSx::Snapshot", FILES},
	{"AWS::FSx::StorageVirtualMachine", FILES},
	{"AWS::FSx::Volume", FILES},
	{"AWS::Cloud9::EnvironmentEC2", FILES},
	{"AWS::Lightsail::Disk", FILES},
	{"AWS::SageMaker::Domain", FILES},
	{"AWS::SageMaker::NotebookInstance", FILES},
	{"AWS::WorkSpaces::Workspace", FILES},
	{"AWS::Backup::BackupVault", "holds backups"},
	{"AWS::Backup::LogicallyAirGappedBackupVault", "holds backups"},
	/* Streams */
	{"AWS::Events::Archive", "holds events"},
	{"AWS::IoTAnalytics::Channel", STREAM},
	{"AWS::IoTAnalytics::Datastore", STREAM},
	{"AWS::IoTSiteWise::Asset", STREAM},
	{"AWS::Kinesis::Stream", STREAM},
	{"AWS::KinesisVideo::Stream", STREAM},
	{"AWS::MSK::Cluster", STREAM},
	{"AWS::MSK::ServerlessCluster", STREAM},
	/* Queues */
	{"AWS::AmazonMQ::Broker", "holds messages"},
	{"AWS::SQS::Queue", "holds messages"},
	/* Logs and metrics */
	{"AWS::APS::Workspace", "holds metrics"},
	{"AWS::CloudTrail::EventDataStore", "holds logs"},
	{"AWS::Grafana::Workspace", "holds dashboards"},
	{"AWS::Logs::LogGroup", "holds logs"},
	/* Keys and secrets: what they open stays shut without them */
	{"AWS::ApiGateway::ApiKey", "holds a key known to clients"},
	{"AWS::EC2::KeyPair", "holds a key to instances"},
	{"AWS::KMS::Key", "holds the key to encrypted data"},
	{"AWS::KMS::ReplicaKey", "holds the key to encrypted data"},
	{"AWS::PaymentCryptography::Key", "holds the key to encrypted data"},
	{"AWS::SecretsManager::Secret", "holds a secret"},
	/* People and devices */
	{"AWS::Cognito::IdentityPool", "holds identities"},
	{"AWS::Cognito::UserPool", "holds users"},
	{"AWS::Connect::Instance", "holds users and calls"},
	{"AWS::CustomerProfiles::Domain", "holds profiles"},
	{"AWS::DirectoryService::MicrosoftAD", "holds a directory"},
	{"AWS::DirectoryService::SimpleAD", "holds a directory"},
	{"AWS::IoT::Certificate", "holds a device's identity"},
	{"AWS::IoT::Thing", "holds a device's identity"},
	{"AWS::Organizations::Account", "holds an account"},
	/* Repositories */
	{"AWS::CodeArtifact::Domain", "holds packages"},
	{"AWS::CodeArtifact::Repository", "holds packages"},
	{"AWS::CodeCommit::Repository", "holds commits"},
	{"AWS::ECR::PublicRepository", "holds images"},
	{"AWS::ECR::Repository", "holds images"},
	/* What others were told: a zone's name servers, an address in somebody's firewall. A new
	 * certificate may wait for days until somebody validates it. */
	{"AWS::ACMPCA::CertificateAuthority", "holds a key trusted by others"},
	{"AWS::CertificateManager::Certificate", "holds a validated certificate"},
	{"AWS::EC2::EIP", "holds an address known to others"},
	{"AWS::GlobalAccelerator::Accelerator", "holds addresses known to others"},
	{"AWS::Route53::HostedZone", "holds names and name servers"},
	{"AWS::ServiceDiscovery::PrivateDnsNamespace", "holds names and name servers"},
	{"AWS::ServiceDiscovery::PublicDnsNamespace", "holds names and name servers"},
	/* What a template does not show */
	{"AWS::CloudFormation::CustomResource", "holds things known to its provider only"},
	{"AWS::CloudFormation::Stack", "holds resources of its own"},
	{"AWS::CloudFormation::StackSet", "holds stacks of its own"},
	{"AWS::Serverless::Application", "holds resources of its own"},
	{"AWS::ServiceCatalog::CloudFormationProvisionedProduct", "holds a stack of its own"},
	{"Custom::*", "holds things known to its provider only"},
	{"Fn::Transform", "holds resources known to CloudFormation only"},
};

static bool matches(const char *pattern, const char *type)
{
	size_t length = strlen(pattern);

	if (pattern[length - 1] == '*')
		return strncmp(type, pattern, length - 1) == 0;
	return strcmp(type, pattern) == 0;
}

const char *guard_stateful(const char *type)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (matches(rows[i].type, type))
			return rows[i].holds;
	return NULL;
}

bool guard_row(size_t index, const char **type, const char **holds)
{
	if (index >= COUNT(rows))
		return false;
	*type = rows[index].type;
	*holds = rows[index].holds;
	return true;
}
