/* What S3 says to an upload, and how it is told to people. */
#include <string.h>

#include "aws/fault.h"
#include "aws/upload.h"
#include "base/memory.h"
#include "base/text.h"
#include "stack/names.h"

#define BUCKET "bucket %s of TemplateBucket="

struct row {
	const char *code;
	enum error_kind kind;
	const char *scope_wide; /* NULL: a matter of this bucket; "": AWS says it well itself */
};

/* What fault_sort() doesn't know, or takes for a matter of the whole scope. A bucket is made or
 * mended without an edit of the stack, so that its faults are ERROR_DENIED: tried again, slowly. */
static const struct row rows[] = {
	{"RequestTimeTooSkewed", ERROR_DENIED, ""},
	{"RequestExpired", ERROR_DENIED, ""},
	{"ExpiredToken", ERROR_DENIED, ""},
	{"TokenRefreshRequired", ERROR_DENIED, "the credentials have expired"},
	{"InvalidToken", ERROR_DENIED, "S3 does not accept the credentials"},
	{"InvalidClientTokenId", ERROR_DENIED, ""}, /* as other services call it */
	{"InvalidAccessKeyId", ERROR_DENIED, "S3 does not accept the credentials"},
	{"SignatureDoesNotMatch", ERROR_DENIED, "S3 does not accept the signature"},
	{"NoSuchBucket", ERROR_DENIED, NULL},
	{"OperationAborted", ERROR_TRANSIENT, NULL},
	{"RequestTimeout", ERROR_TRANSIENT, NULL},
	{"IncompleteBody", ERROR_TRANSIENT, NULL},
	{"BadDigest", ERROR_TRANSIENT, NULL},
	{"XAmzContentSHA256Mismatch", ERROR_TRANSIENT, NULL},
};

static const struct row *row_for(const char *code)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (strcmp(rows[i].code, code) == 0)
			return &rows[i];
	return NULL;
}

static bool is_redirect(int http_status)
{
	return http_status == 301 || http_status == 307;
}

/* The bucket is in another region than was asked and signed for. */
static bool is_elsewhere(const struct reply *reply)
{
	return is_redirect(reply->http_status) ||
	       strcmp(reply->aws_code, "AuthorizationHeaderMalformed") == 0 ||
	       strcmp(reply->aws_code, "IllegalLocationConstraintException") == 0;
}

static void tell_elsewhere(const struct upload *upload, const char *region, struct reply *reply)
{
	bool known = region && region_valid(region) && strcmp(region, upload->place.region) != 0;
	bool one = !strstr(upload->pattern, "{region}");

	error_set(&reply->error, ERROR_DENIED, BUCKET " is in %s, but has to be in %s like the %s",
		upload->bucket, known ? region : "another region", upload->place.region,
		one ? "stack: name one for each region, with {region}" : "stack");
}

static void tell(const struct upload *upload, const char *bucket_region, struct reply *reply)
{
	/* A server that fails knows nothing of the credentials, whatever it says. */
	const struct row *row = reply->effect == EFFECT_NONE ? row_for(reply->aws_code) : NULL;
	struct error *e = &reply->error;

	reply->scope_wide = row && row->scope_wide;
	if (row)
		e->kind = row->kind;
	if (reply->scope_wide && *row->scope_wide)
		error_context(e, "%s", row->scope_wide);
	else if (reply->scope_wide)
		return;
	else if (is_elsewhere(reply))
		tell_elsewhere(upload, bucket_region, reply);
	else if (strcmp(reply->aws_code, "NoSuchBucket") == 0)
		error_context(e, BUCKET " does not exist: create it in %s, in account %s",
			upload->bucket, upload->place.region, upload->account);
	else if (strcmp(reply->aws_code, "AccessDenied") == 0)
		/* S3 says the same to an owner that is not the expected one. */
		error_context(e, BUCKET " has to be of account %s and to let stackd write stackd/*",
			upload->bucket, upload->account);
	else
		error_context(e, BUCKET, upload->bucket);
	if (text_starts(reply->aws_code, "KMS."))
		e->kind = ERROR_DENIED;
}

/* Its key tells its content, but not to the one who wrote half of it with other tools. */
static bool is_there(const struct upload *upload, const struct upload_answer *answer)
{
	return answer->answer.http_status == 200 && answer->content_length >= 0 &&
	       (uint64_t)answer->content_length == upload->bytes->length;
}

bool upload_reply(struct upload *upload, const struct upload_answer *answer, struct reply *reply)
{
	/* An answer to HEAD has no body that says why, and without s3:ListBucket 403 may mean that
	 * the object is not there. The answer to PUT tells. */
	if (!upload->put && !is_there(upload, answer) && !is_redirect(answer->answer.http_status)) {
		upload->put = true;
		return false;
	}
	replies_read(CALL_UPLOAD_TEMPLATE, &answer->answer, reply);
	if (reply->code == REPLY_OK) {
		reply->template_url = xstrdup(upload->template_url);
		return true;
	}
	if (is_redirect(reply->http_status))
		reply->effect = EFFECT_NONE;
	tell(upload, answer->bucket_region, reply);
	return true;
}

void upload_lost(
	const struct upload *upload, const struct error *why, bool sent, struct reply *reply)
{
	replies_lost(CALL_UPLOAD_TEMPLATE, why, sent && upload->put, reply);
	reply->scope_wide = false;
	error_context(&reply->error, BUCKET, upload->bucket);
}
