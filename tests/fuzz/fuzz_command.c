#include "report/command.h"

#include "report/listing.h"
#include "target.h"

/* What was accepted can be written, and is read alike again. */
static void check_command(const char *bytes, size_t length)
{
	AUTO_DONE(command_request_done) struct command_request request = {0};
	AUTO_DONE(command_request_done) struct command_request again = {0};
	AUTO_DONE(text_done) struct text text = {0};
	struct error e = {0};

	if (!command_parse(bytes, length, &request, &e)) {
		CHECK(e.kind == ERROR_INVALID && *e.text);
		return;
	}
	command_write(&request.command, &text);
	CHECK(command_parse(text.data, text.length, &again, &e));
	CHECK(again.command.kind == request.command.kind);
	CHECK(text_same(again.command.stack, request.command.stack));
	CHECK(text_same(again.command.text, request.command.text));
}

static void check_answer(const char *bytes, size_t length)
{
	enum answer_code code = ANSWER_DONE;
	AUTO(free_text) char *text = NULL;
	struct error e = {0};

	CHECK(answer_parse(bytes, length, &code, &text, &e) == (text != NULL));
	CHECK(text || e.kind == ERROR_INVALID);
}

static void check_listing(const char *bytes, size_t length)
{
	AUTO_DONE(listing_done) struct listing listing = {0};
	struct error e = {0};

	if (!listing_parse(bytes, length, &listing, &e))
		CHECK(e.kind == ERROR_INVALID && *e.text);
	for (size_t i = 0; i < listing.overview.count; i++)
		CHECK(listing.overview.rows[i].stack || listing.overview.rows[i].manifest);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	check_command((const char *)bytes, length);
	check_answer((const char *)bytes, length);
	check_listing((const char *)bytes, length);
	return 0;
}
