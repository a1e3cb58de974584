#include "cloudformation/golden_compare.h"

#include <fnmatch.h>
#include <string.h>

#include "base/memory.h"
#include "cloudformation/blueprint.h"

static void compare(struct text *faults, const char *what, const char *name, const char *expected,
	const char *found)
{
	found = found ? found : "(nothing)";
	if (strcmp(expected, found) != 0)
		text_format(faults, "  %s %s: expected %s\n%*sfound    %s\n", what, name, expected,
			(int)(strlen(what) + strlen(name) + 5), "", found);
}

static void match(struct text *faults, const char *name, const char *pattern, const char *found)
{
	if (fnmatch(pattern, found ? found : "", 0) != 0)
		text_format(faults, "  %s: expected %s\n    found %s\n", name, pattern,
			found ? found : "(nothing)");
}

void golden_render(const struct transition *transition, struct text *out)
{
	for (size_t i = 0; i < transition->change_count; i++) {
		const struct change *change = &transition->changes[i];
		const struct resource *any = change->after ? change->after : change->before;
		AUTO(free_text) char *scope = texts_join(&change->scope, ",");

		text_format(out, "%s %s", change_action_name(change->action), any->logical_id);
		if (change->action == CHANGE_MODIFY)
			text_format(out, " %s", change_replacement_name(change->replacement));
		if (change->policy_action)
			text_format(out, " %s", change->policy_action);
		if (change->action == CHANGE_MODIFY)
			text_format(out, " [%s]", scope);
		text_add_char(out, '\n');
		for (size_t k = 0; k < change->detail_count; k++) {
			const struct change_detail *detail = &change->details[k];

			text_format(out, "  %s%s%s %s %s %s%s%s\n", detail->attribute,
				detail->name ? "." : "", detail->name ? detail->name : "",
				change_recreation_name(detail->recreation),
				detail->is_dynamic ? "Dynamic" : "Static",
				change_source_name(detail->source),
				detail->causing_entity ? " " : "",
				detail->causing_entity ? detail->causing_entity : "");
		}
		if (change->failure)
			text_format(out, "  ! %s\n", change->failure);
	}
}

static void compare_changes(const struct node *one, const char *member,
	const struct transition *transition, struct text *faults)
{
	const struct node *expected = node_get(one, member);
	AUTO_DONE(text_done) struct text found = {0};

	if (!expected)
		return;
	golden_render(transition, &found);
	if (strcmp(expected->text, text_string(&found)) != 0)
		text_format(faults, "  %s: expected\n%s  found\n%s", member, expected->text,
			text_string(&found));
}

static void compare_resources(
	const struct node *one, const struct transition *execution, struct text *faults)
{
	const struct node *resources = node_get(one, "resources");
	const struct node *absent = node_get(one, "absent");

	for (size_t i = 0; resources && i < resources->count; i++) {
		const char *name = resources->names[i]->text;
		const struct resource *found = resources_find(&execution->after, name);
		AUTO(free_text) char *expected = canonical_json(resources->items[i]);
		AUTO(free_text) char *json = found ? resource_properties_json(found) : NULL;

		compare(faults, "resource", name, expected, json);
	}
	for (size_t i = 0; absent && i < absent->count; i++)
		if (resources_find(&execution->after, absent->items[i]->text))
			text_format(faults, "  %s is there\n", absent->items[i]->text);
}

static void compare_ids(
	const struct node *one, const struct transition *execution, struct text *faults)
{
	const struct node *ids = node_get(one, "ids");
	const struct node *attributes = node_get(one, "attributes");

	for (size_t i = 0; ids && i < ids->count; i++) {
		const char *name = ids->names[i]->text;
		const struct resource *found = resources_find(&execution->after, name);

		match(faults, name, ids->items[i]->text, found ? found->physical_id : NULL);
	}
	for (size_t i = 0; attributes && i < attributes->count; i++) {
		const char *name = attributes->names[i]->text;
		const char *dot = strchr(name, '.');
		AUTO(free_text) char *logical = xstrndup(name, (size_t)(dot - name));
		const struct resource *found = resources_find(&execution->after, logical);

		match(faults, name, attributes->items[i]->text,
			found ? pairs_get(&found->attributes, dot + 1) : NULL);
	}
}

/* name -> value of all outputs, as a tree. */
static struct node *output_tree(const struct stack_outputs *outputs, bool export_names)
{
	struct node *map = node_map(NULL);

	for (size_t i = 0; i < outputs->count; i++) {
		const struct stack_output *output = &outputs->items[i];
		const char *value = export_names ? output->export_name : output->value;

		if (value)
			node_put(map, output->name, node_scalar(value, false, NULL));
	}
	return map;
}

static void compare_trees(struct text *faults, const char *what, const struct node *expected,
	const struct node *found)
{
	if (!expected)
		return;
	AUTO(free_text) char *a = canonical_json(expected);
	AUTO(free_text) char *b = canonical_json(found);

	compare(faults, what, "", a, b);
}

static void compare_outputs(
	const struct node *one, const struct transition *execution, struct text *faults)
{
	AUTO(node_free) struct node *values = output_tree(&execution->outputs, false);
	AUTO(node_free) struct node *exports = output_tree(&execution->outputs, true);
	const struct node *failures = node_get(one, "failures");
	const struct node *differs = node_get(one, "differs");

	compare_trees(faults, "outputs", node_get(one, "outputs"), values);
	compare_trees(faults, "export-names", node_get(one, "export-names"), exports);
	if (differs && node_is(differs, "true") != execution->differs)
		text_format(faults, "  differs: expected %s\n", differs->text);
	for (size_t i = 0; failures && i < failures->count; i++) {
		const char *name = failures->names[i]->text;
		const char *found = NULL;

		for (size_t k = 0; k < execution->change_count; k++)
			if (execution->changes[k].after &&
				strcmp(execution->changes[k].after->logical_id, name) == 0)
				found = execution->changes[k].failure;
		compare(faults, "failure", name, failures->items[i]->text,
			strcmp(name, "Outputs") == 0 ? execution->output_failure : found);
	}
}

static void compare_order(
	const struct node *one, const struct transition *execution, struct text *faults)
{
	const struct node *order = node_get(one, "order");
	AUTO_DONE(texts_done) struct texts names = {0};

	if (!order)
		return;
	for (size_t i = 0; i < execution->after.count; i++)
		texts_add(&names, execution->after.items[i].logical_id);
	AUTO(free_text) char *found = texts_join(&names, " ");

	compare(faults, "order", "", order->text, found);
}

static void compare_list(struct text *faults, const char *what, const struct node *expected,
	const struct texts *found)
{
	AUTO(free_text) char *list = texts_join(found, " ");

	if (expected)
		compare(faults, "summary", what, expected->text, list);
}

/* "Name Type default description NoEcho allowed,values", a line each; "-" where there is none. */
static char *render_parameters(const struct summary *summary)
{
	struct text out = {0};

	for (size_t i = 0; i < summary->parameter_count; i++) {
		const struct parameter_summary *parameter = &summary->parameters[i];
		AUTO(free_text) char *allowed = texts_join(&parameter->allowed_values, ",");

		text_format(&out, "%s %s %s %s %s %s\n", parameter->name, parameter->type,
			parameter->default_value ? parameter->default_value : "-",
			parameter->description ? parameter->description : "-",
			parameter->no_echo ? "NoEcho" : "-", *allowed ? allowed : "-");
	}
	return text_take(&out);
}

static void compare_summary(
	const struct node *expected, const struct summary *summary, struct text *faults)
{
	AUTO(free_text) char *parameters = render_parameters(summary);
	const struct {
		const char *name, *found;
	} rows[] = {
		{"version", summary->version},
		{"description", summary->description},
		{"metadata", summary->metadata},
		{"reason", summary->capabilities_reason},
		{"parameters", parameters},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		if (node_get(expected, rows[i].name))
			compare(faults, "summary", rows[i].name,
				node_get(expected, rows[i].name)->text, rows[i].found);
	compare_list(faults, "types", node_get(expected, "types"), &summary->resource_types);
	compare_list(
		faults, "capabilities", node_get(expected, "capabilities"), &summary->capabilities);
	compare_list(faults, "transforms", node_get(expected, "transforms"), &summary->transforms);
}

void golden_compare(const struct node *one, const struct blueprint *blueprint,
	const struct transition *preview, const struct transition *execution, struct text *faults)
{
	compare_resources(one, execution, faults);
	compare_ids(one, execution, faults);
	compare_outputs(one, execution, faults);
	compare_order(one, execution, faults);
	compare_changes(one, "preview", preview, faults);
	compare_changes(one, "execute", execution, faults);
	if (node_get(one, "summary"))
		compare_summary(node_get(one, "summary"), blueprint_summary(blueprint), faults);
}
