/* Change sets of type IMPORT: a stack takes over resources that exist already. */
#include "cloudformation/imports.h"

#include <string.h>

#include "cloudformation/form.h"
#include "cloudformation/operations.h"
#include "cloudformation/stacks.h"

static const char list[] = "ResourcesToImport";

/* The physical id is what identifies the resource: several properties are joined. */
static char *physical_id(const struct exchange *exchange, size_t number)
{
	AUTO_DONE(texts_done) struct texts values = {0};

	for (size_t i = 1;; i++) {
		AUTO(free_text)
		char *name = xasprintf(
			"%s.member.%zu.ResourceIdentifier.entry.%zu.value", list, number, i);
		const char *value = field(exchange, name);

		if (!value)
			break;
		texts_add(&values, value);
	}
	return texts_join(&values, "|");
}

/* What is imported has to be in the template, with a policy for its deletion. */
static bool check_import(struct exchange *exchange, const struct node *resources,
	const char *logical_id, const char *type)
{
	const struct node *resource = logical_id ? node_get(resources, logical_id) : NULL;

	if (!resource || !type || !node_is(node_get(resource, "Type"), type))
		return invalid(exchange,
			"Resources [%s] in ResourcesToImport are not in the template, or of "
			"another type",
			logical_id ? logical_id : "null");
	if (!node_get(resource, "DeletionPolicy"))
		return invalid(exchange,
			"Resources [%s] is missing DeletionPolicy attribute. Import requires "
			"DeletionPolicy to be specified for the imported resources.",
			logical_id);
	return true;
}

bool imports_read(struct exchange *exchange, const struct deployment *deployment, struct pairs *out)
{
	const struct node *resources = blueprint_section(deployment->blueprint, "Resources");
	size_t count = 0;

	while (form_item(&exchange->fields, list, count + 1, "LogicalResourceId"))
		count++;
	if (!count)
		return invalid(exchange,
			"You must specify ResourcesToImport for a change set of type IMPORT.");
	for (size_t i = 1; i <= count; i++) {
		const char *logical_id = form_item(&exchange->fields, list, i, "LogicalResourceId");
		const char *type = form_item(&exchange->fields, list, i, "ResourceType");
		AUTO(free_text) char *id = physical_id(exchange, i);

		if (!check_import(exchange, resources, logical_id, type))
			return false;
		if (!*id)
			return invalid(exchange, "ResourceIdentifier of %s is empty", logical_id);
		pairs_add(out, logical_id, id);
	}
	return true;
}

char *imports_forbidden(const struct transition *transition)
{
	AUTO_DONE(texts_done) struct texts names = {0};

	for (size_t i = 0; i < transition->change_count; i++) {
		const struct change *change = &transition->changes[i];

		if (change->action != CHANGE_IMPORT)
			texts_add(&names, change->after ? change->after->logical_id
							: change->before->logical_id);
	}
	if (!names.count)
		return NULL;
	AUTO(free_text) char *joined = texts_join(&names, ", ");

	return xasprintf("You have modified resources [%s] in your template that are not being "
			 "imported. Update, create or delete operations cannot be executed during "
			 "import operations.",
		joined);
}

void import_over(struct model *model, struct stack *stack, uint64_t now_ms)
{
	struct operation *operation = stack->operation;
	AUTO_DONE(text_done) struct text reason = {0};

	if (!operation->failure && !operation->failed_import.count) {
		phase_adopt(stack);
		operations_end(model, stack, now_ms, "IMPORT_COMPLETE", NULL);
		return;
	}
	text_add(&reason, operation->failure ? operation->failure : "");
	phase_add_failed(&reason, "import", &operation->failed_import);

	size_t count = operation->task_count;
	struct task *forward = take(operation->tasks);
	size_t used = 0;

	operation->task_count = 0;
	struct task *back = tasks_new(operation, count);

	for (size_t i = 0; i < count; i++) {
		if (forward[i].state == TASK_DONE || forward[i].state == TASK_FAILED)
			back[used++] = (struct task){
				.kind = TASK_RELEASE, .resource = forward[i].resource};
		free(forward[i].dependents);
		free(forward[i].failure);
	}
	free(forward);
	operation->task_count = used;
	operation->phase = PHASE_IMPORT_ROLLBACK;
	operation->deadline_ms = now_ms;
	texts_done(&operation->failed_import);
	stack->pending = NULL;
	stacks_move(model, stack, now_ms, "IMPORT_ROLLBACK_IN_PROGRESS", text_string(&reason));
}

void import_rollback_over(struct model *model, struct stack *stack, uint64_t now_ms)
{
	const struct operation *operation = stack->operation;
	AUTO_DONE(text_done) struct text reason = {0};
	bool good = !operation->failed_import.count;

	for (size_t i = 0; good && i < operation->task_count; i++)
		stacks_remove_row(stack, operation->tasks[i].resource->logical_id);
	phase_add_failed(&reason, "roll back", &operation->failed_import);
	operations_end(model, stack, now_ms,
		good ? "IMPORT_ROLLBACK_COMPLETE" : "IMPORT_ROLLBACK_FAILED",
		good ? NULL : text_string(&reason));
}
