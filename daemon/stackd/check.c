#include "stackd/check.h"

#include <string.h>
#include <uv.h>

#include "io/output.h"
#include "report/harmless.h"
#include "report/json.h"
#include "stackd/reading.h"

struct findings {
	struct texts problems, warnings;
	struct texts good, frozen; /* names of manifests */
	bool settings_faulty, folder_faulty;
};

static void findings_done(struct findings *findings)
{
	texts_done(&findings->problems);
	texts_done(&findings->warnings);
	texts_done(&findings->good);
	texts_done(&findings->frozen);
}

static void add_all(struct texts *to, const struct texts *from)
{
	for (size_t i = 0; i < from->count; i++)
		texts_add(to, from->items[i]);
}

/* What is behind a URL only AWS tells, which is not asked. */
static void note_unchecked(const struct desired_stack *stack, struct texts *warnings)
{
	const char *slash = strrchr(stack->path, '/');
	AUTO(free_text)
	char *note = xasprintf("%s:%u:%u: the template behind 'template-url:' is not read offline: "
			       "the parameters are not checked against it",
		slash ? slash + 1 : stack->path, stack->template_line, stack->template_column);

	texts_add(warnings, note);
}

static void look_at(const struct desired *desired, struct findings *findings)
{
	for (size_t i = 0; i < desired->stack_count; i++) {
		const struct desired_stack *stack = desired->stacks[i];

		texts_add(stack->frozen ? &findings->frozen : &findings->good, stack->manifest);
		add_all(&findings->problems, &stack->problems);
		add_all(&findings->warnings, &stack->warnings);
		if (desired_template_awaited(stack))
			note_unchecked(stack, &findings->warnings);
	}
	findings->folder_faulty = desired->state != FOLDER_READ;
	if (findings->folder_faulty) {
		AUTO(free_text)
		char *problem = xasprintf("%s: %s", desired->folder, desired->problem);

		texts_add(&findings->problems, problem);
	}
}

static void find(const struct arguments *arguments, struct findings *findings)
{
	AUTO_DONE(pairs_done) struct pairs environment = {0};
	uv_loop_t loop;
	struct desired *none = NULL;

	uv_loop_init(&loop);
	environment_read(&environment);
	/* For the region of the profile only; nothing is called. */
	struct cloudformation *cloudformation = cloudformation_new(&loop, &environment);
	AUTO(desired_free)
	struct desired *desired = reading_desired(
		arguments, &environment, cloudformation, &none, &findings->problems);

	if (desired)
		look_at(desired, findings);
	else
		findings->settings_faulty = true;
	cloudformation_close(cloudformation, NULL, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
}

static void add_lines(struct text *out, const struct texts *lines, const char *behind)
{
	for (size_t i = 0; i < lines->count; i++) {
		harmless_add(out, lines->items[i]);
		text_format(out, "%s\n", behind);
	}
}

static void write_lines(
	const struct arguments *arguments, const struct findings *findings, struct text *out)
{
	size_t count = findings->good.count + findings->frozen.count;

	add_lines(out, &findings->problems, "");
	add_lines(out, &findings->warnings, " (warning)");
	harmless_add(out, arguments->directory);
	if (findings->settings_faulty)
		text_add(out, ": the manifests were not looked at: the settings come first\n");
	else if (findings->folder_faulty)
		text_add(out, ": there is nothing to check\n");
	else if (findings->frozen.count)
		text_format(out, ": %zu manifest%s, %zu good, %zu faulty\n", count,
			count == 1 ? "" : "s", findings->good.count, findings->frozen.count);
	else
		text_format(out, ": %zu manifest%s, all good\n", count, count == 1 ? "" : "s");
}

static void add_member(
	struct text *out, const char *before, const char *name, const struct texts *texts)
{
	text_format(out, "%s\"%s\": ", before, name);
	json_texts(texts, out);
}

static void write_json(const struct findings *findings, struct text *out)
{
	add_member(out, "{", "problems", &findings->problems);
	add_member(out, ", ", "warnings", &findings->warnings);
	add_member(out, ", ", "good", &findings->good);
	add_member(out, ", ", "frozen", &findings->frozen);
	text_add(out, "}\n");
}

int check(const struct arguments *arguments)
{
	AUTO_DONE(findings_done) struct findings findings = {0};
	AUTO_DONE(text_done) struct text out = {0};

	find(arguments, &findings);
	if (arguments->json)
		write_json(&findings, &out);
	else
		write_lines(arguments, &findings, &out);
	return output_write("stackd", &out) && !findings.problems.count ? EXIT_SUCCESS
									: EXIT_FAILURE;
}
