#include "stackctl/steer.h"

#include "stackctl/asking.h"

int steer(const struct arguments *arguments, enum command_kind kind)
{
	AUTO_DONE(control_reply_done) struct control_reply reply = {0};
	AUTO_DONE(text_done) struct text body = {0};
	struct command command = {.kind = kind, .stack = arguments->words[0]};
	struct error e = {0};

	if (kind == COMMAND_APPROVE)
		command.text = arguments->words[1];
	else if (kind == COMMAND_SUSPEND)
		command.text = arguments->reason;
	if (!command_check(&command, &e))
		return complain(EXIT_USAGE, e.text);
	command_write(&command, &body);

	struct control_question question = {
		.method = "POST", .path = "/v1/commands", .body = text_string(&body)};

	if (!ask(arguments, &question, &reply))
		return EXIT_UNREACHABLE;
	return say_answer(arguments, &reply);
}
