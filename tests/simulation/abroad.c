/* Other accounts, and keys that expire: whose keys did what, and who was told of it? */
#include <string.h>

#include "simulation/judge.h"

enum { LATE_MS = 11 * 60 * 1000 }; /* by then all has arrived that was sent before an edit */

void abroad_told(struct judge *judge, const struct report *report)
{
	/* What STS and CloudFormation say of keys, and we of roles. */
	static const char *const signs[] = {"security token included in the request",
		"cannot assume ", "AllowedAccounts=", "the credentials have expired"};

	for (size_t i = 0; report->class == REPORT_FAILED && i < COUNT(signs); i++)
		if (strstr(report->text, signs[i]))
			world_breach(judge->world, KEYS_FAIL_NOTHING, "%s: %s", report->stack,
				report->text);
}

void abroad_accepted(struct judge *judge, const struct model_entry *entry)
{
	if (!strstr(judge->world->settings, entry->account))
		world_breach(judge->world, ALLOWED_ACCOUNTS, "%s of %s in account %s",
			entry->action, entry->stack_name ? entry->stack_name : "no stack",
			entry->account);
}

/* --- who looks --- */

/* "arn:aws:cloudformation:REGION:ACCOUNT:stack/..." of somewhere else? */
static bool is_elsewhere(const char *arn, const struct model_line *line)
{
	AUTO(free_text) char *here = xasprintf(":%s:%s:stack/", line->region, line->account);

	return strstr(arn, ":stack/") && !strstr(arn, here);
}

/* Its manifest said so for long enough, and says so still. */
static bool is_settled(const struct world *world, const struct member *member)
{
	bool folder = world->folder == FOLDER_READ && !world->folder_empty &&
		      (!world->back_ms || world->back_ms + LATE_MS < world->now_ms);

	return folder && member->managed && !member->removed && !member->broken &&
	       (!member->moved_ms || member->moved_ms + LATE_MS < world->now_ms);
}

/* Without a manifest, its name means another stack for each of its children. */
static void check_name(struct judge *judge, const struct model_line *line, const char *name)
{
	const struct cast *cast = &judge->plot->cast;
	const struct member *settled = NULL;

	for (size_t i = 0; i < cast->count; i++) {
		const struct member *member = &cast->members[i];

		if (strcmp(member->stack, name) != 0)
			continue;
		if (!is_settled(judge->world, member) ||
			(strcmp(member->region, line->region) == 0 &&
				strcmp(member->reach->account, line->account) == 0))
			return;
		settled = member;
	}
	if (settled)
		world_breach(judge->world, KEYS_OF_ITS_OWN, "%s of %s, which is in %s, in %s",
			line->action, name, settled->reach->account, line->account);
}

static void check_line(struct judge *judge, const struct model_line *line)
{
	const char *stack = pairs_get(&line->fields, "StackName");

	if (!stack || !reach_ours(line->access_key))
		return;
	if (is_elsewhere(stack, line))
		world_breach(judge->world, KEYS_OF_ITS_OWN, "%s of %s with keys of %s in %s",
			line->action, stack, line->account, line->region);
	else if (!strstr(stack, ":stack/"))
		check_name(judge, line, stack);
}

void abroad_look(struct judge *judge)
{
	const struct model *model = judge->world->model;
	size_t count = model_line_count(model);

	for (; judge->lines < count; judge->lines++)
		check_line(judge, model_line(model, judge->lines));
}
