#include "stackctl/list.h"

#include "io/output.h"
#include "report/listing.h"
#include "report/table.h"
#include "stackctl/asking.h"

enum { HTTP_OK = 200 };

static int print(const struct arguments *arguments, const struct control_reply *reply)
{
	AUTO_DONE(listing_done) struct listing listing = {0};
	AUTO_DONE(text_done) struct text out = {0};
	struct error e = {0};

	if (!listing_parse(reply->body, reply->length, &listing, &e))
		return complain(EXIT_FAILURE, e.text);
	if (arguments->json)
		text_add_bytes(&out, reply->body, reply->length);
	else
		table_write(&listing.overview, output_colours(), &out);
	return output_write("stackctl", &out) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int list(const struct arguments *arguments)
{
	struct control_question question = {.method = "GET", .path = "/v1/stacks"};
	AUTO_DONE(control_reply_done) struct control_reply reply = {0};

	if (!ask(arguments, &question, &reply))
		return EXIT_UNREACHABLE;
	return reply.status == HTTP_OK ? print(arguments, &reply) : say_answer(arguments, &reply);
}
