/* Rollbacks that failed: they go on where our own operation led there, and a few times only. So are
 * change sets that can't be made. */
#include <string.h>

#include "simulation/judge.h"
#include "simulation/traits.h"

enum { CONTINUES_MOST = 3 };

static bool is_change(const struct model_entry *entry)
{
	return strcmp(entry->action, "ExecuteChangeSet") == 0 ||
	       strcmp(entry->action, "UpdateStack") == 0 ||
	       strcmp(entry->action, "CreateStack") == 0;
}

/* The change whose rollback this is; SIZE_MAX: there is none. */
static size_t change_before(const struct model *model, size_t index)
{
	const struct model_entry *entry = model_entry(model, index);

	while (index-- > 0) {
		const struct model_entry *before = model_entry(model, index);

		if (before->stack_id && strcmp(before->stack_id, entry->stack_id) == 0 &&
			is_change(before))
			return index;
	}
	return SIZE_MAX;
}

void wrecks_check(struct judge *judge, size_t place, size_t index)
{
	const struct world *world = judge->world;
	const struct cast *cast = &judge->plot->cast;
	const struct model_entry *entry = model_entry(world->model, index);
	size_t change = change_before(world->model, index);
	struct file_of_member *file = &judge->members[place];
	AUTO(free_text) char *meaning = cast_wants(cast, &cast->members[place], world);
	AUTO(free_text) char *url = traits_url(&cast->members[place]);
	AUTO_DONE(text_done) struct text keys = {0};

	for (enum key key = 0; key < KEY_COUNT; key++)
		text_format(&keys, " %u", cast->members[place].keys.values[key]);
	/* The URL tells all of its template. */
	char *wants = xasprintf("%s, %s, keys%s", meaning, url, text_string(&keys));

	judge->world->coverage->feat[FEAT_CONTINUED]++;
	if (change == SIZE_MAX || !reach_ours(model_entry(world->model, change)->access_key))
		world_breach(judge->world, STRANGERS_STAY, "%s of %s, which others led there",
			entry->action, entry->stack_name);
	if (!text_same(file->continued_token, entry->token))
		file->continues++;
	if (file->continued != change || !text_same(file->continued_for, wants) ||
		file->continue_retries != cast->members[place].retries)
		file->continues = 1;
	file->continue_retries = cast->members[place].retries;
	file->continued = change;
	replace_text(&file->continued_token, entry->token);
	free(file->continued_for);
	file->continued_for = wants;
	/* News of what is wanted may come late, when some were made for what was before. */
	if (file->continues > CONTINUES_MOST + 2)
		world_breach(judge->world, ATTEMPTS_LIMIT,
			"%s of %s is tried again, although it always failed", entry->action,
			entry->stack_name);
}

/* What it tries in between, and is denied, is in no ledger: for the daemon what comes after that is
 * another first time. */
void wrecks_leave(struct judge *judge, size_t place, const struct call *call)
{
	struct file_of_member *file = &judge->members[place];
	struct digest_stream stream;

	if (call->kind != CALL_CREATE_CHANGE_SET)
		return;
	digest_begin(&stream);
	for (size_t i = 0; i < call->parameters.count; i++) {
		digest_field(&stream, call->parameters.items[i].name);
		digest_field(&stream, call->parameters.items[i].value);
	}
	digest_field(&stream, call->body);
	digest_field(&stream, call->template_url);
	struct digest left = digest_end(&stream);

	if (!digest_equal(&left, &file->left))
		file->proposed = SIZE_MAX;
	file->left = left;
}

/* True where the last one for just this failed, and nobody did anything since. */
static bool failed_alike(const struct judge *judge, const struct file_of_member *file, size_t index)
{
	const struct model *model = judge->world->model;
	const struct model_entry *entry = model_entry(model, index);
	const struct model_entry *before =
		file->proposed == SIZE_MAX ? NULL : model_entry(model, file->proposed);

	return before && file->others < file->proposed && before->result &&
	       strcmp(before->result, "FAILED") == 0 &&
	       digest_equal(&before->digest, &entry->digest);
}

void wrecks_proposed(struct judge *judge, size_t place, size_t index)
{
	const struct member *member = &judge->plot->cast.members[place];
	const struct model_entry *entry = model_entry(judge->world->model, index);
	struct file_of_member *file = &judge->members[place];
	/* Looks behind SSM parameters are no attempts: see quiet_hour(). */
	bool alike = member->invalid && !member->fed && failed_alike(judge, file, index) &&
		     file->invalid_retries == member->retries;

	/* The same request may arrive twice, and late. */
	if (network_stray(judge->world, entry->token) ||
		(alike && text_same(entry->token,
				  model_entry(judge->world->model, file->proposed)->token)))
		return;
	file->invalid = alike ? file->invalid + 1 : 0;
	file->invalid_retries = member->retries;
	file->proposed = index;
	judge->world->coverage->feat[FEAT_INVALID] += alike;
	if (file->invalid >= judge->plot->attempts && !judge->plot->forgetful)
		world_breach(judge->world, ATTEMPTS_LIMIT,
			"%s of %s is tried again, although it always failed", entry->action,
			entry->stack_name);
}
