#include "stackctl/asking.h"

#include <fcntl.h>
#include <stdio.h>

#include "io/disk.h"
#include "io/output.h"
#include "report/command.h"
#include "report/harmless.h"
#include "stack/settings.h"

#define CONFIG "/etc/stackd/stackd.conf"

enum { CONFIG_LIMIT = 64 * 1024 };

int complain(int status, const char *text)
{
	AUTO_DONE(text_done) struct text line = {0};

	harmless_add(&line, text);
	fprintf(stderr, "stackctl: %s\n", text_string(&line));
	return status;
}

/* Settings that are faulty, or not for our eyes, say nothing about the socket: the default. */
static char *socket_path(void)
{
	AUTO_DONE(texts_done) struct texts problems = {0};
	size_t length = 0;
	AUTO(free_text) char *bytes = disk_read(AT_FDCWD, CONFIG, CONFIG_LIMIT, &length, NULL);
	AUTO(settings_free)
	struct settings *settings = bytes ? settings_parse(CONFIG, bytes, length, &problems) : NULL;

	if (!settings)
		settings = settings_new();
	return xstrdup(settings->socket);
}

bool ask(const struct arguments *arguments, const struct control_question *question,
	struct control_reply *reply)
{
	AUTO(free_text)
	char *path = arguments->socket ? xstrdup(arguments->socket) : socket_path();
	struct error e = {0};

	if (control_ask(path, question, CONTROL_CLIENT_MS, reply, &e))
		return true;
	AUTO(free_text) char *said = xasprintf("stackd can't be reached: %s", e.text);

	complain(EXIT_UNREACHABLE, said);
	return false;
}

static int status_of(enum answer_code code)
{
	switch (code) {
	case ANSWER_DONE:
		return EXIT_SUCCESS;
	case ANSWER_UNKNOWN:
		return EXIT_NO_STACK;
	default:
		return EXIT_FAILURE;
	}
}

int say_answer(const struct arguments *arguments, const struct control_reply *reply)
{
	AUTO_DONE(text_done) struct text out = {0};
	enum answer_code code = ANSWER_FAILED;
	AUTO(free_text) char *text = NULL;
	struct error e = {0};

	if (!answer_parse(reply->body, reply->length, &code, &text, &e))
		return complain(EXIT_FAILURE, e.text);
	if (arguments->json) {
		text_add_bytes(&out, reply->body, reply->length);
	} else if (code == ANSWER_DONE) {
		harmless_add(&out, text);
		text_add_char(&out, '\n');
	} else {
		complain(EXIT_FAILURE, text);
	}
	return output_write("stackctl", &out) ? status_of(code) : EXIT_FAILURE;
}
