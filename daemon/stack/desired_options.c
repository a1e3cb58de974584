/* What a manifest says beside template and parameters; else the settings do. A stack policy is a
 * file of its own, and is sent byte for byte. */
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "stack/desired_build.h"
#include "stack/names.h"

enum { POLICY_LIMIT = 16384 }; /* CloudFormation's, in bytes; fact sheet §4 */

/* NULL: no policy, or the manifest is faulty. The caller frees it. */
static char *policy_path(const struct draft *draft)
{
	const struct manifest *manifest = draft->parsed->manifest;

	if (draft->parsed->problems.count || !manifest->policy_path)
		return NULL;
	return path_beside(draft->stack->path, manifest->policy_path);
}

void building_want_policies(struct building *building)
{
	for (size_t i = 0; i < building->draft_count; i++) {
		AUTO(free_text) char *path = policy_path(&building->drafts[i]);

		if (path)
			building_file(building, path);
	}
}

/* What CloudFormation would only find out when the stack has changed already. */
static bool policy_good(struct building *building, const struct file *file, struct error *e)
{
	const char *path = building_shown_path(building, file->path);
	struct error cause;

	if (!file->bytes)
		return error_set(e, ERROR_INVALID, "can't read the stack policy %s: %s",
			shown(path).text, file->problem);
	if (file->length > POLICY_LIMIT)
		return error_set(e, ERROR_INVALID,
			"expected at most %d bytes in the stack policy %s, found %zu", POLICY_LIMIT,
			shown(path).text, file->length);
	AUTO(node_free)
	struct node *root = document_json(file->bytes, file->length, NULL, &cause);

	if (!root)
		return error_set(e, ERROR_INVALID, "%s:%s", shown(path).text, cause.text);
	if (root->kind != NODE_MAP)
		return error_set(e, ERROR_INVALID,
			"%s:%u:%u: expected a map with 'Statement' as a stack policy, found %s",
			shown(path).text, root->line, root->column, node_describe(root));
	return true;
}

static void add_policy(struct building *building, struct draft *draft)
{
	const struct manifest *manifest = draft->parsed->manifest;
	AUTO(free_text) char *path = policy_path(draft);
	struct error e = {0};

	if (!path)
		return;
	const struct file *file = building_file(building, path);

	if (policy_good(building, file, &e))
		draft->stack->stack_policy = xstrndup(file->bytes, file->length);
	else
		draft_problem(draft, manifest->policy_line, manifest->policy_column, "%s", e.text);
}

void building_options(struct building *building, struct draft *draft)
{
	const struct settings *settings = building->settings;
	const struct manifest *manifest = draft->parsed->manifest;
	struct desired_stack *stack = draft->stack;

	stack->apply = settings->apply;
	stack->guard = settings->guard;
	/* A faulty file can't say "delete": nor do the settings for it. */
	stack->on_removal = draft->parsed->problems.count ? ON_REMOVAL_KEEP : settings->on_removal;
	if (!manifest || draft->parsed->problems.count)
		return;
	stack->apply_given = manifest->apply_given;
	stack->guard_given = manifest->guard_given;
	if (manifest->apply_given)
		stack->apply = manifest->apply;
	if (manifest->guard_given)
		stack->guard = manifest->guard;
	stack->on_removal_given = manifest->on_removal_given;
	if (manifest->on_removal_given)
		stack->on_removal = manifest->on_removal;
	stack->dedicated = manifest->dedicated;
	stack->follow_ssm = manifest->follow_ssm;
	stack->on_failure = manifest->on_failure;
	stack->timeout_minutes = manifest->timeout_minutes;
	stack->tags_given = manifest->tags_given;
	pairs_copy(&stack->tags, &manifest->tags);
	stack->notification_arns_given = manifest->notification_arns_given;
	texts_copy(&stack->notification_arns, &manifest->notification_arns);
	stack->role_arn = xstrdup(manifest->role_arn);
	stack->termination_protection = manifest->termination_protection;
	add_policy(building, draft);
}
