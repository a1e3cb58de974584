#include "cloudformation/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "cloudformation/model.h"

#define START UINT64_C(1700000000000)

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static void add_events(const char *body, struct text *out)
{
	static const char name[] = "<LogicalResourceId>";
	static const char status[] = "<ResourceStatus>";

	/* Newest first in the reply: the rest goes before. */
	const char *at = strstr(body, name);

	if (!at)
		return;
	at += strlen(name);
	const char *found = strstr(at, status) + strlen(status);

	add_events(found, out);
	text_format(out, "%s%.*s %.*s", out->length ? ", " : "", (int)strcspn(at, "<"), at,
		(int)strcspn(found, "<"), found);
}

static void check(
	const struct story *story, const struct step *step, const char *body, const char *expected)
{
	AUTO_DONE(text_done) struct text events = {0};
	bool wrong = false;

	if (text_starts(expected, "events: ")) {
		add_events(body, &events);
		body = text_string(&events);
		wrong = strcmp(body, expected + strlen("events: ")) != 0;
	} else if (*expected == '!') {
		wrong = strstr(body, expected + 1) != NULL;
	} else {
		wrong = !strstr(body, expected);
	}
	if (wrong)
		fail_msg("%s: at %u ms, %.60s: expected %s, found %s", story->sentence,
			(unsigned)step->at_ms, step->form, expected, body);
}

/* Notes the elements of a reply that hold nothing but text. */
static void note_elements(const char *body, struct pairs *known)
{
	for (const char *at = strchr(body, '<'); at; at = strchr(at + 1, '<')) {
		size_t name_length = strcspn(at + 1, " <>/");
		const char *value = at + 1 + name_length;

		if (*value != '>' || !name_length)
			continue;
		size_t length = strcspn(++value, "<");
		AUTO(free_text) char *name = xstrndup(at + 1, name_length);
		AUTO(free_text) char *text = xstrndup(value, length);

		if (length && text_starts(value + length, "</"))
			pairs_set(known, name, text);
	}
}

static char *fill_in(const char *form, const struct pairs *known)
{
	struct text out = {0};

	for (; *form; form++) {
		size_t length = *form == '{' ? strspn(form + 1, letters) : 0;
		AUTO(free_text) char *name = xstrndup(form + 1, length);

		if (length && form[length + 1] == '}') {
			const char *value = pairs_get(known, name);

			if (!value)
				fail_msg("no reply had a %s yet", name);
			text_add(&out, value);
			form += length + 1;
		} else {
			text_add_char(&out, *form);
		}
	}
	return text_take(&out);
}

static void test_story(void **state)
{
	const struct story *story = *state;
	AUTO(model_free) struct model *model = model_new(NULL);
	AUTO_DONE(pairs_done) struct pairs known = {0};
	struct error e = {0};

	if (!model_scenario(model, story->scenario, &e))
		fail_msg("%s: %s", story->sentence, e.text);
	for (const struct step *step = story->steps; step->form; step++) {
		struct model_reply reply;

		if (*step->form == '{') {
			if (!model_scenario(model, step->form, &e))
				fail_msg("%s: %s", story->sentence, e.text);
			continue;
		}
		AUTO(free_text) char *form = fill_in(step->form, &known);

		struct model_request request = {
			.method = "POST", .target = "/", .body = form, .body_length = strlen(form)};

		model_handle(model, START + step->at_ms, &request, &reply);
		if (reply.status != step->status)
			fail_msg("%s: at %u ms, %.60s: status %d: %s", story->sentence,
				(unsigned)step->at_ms, step->form, reply.status, reply.body);
		check(story, step, reply.body, step->expected);
		if (step->also)
			check(story, step, reply.body, step->also);
		/* Events name many resources, and what they say is past. */
		if (!strstr(reply.body, "<StackEvents>"))
			note_elements(reply.body, &known);
		model_reply_done(&reply);
	}
}

int stories_run(const struct story *stories, size_t count)
{
	struct CMUnitTest *tests = xcalloc(count, sizeof(*tests));

	for (size_t i = 0; i < count; i++)
		tests[i] = (struct CMUnitTest){.name = stories[i].sentence,
			.test_func = test_story,
			.initial_state = (void *)&stories[i]};
	int failed = _cmocka_run_group_tests("model", tests, count, NULL, NULL);

	free(tests);
	return failed;
}
