/* Where the values of parameters come from: manifest, parents' outputs, the template's Default
 * (shared/manifest.md). */
#include <string.h>

#include "engine/parts.h"

static const char *const doings[] = {
	[OPERATION_CREATE] = "is being created",
	[OPERATION_UPDATE] = "is being updated",
	[OPERATION_DELETE] = "is being deleted",
	[OPERATION_CONTINUE] = "is being rolled back",
};

/* Why a child has to wait for this parent; NULL: the parent counts as it is live. The caller frees
 * it. A parent whose change is held, gated or failed does not lock out its children's fixes. */
static char *waits_for(struct unit *child, const struct unit *parent)
{
	const char *name = parent->name;
	bool moving = true;
	char *why = NULL;

	if (operation_runs(parent) && !parent->record.operation.look) {
		const char *doing = doings[parent->record.operation.kind];

		why = xasprintf("needs %s (%s)", name,
			parent->live && !stack_status_settled(parent->live->status)
				? stack_status_name(parent->live->status)
				: doing);
	} else if (!parent->live) {
		why = xasprintf("needs %s (%s)", name,
			parent->trouble ? "it can't be read" : "not observed yet");
		moving = !parent->trouble;
	} else if (stack_status_free(parent->live->status)) {
		moving = parent->desired && parent->plan.action == PLAN_CREATE && !parent->gated;
		why = parent->desired
			      ? xasprintf("needs %s (not in %s yet)", name, parent->region)
			      : xasprintf("needs %s, which is not in %s and has no manifest", name,
					parent->region);
	} else if (!stack_status_outputs_valid(parent->live->status)) {
		moving = !stack_status_settled(parent->live->status) ||
			 (parent->desired && !parent->gated &&
				 (parent->plan.action == PLAN_DELETE ||
					 parent->plan.action == PLAN_CONTINUE));
		why = xasprintf("needs %s (%s)", name, stack_status_name(parent->live->status));
	} else if (parent->desired && !parent->gated &&
		   (parent->plan.action == PLAN_UPDATE || parent->plan.action == PLAN_ASK ||
			   parent->plan.action == PLAN_READ)) {
		why = xasprintf("needs %s (%s)", name,
			parent->plan.action == PLAN_UPDATE ? "an update comes first"
							   : "it may be updated first");
	} else if (parent->desired && parent->plan.action == PLAN_WAIT && parent->waits_moving) {
		why = xasprintf("needs %s (which waits itself)", name);
	}
	child->waits_moving = child->waits_moving || (why && moving);
	return why;
}

/* The output, or NULL. A parent that is not there has none. */
static const char *output_of(const struct unit *parent, const char *key)
{
	return parent->live && stack_status_outputs_valid(parent->live->status)
		       ? pairs_get(&parent->live->outputs, key)
		       : NULL;
}

/* Joins the parts; NULL and *missing where an output is not there. */
static char *join_parts(
	const struct unit *unit, const struct desired_parameter *parameter, char **missing)
{
	struct text value = {0};

	for (size_t i = 0; i < parameter->part_count; i++) {
		const struct part *part = &parameter->parts[i];
		const char *text = part->text;

		if (part->kind == PART_OUTPUT) {
			text = output_of(unit->parents[part->edge], part->text);
			if (!text)
				*missing = xasprintf("parameter %s: %s has no output %s",
					parameter->declared->name,
					unit->desired->edges[part->edge].text, part->text);
		}
		if (i)
			text_add_char(&value, ',');
		text_add(&value, text ? text : "");
		if (*missing)
			break;
	}
	if (!*missing)
		return text_take(&value);
	text_done(&value);
	return NULL;
}

/* "output Url of queue"; for values from elsewhere only their names. */
static char *origin_of(const struct unit *unit, const struct desired_parameter *parameter)
{
	static const char *const words[] = {[PART_CREDENTIAL] = "credential",
		[PART_ENVIRONMENT] = "variable",
		[PART_FILE] = "file"};
	const struct part *part = parameter->parts;

	if (parameter->part_count != 1)
		return parameter->has_sources ? xstrdup("from several sources") : NULL;
	if (part->kind == PART_LITERAL)
		return NULL;
	if (part->kind == PART_OUTPUT)
		return xasprintf(
			"output %s of %s", part->text, unit->desired->edges[part->edge].text);
	return xasprintf("%s %s", words[part->kind], part->name);
}

static void take_given(const struct unit *unit, const struct desired_parameter *parameter,
	struct wanted_value *out, char **missing)
{
	out->origin = parameter->has_sources ? VALUE_SOURCE : VALUE_LITERAL;
	out->value = join_parts(unit, parameter, missing);
	out->from = origin_of(unit, parameter);
}

/* From the first parent that has an output of this name. */
static bool take_output(
	const struct unit *unit, const char *name, struct wanted_value *out, struct text *looked)
{
	for (size_t i = 0; i < unit->desired->edge_count; i++) {
		const struct edge *edge = &unit->desired->edges[i];
		const char *value;

		if (edge->kind != EDGE_CLUSTER && edge->kind != EDGE_PARENT)
			continue;
		value = output_of(unit->parents[i], name);
		if (value) {
			out->origin = VALUE_OUTPUT;
			out->value = xstrdup(value);
			out->from = xasprintf("output %s of %s", name, edge->text);
			return true;
		}
		text_format(looked, "%s%s", looked->length ? ", " : "", edge->text);
	}
	return false;
}

static void take_value(const struct unit *unit, const struct desired_parameter *parameter,
	struct wanted_value *out, char **missing)
{
	const char *name = parameter->declared->name;
	struct text looked = {0};

	out->declared = parameter->declared;
	if (parameter->given) {
		take_given(unit, parameter, out, missing);
	} else if (!take_output(unit, name, out, &looked)) {
		out->origin = VALUE_PRESET;
		if (parameter->declared->preset)
			out->value = xstrdup(parameter->declared->preset);
		else
			*missing = xasprintf(
				"parameter %s has no value: it is not in the manifest, no output "
				"of %s has its name, and the template has no Default",
				name, looked.length ? text_string(&looked) : "any parent");
	}
	text_done(&looked);
}

void input_resolve(struct engine *engine, struct unit *unit, char **waits, char **missing)
{
	const struct desired_stack *desired = unit->desired;

	*waits = *missing = NULL;
	wanted_done(&unit->wanted);
	unit->resolved = false;
	unit->waits_moving = false;
	for (size_t i = 0; i < desired->edge_count && !*waits; i++)
		*waits = waits_for(unit, unit->parents[i]);
	/* What a template behind a URL declares may not be known yet. */
	if (*waits || desired_template_awaited(desired))
		return;
	unit->wanted.values = xcalloc(desired->parameter_count + 1, sizeof(*unit->wanted.values));
	unit->wanted.count = desired->parameter_count;
	for (size_t i = 0; i < desired->parameter_count && !*missing; i++)
		take_value(unit, &desired->parameters[i], &unit->wanted.values[i], missing);
	if (*missing) {
		wanted_done(&unit->wanted);
		return;
	}
	unit->resolved = true;
	unit->digest = wanted_digest(desired, &unit->wanted, engine->state_key);
}

/* --- what children take --- */

/* Also where nobody could take its value now: it is there, and what is behind it is not lost. */
static bool has_output(const struct unit *parent, const char *key)
{
	return parent->live && pairs_has(&parent->live->outputs, key);
}

/* The first of its parents that has an output of this name, as take_output() has it. */
static const struct unit *source_of(const struct unit *child, const char *name)
{
	for (size_t i = 0; i < child->desired->edge_count; i++) {
		const struct edge *edge = &child->desired->edges[i];

		if ((edge->kind == EDGE_CLUSTER || edge->kind == EDGE_PARENT) &&
			has_output(child->parents[i], name))
			return child->parents[i];
	}
	return NULL;
}

static void add_use(struct pairs *uses, const char *output, const struct unit *child)
{
	if (!pairs_has(uses, output))
		pairs_add(uses, output, child->desired->manifest);
}

static void add_uses(const struct unit *unit, const struct unit *child, struct pairs *uses)
{
	const struct desired_stack *desired = child->desired;

	for (size_t i = 0; i < desired->parameter_count; i++) {
		const struct desired_parameter *parameter = &desired->parameters[i];
		const char *name = parameter->declared->name;

		if (!parameter->given && source_of(child, name) == unit)
			add_use(uses, name, child);
		for (size_t j = 0; parameter->given && j < parameter->part_count; j++) {
			const struct part *part = &parameter->parts[j];

			if (part->kind == PART_OUTPUT && child->parents[part->edge] == unit &&
				has_output(unit, part->text))
				add_use(uses, part->text, child);
		}
	}
}

/* What its template declares is not known, so that it may take anything. */
static bool may_take(const struct unit *unit, const struct unit *child)
{
	const struct desired_stack *desired = child->desired;

	if (!unit->live || !desired_template_awaited(desired))
		return false;
	for (size_t i = 0; i < desired->edge_count; i++)
		if (child->parents[i] == unit && desired->edges[i].kind != EDGE_ORDER)
			return true;
	return false;
}

static bool is_child(const struct unit *child)
{
	return child->desired && !child->desired->frozen;
}

void input_uses(const struct unit *unit, struct pairs *uses)
{
	for (size_t i = 0; i < unit->child_count; i++) {
		const struct unit *child = unit->children[i];

		if (!is_child(child))
			continue;
		add_uses(unit, child, uses);
		for (size_t j = 0; may_take(unit, child) && j < unit->live->outputs.count; j++)
			add_use(uses, unit->live->outputs.items[j].name, child);
	}
}

const struct unit *input_unknown(const struct unit *unit)
{
	for (size_t i = 0; i < unit->child_count; i++) {
		const struct unit *child = unit->children[i];

		if (is_child(child) && may_take(unit, child) && child->plan.action == PLAN_LOOK &&
			child->scope == unit->scope && !child->trouble)
			return child;
	}
	return NULL;
}
