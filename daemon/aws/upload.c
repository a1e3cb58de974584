#include "aws/upload.h"

#include <string.h>

#include "aws/partition.h"
#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"
#include "stack/names.h"

void upload_begin(struct upload *upload, const struct call *call, const struct text *bytes)
{
	*upload = (struct upload){
		.pattern = xstrdup(call->bucket),
		.object = xstrdup(call->object),
		.bytes = bytes,
	};
}

static void forget_place(struct upload *upload)
{
	free(upload->bucket);
	free(upload->account);
	free(upload->template_url);
	endpoint_done(&upload->place);
	upload->bucket = upload->account = upload->template_url = NULL;
	upload->put = false;
}

void upload_done(struct upload *upload)
{
	forget_place(upload);
	free(upload->pattern);
	free(upload->object);
	*upload = (struct upload){0};
}

/* --- where it goes --- */

/* A certificate for *.s3.REGION.amazonaws.com has no room for more dots. */
static bool bucket_in_host(const char *bucket, const struct endpoint *endpoint)
{
	return endpoint->own && !strchr(bucket, '.');
}

static void place_object(
	const struct upload *upload, const struct endpoint *endpoint, struct endpoint *place)
{
	bool in_host = bucket_in_host(upload->bucket, endpoint);
	AUTO_DONE(text_done) struct text encoded = {0};
	size_t length = strlen(endpoint->path);

	/* The endpoint's path ends with a slash or doesn't, as somebody wrote it. */
	if (endpoint->path[length - 1] == '/')
		length--;
	place->host = in_host ? xasprintf("%s.%s", upload->bucket, endpoint->host)
			      : xstrdup(endpoint->host);
	place->path = xasprintf("%.*s/%s%s%s", (int)length, endpoint->path,
		in_host ? "" : upload->bucket, in_host ? "" : "/", upload->object);
	text_add_percent(&encoded, place->path, strlen(place->path), "/");
	place->url = xasprintf("%s://%s%s", endpoint->https ? "https" : "http", place->host,
		text_string(&encoded));
	place->region = xstrdup(endpoint->region);
	place->https = endpoint->https;
	place->own = endpoint->own;
}

/* CloudFormation fetches it by itself, and AWS's own knows none of the ways that only we take: a
 * private endpoint, FIPS, dual-stack. */
static bool public_url(struct upload *upload, struct error *e)
{
	AUTO(free_text) char *host = partition_host("s3", upload->place.region, 0, e);
	AUTO_DONE(endpoint_done) struct endpoint place = {0};

	if (!host)
		return false;
	struct endpoint usual = {.host = host,
		.path = (char *)(uintptr_t) "/",
		.region = upload->place.region,
		.https = true,
		.own = true};

	place_object(upload, &usual, &place);
	upload->template_url = take(place.url);
	return true;
}

bool upload_aim(struct upload *upload, const char *account, const struct endpoint *s3,
	const struct endpoint *cloudformation, struct error *e)
{
	forget_place(upload);
	upload->bucket = bucket_fill(upload->pattern, account, s3->region);
	upload->account = xstrdup(account);
	if (!bucket_valid(upload->bucket))
		return error_set(e, ERROR_DENIED,
			"TemplateBucket=: with account and region filled in, '%s' is no name that "
			"a bucket can have",
			shown(upload->bucket).text);
	place_object(upload, s3, &upload->place);
	if (s3->own || cloudformation->own)
		return public_url(upload, e);
	upload->template_url = xstrdup(upload->place.url);
	return true;
}

/* --- what is sent --- */

void upload_request(const struct upload *upload, struct upload_request *request)
{
	const char *bytes = upload->put ? text_string(upload->bytes) : "";
	struct digest digest = digest_of(bytes, upload->put ? upload->bytes->length : 0);
	char hex[DIGEST_HEX_SIZE];

	digest_hex(&digest, hex, DIGEST_HEX_SIZE - 1);
	*request = (struct upload_request){
		.method = upload->put ? "PUT" : "HEAD",
		.bytes = upload->put ? upload->bytes : NULL,
	};
	/* JSON or YAML; CloudFormation looks at neither this nor the name. */
	if (upload->put)
		pairs_add(&request->headers, "Content-Type", "text/plain; charset=utf-8");
	pairs_add(&request->headers, "X-Amz-Content-Sha256", hex);
	/* Else whoever takes a name that was free gets our templates, and gives us his. */
	pairs_add(&request->headers, "X-Amz-Expected-Bucket-Owner", upload->account);
}

void upload_request_done(struct upload_request *request)
{
	pairs_done(&request->headers);
}
