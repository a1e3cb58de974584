/* Where CloudFormation takes a template from by its URL: an object in S3, in all forms that S3's
 * hosts have. Only the form is checked. */
#pragma once

enum { TEMPLATE_URL_LIMIT = 5120 }; /* bytes; fact sheet §6.3 */

enum template_url_fault {
	TEMPLATE_URL_GOOD,
	TEMPLATE_URL_LONG,
	TEMPLATE_URL_QUERY, /* another query than versionId: a signed URL ends, and is a secret */
	TEMPLATE_URL_BAD,   /* no https, no host of S3, no bucket or no key */
};

/* Accepted: https://HOST/BUCKET/KEY and https://BUCKET.HOST/KEY, both also with ?versionId=ID.
 * HOST is s3, s3-REGION, s3.REGION, s3-fips.REGION, s3.dualstack.REGION or
 * s3-fips.dualstack.REGION under a partition's domain (amazonaws.com, amazonaws.com.cn ...). */
enum template_url_fault template_url_check(const char *url);
