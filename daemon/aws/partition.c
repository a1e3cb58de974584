#include "aws/partition.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

struct partition {
	const char *region; /* how its regions begin */
	const char *suffix;
	const char *dualstack; /* NULL: has none */
	bool fips_plain;       /* its usual endpoints are FIPS ones */
};

/* The last row is the partition of all others. */
static const struct partition partitions[] = {
	{"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", false},
	{"us-gov-", "amazonaws.com", "api.aws", true},
	{"eusc-", "amazonaws.eu", "api.amazonwebservices.eu", false},
	{"us-iso-", "c2s.ic.gov", NULL, false},
	{"us-isob-", "sc2s.sgov.gov", NULL, false},
	{"eu-isoe-", "cloud.adc-e.uk", NULL, false},
	{"us-isof-", "csp.hci.ic.gov", NULL, false},
	{"", "amazonaws.com", "api.aws", false},
};

static const struct partition *partition_of(const char *region)
{
	size_t i = 0;

	while (!text_starts(region, partitions[i].region))
		i++;
	return &partitions[i];
}

char *partition_host(const char *service, const char *region, unsigned variant, struct error *e)
{
	const struct partition *partition = partition_of(region);
	bool dualstack = variant & PARTITION_DUALSTACK;
	bool s3 = strcmp(service, "s3") == 0;
	/* S3 is the one whose usual endpoints are never FIPS ones. */
	bool fips = (variant & PARTITION_FIPS) && (s3 || dualstack || !partition->fips_plain);

	if (dualstack && !partition->dualstack) {
		error_set(e, ERROR_INVALID, "dual-stack endpoints: there are none in %s", region);
		return NULL;
	}
	if (s3)
		return xasprintf("s3%s%s.%s.%s", fips ? "-fips" : "", dualstack ? ".dualstack" : "",
			region, partition->suffix);
	return xasprintf("%s%s.%s.%s", service, fips ? "-fips" : "", region,
		dualstack ? partition->dualstack : partition->suffix);
}

bool partition_legacy_sts(const char *region)
{
	static const char *const regions[] = {"ap-northeast-1", "ap-south-1", "ap-southeast-1",
		"ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1",
		"eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1",
		"us-west-2"};

	for (size_t i = 0; i < COUNT(regions); i++)
		if (strcmp(regions[i], region) == 0)
			return true;
	return false;
}
