#include "cloudformation/golden.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "cloudformation/golden_compare.h"

struct state { /* the stack, between a case and the one on top of it */
	struct resources resources;
	struct stack_outputs outputs;
	struct arguments arguments;
	const struct node *exports, *ssm;
	uint64_t sequence;
};

static const char *look_up(const struct node *map, const char *name)
{
	const struct node *value = node_get(map, name);

	return value ? value->text : NULL;
}

static const char *export_value(void *owner, const char *name)
{
	return look_up(((struct state *)owner)->exports, name);
}

static const char *ssm_value(void *owner, const char *name)
{
	return look_up(((struct state *)owner)->ssm, name);
}

static uint64_t next_random(void *owner)
{
	struct state *state = owner;

	state->sequence = state->sequence * 6364136223846793005 + 1442695040888963407;
	return state->sequence >> 33;
}

static struct environment environment_of(struct state *state, const struct node *one)
{
	const char *region = look_up(one, "region");

	state->exports = node_get(one, "exports");
	state->ssm = node_get(one, "ssm");
	return (struct environment){
		.partition = "aws",
		.url_suffix = "amazonaws.com",
		.account = "111122223333",
		.region = region ? region : "eu-west-1",
		.stack_name = "app",
		.stack_id = "arn:aws:cloudformation:eu-west-1:111122223333:stack/app/"
			    "51af3dc0-da77-11e4-872e-1234567db123",
		.owner = state,
		.export_value = export_value,
		.ssm_value = ssm_value,
		.random = next_random,
	};
}

static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	struct text body = {0};
	char buffer[4096];
	size_t length;

	while (file && (length = fread(buffer, 1, sizeof(buffer), file)) > 0)
		text_add_bytes(&body, buffer, length);
	if (file)
		(void)fclose(file);
	return text_take(&body);
}

static struct blueprint *parse(const struct node *one, const char *seed_folder, struct error *e)
{
	const char *path = look_up(one, "template-path");
	const char *text = look_up(one, "template");
	AUTO(free_text) char *full = path ? xasprintf("%s/%s", seed_folder, path) : NULL;
	AUTO(free_text) char *body = full ? read_file(full) : xstrdup(text ? text : "");

	return blueprint_parse(body, strlen(body), e);
}

static bool resolve(const struct node *one, struct state *state, const struct blueprint *blueprint,
	const struct environment *environment, struct arguments *out, struct error *e)
{
	const struct node *given = node_get(one, "given");
	size_t count = given ? given->count : 0;
	struct given_argument *list = xcalloc(count + 1, sizeof(*list));

	for (size_t i = 0; i < count; i++) {
		const struct node *value = given->items[i];

		list[i] = (struct given_argument){
			.name = given->names[i]->text,
			.value = value->kind == NODE_SCALAR ? value->text : look_up(value, "value"),
			.use_previous = value->kind == NODE_MAP,
		};
	}
	bool good = arguments_resolve(blueprint, list, count,
		state->resources.items ? &state->arguments : NULL, environment, out, e);

	free(list);
	return good;
}

static void move_on(struct state *state, struct transition *transition, struct arguments *arguments)
{
	resources_done(&state->resources);
	stack_outputs_done(&state->outputs);
	arguments_done(&state->arguments);
	resources_copy(&state->resources, &transition->after);
	stack_outputs_copy(&state->outputs, &transition->outputs);
	arguments_copy(&state->arguments, arguments);
}

/* Preview and execution of one blueprint; both are compared. */
static bool plan(const struct node *one, struct state *state, const struct blueprint *blueprint,
	struct environment *environment, struct text *faults, struct error *e)
{
	bool is_new = !state->resources.items;
	AUTO_DONE(arguments_done) struct arguments arguments = {0};
	AUTO_DONE(transition_done) struct transition preview = {0};
	AUTO_DONE(transition_done) struct transition execution = {0};
	struct transition_start start = {is_new ? NULL : &state->resources,
		is_new ? NULL : &state->outputs, is_new ? NULL : &state->arguments};

	if (!resolve(one, state, blueprint, environment, &arguments, e))
		return false;
	environment->arguments = &arguments;
	if (!transition_plan(blueprint, environment, &start, TRANSITION_PREVIEW, &preview, e) ||
		!transition_plan(blueprint, environment, &start, TRANSITION_EXECUTE, &execution, e))
		return false;
	golden_compare(one, blueprint, &preview, &execution, faults);
	move_on(state, &execution, &arguments);
	return true;
}

static void run(
	const struct node *one, const char *seed_folder, struct state *state, struct text *faults)
{
	struct error e = {0};
	AUTO(blueprint_free) struct blueprint *blueprint = parse(one, seed_folder, &e);
	struct environment environment = environment_of(state, one);
	const char *expected = look_up(one, "error");

	if (blueprint)
		plan(one, state, blueprint, &environment, faults, &e);
	if (strcmp(expected ? expected : "", e.text) != 0)
		text_format(faults, "  error: expected \"%s\"\n         found    \"%s\"\n",
			expected ? expected : "", e.text);
	if (e.kind == ERROR_NONE && node_get(one, "then"))
		run(node_get(one, "then"), seed_folder, state, faults);
}

void golden_run(const struct node *one, const char *seed_folder, struct text *faults)
{
	struct state state = {.sequence = 1};

	run(one, seed_folder, &state, faults);
	resources_done(&state.resources);
	stack_outputs_done(&state.outputs);
	arguments_done(&state.arguments);
}
