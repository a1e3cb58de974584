#include "aws/replies.h"
#include "aws/upload.h"
#include "base/text.h"

#include "target.h"

static void check(enum call_kind kind, int http_status, const char *body, size_t length)
{
	const struct answer answer = {.http_status = http_status, .body = body, .length = length};
	struct reply reply = {0};

	replies_read(kind, &answer, &reply);
	CHECK((reply.code == REPLY_OK) == (reply.error.kind == ERROR_NONE));
	CHECK(reply.code == REPLY_OK || *reply.error.text);
	CHECK(reply.code != REPLY_OK || http_status == 200);
	CHECK(reply.effect != EFFECT_MAYBE || call_kind_mutates(kind));
	reply_done(&reply);
}

/* As S3's answer to PUT, with as much of it as a header's value. */
static void check_upload(int http_status, const char *body, size_t length)
{
	AUTO(free_text) char *region = xstrndup(body, length < 128 ? length : 128);
	struct text bytes = {0};
	struct upload_answer answer = {
		.answer = {http_status, NULL, NULL, body, length}, .bucket_region = region};
	struct upload upload = {.pattern = region,
		.bucket = region,
		.account = region,
		.place.region = region,
		.template_url = region,
		.bytes = &bytes,
		.put = true};
	struct reply reply = {0};

	CHECK(upload_reply(&upload, &answer, &reply));
	CHECK((reply.code == REPLY_OK) == (reply.template_url != NULL));
	CHECK(reply.code == REPLY_OK || *reply.error.text);
	CHECK(reply.effect != EFFECT_MAYBE || !reply.scope_wide);
	reply_done(&reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const int statuses[] = {200, 400, 503};
	static const int upload_statuses[] = {200, 301, 403, 503};

	for (int kind = CALL_GET_CALLER_IDENTITY; kind < CALL_KIND_COUNT; kind++)
		for (size_t i = 0; i < COUNT(statuses); i++)
			check((enum call_kind)kind, statuses[i], (const char *)bytes, length);
	for (size_t i = 0; i < COUNT(upload_statuses); i++)
		check_upload(upload_statuses[i], (const char *)bytes, length);
	return 0;
}
