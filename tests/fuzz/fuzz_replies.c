#include "aws/replies.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const int statuses[] = {200, 400, 503};

	for (int kind = CALL_GET_CALLER_IDENTITY; kind < CALL_KIND_COUNT; kind++)
		for (size_t i = 0; i < COUNT(statuses); i++)
			check((enum call_kind)kind, statuses[i], (const char *)bytes, length);
	return 0;
}
