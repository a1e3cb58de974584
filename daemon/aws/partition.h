/* AWS's partitions, and what their hosts are called. */
#pragma once

#include <stdbool.h>

#include "base/error.h"

enum partition_variant {
	PARTITION_FIPS = 1,
	PARTITION_DUALSTACK = 2,
};

/* "sts.eu-west-1.amazonaws.com"; the caller frees it. NULL: the region's partition has no such
 * variant, and the error says so. The region must be a valid one. */
char *partition_host(const char *service, const char *region, unsigned variant, struct error *e);

/* Regions whose STS is also the global one, sts.amazonaws.com in us-east-1. */
bool partition_legacy_sts(const char *region);
